import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { processorTime } from '../../../test/support/processor-time.ts';
import { at, decodeTlv, encodeTlv, lengthOf, primitive, type Tlv } from '../../../test/support/tlv.ts';
import { toHex } from '../../lib/bytes.ts';
import { parseCertificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { type Crl, parseCrl } from './crl.ts';

const scratch = createScratch();
after(() => scratch.remove());

scratch.write(
  'ca.cnf',
  `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ca\n[dn]\nO=Example\nCN=Test CA\n[ca]\nbasicConstraints=critical,CA:TRUE
subjectKeyIdentifier=hash\n[ca_default]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\ncrl_extensions=crl
[crl]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@idp\n[idp]\nfullname=URI:http://example.com/crl\nonlyuser=TRUE\n`,
);
scratch.write(
  'index.txt',
  [
    'R\t300101000000Z\t240102030405Z,keyCompromise\t01\tunknown\t/CN=one',
    'R\t300101000000Z\t240102030406Z\tFF02\tunknown\t/CN=two',
    'R\t300101000000Z\t240102030407Z,keyTime,20231231000000Z\t03\tunknown\t/CN=three',
    'V\t300101000000Z\t\t04\tunknown\t/CN=four',
    '',
  ].join('\n'),
);
scratch.write('crlnumber', '1234\n');
scratch.openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -config ca.cnf -outform DER -out ca.der');
scratch.openssl('x509 -inform DER -in ca.der -out ca.pem');
scratch.openssl('ca -gencrl -name ca_default -config ca.cnf -keyfile ca.key -cert ca.pem -out list.pem');
scratch.openssl('crl -in list.pem -outform DER -out list.der');
const good = new Uint8Array(scratch.read('list.der'));

function parse(der: Uint8Array): Crl {
  const parsed = parseCrl(der);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

function refusedAs(change: (tbs: Tlv, whole: Tlv) => unknown): string {
  const tree = decodeTlv(good);
  change(at(tree, 0), tree);
  const parsed = parseCrl(encodeTlv(tree));
  assert.ok(!parsed.ok, 'accepted');
  return parsed.error.code;
}

test('header, extensions and signature are read', () => {
  const crl = parse(good);
  assert.equal(crl.version, 2);
  assert.equal(toOneLine(crl.issuer), 'O = Example, CN = Test CA');
  assert.equal((crl.nextUpdate ?? 0) - crl.thisUpdate, 7 * 86_400_000);
  assert.equal(toHex(crl.crlNumber ?? new Uint8Array()), '1234');
  assert.deepEqual(crl.issuingDistributionPoint?.name, {
    fullName: [{ kind: 'uri', value: 'http://example.com/crl' }],
  });
  assert.equal(crl.issuingDistributionPoint?.onlyContainsUserCerts, true);
  assert.ok(crl.authorityKeyIdentifier?.keyId);
  assert.deepEqual(crl.unknownCriticalExtensions, []);
  const ca = parseCertificate(new Uint8Array(scratch.read('ca.der')));
  assert.ok(ca.ok && verifySignedBy(crl, ca.value.publicKey));
});

test('entries are walked with their dates and reasons', () => {
  const crl = parse(good);
  const entries = [...crl.entries()];
  assert.deepEqual(
    entries.map(({ serial, revokedAt, reason, invalidityDate }) => [toHex(serial), revokedAt, reason, invalidityDate]),
    [
      ['01', Date.UTC(2024, 0, 2, 3, 4, 5), 'keyCompromise', undefined],
      ['03', Date.UTC(2024, 0, 2, 3, 4, 7), 'keyCompromise', Date.UTC(2023, 11, 31)],
      ['00ff02', Date.UTC(2024, 0, 2, 3, 4, 6), undefined, undefined],
    ],
  );
  assert.equal(crl.entryCount, 3);
});

test('a damaged list is refused', () => {
  const entries = 5;
  assert.equal(
    refusedAs((t) => Object.assign(at(t, 0), { content: Uint8Array.of(0) })),
    'crl.version',
  );
  assert.equal(
    refusedAs((t) => t.children?.shift()),
    'crl.version',
  );
  assert.equal(
    refusedAs((t) => Object.assign(at(t, entries, 0, 0), { content: Uint8Array.of(0, 1) })),
    'der.integer',
  );
  assert.equal(
    refusedAs((t) => Object.assign(at(t, entries, 0, 1), { content: Buffer.from('24010203Z') })),
    'der.time',
  );
  assert.equal(
    refusedAs((t) => at(t, entries, 0).children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  assert.equal(
    refusedAs((t) => Object.assign(at(t, entries, 0, 2, 0, 1), { content: Uint8Array.of(10, 1, 7) })),
    'extension.value',
  );
  assert.equal(
    refusedAs((t) => at(t, entries, 0, 2).children?.push(at(t, entries, 0, 2, 0))),
    'extension.duplicate',
  );
  assert.equal(
    refusedAs((t) => t.children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  assert.equal(
    refusedAs((_, whole) => whole.children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  for (let length = 0; length < good.length; length += 7) assert.ok(!parseCrl(good.subarray(0, length)).ok);
});

test('critical extensions of entries that are unknown are named', () => {
  const tree = decodeTlv(good);
  const extension = at(tree, 0, 5, 0, 2, 0);
  extension.children = [primitive(6, 0x2a, 3, 4), primitive(1, 0xff), primitive(4, 5, 0)];
  const crl = parse(encodeTlv(tree));
  assert.deepEqual(crl.unknownCriticalEntryExtensions, ['1.2.3.4']);
});

test('an empty list, a missing list and a list without nextUpdate are read', () => {
  const tree = decodeTlv(good);
  at(tree, 0, 5).children = [];
  assert.equal(parse(encodeTlv(tree)).entryCount, 0);
  at(tree, 0).children?.splice(4, 2);
  const crl = parse(encodeTlv(tree));
  assert.equal(crl.nextUpdate, undefined);
  assert.deepEqual([...crl.entries()], []);
});

test('a million entries are walked without an object for each', () => {
  const count = 1_000_000;
  const der = large(count);
  const before = process.memoryUsage();
  const { ms, value: crl } = processorTime(() => parse(der));
  assert.ok(ms < 10_000, `${ms} ms`);
  assert.equal(crl.entryCount, count);
  const grown = process.memoryUsage().heapUsed - before.heapUsed;
  assert.ok(grown < 64 << 20, `${grown} octets`);
  assert.ok(!parseCrl(large(count + 1)).ok);
});

/** The good list with this many entries, serials counted up, half of them with a reason. */
function large(count: number): Uint8Array {
  const tree = decodeTlv(good);
  const plain = Buffer.from('3015020400000000170d3234303130323033303430355a', 'hex');
  const plainWithReason = Buffer.concat([
    Buffer.from('3023020400000000170d3234303130323033303430355a', 'hex'),
    Buffer.from('300c300a0603551d1504030a0101', 'hex'),
  ]);
  plain[1] = plain.length - 2;
  plainWithReason[1] = plainWithReason.length - 2;
  const half = count >> 1;
  const entries = Buffer.alloc(half * plain.length + (count - half) * plainWithReason.length);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const entry = i < half ? plain : plainWithReason;
    entries.set(entry, offset);
    entries.writeUInt32BE(0x10000000 + i, offset + 4);
    offset += entry.length;
  }
  at(tree, 0, 5).raw = Buffer.concat([Uint8Array.of(0x30), lengthOf(entries.length), entries]);
  return encodeTlv(tree);
}
