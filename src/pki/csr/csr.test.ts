import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { at, decodeTlv, encodeTlv, primitive, type Tlv } from '../../../test/support/tlv.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { type CertificationRequest, parseCsr, verifyCsrSignature } from './csr.ts';

const scratch = createScratch();
after(() => scratch.remove());

const config = `[req]\ndistinguished_name=dn\nprompt=no\nattributes=attr\nreq_extensions=ext\n[dn]\nC=GB\nCN=gate.example.com
[attr]\nchallengePassword=secret word\nunstructuredName=the gate\n[ext]\nsubjectAltName=DNS:gate.example.com,DNS:b.example.com
extendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n`;
scratch.write('r.cnf', config);

function make(key: string): Uint8Array {
  scratch.openssl(['genpkey', ...key.split(' '), '-out', 'k.pem']);
  scratch.openssl('req -new -key k.pem -config r.cnf -outform DER -out r.der');
  return new Uint8Array(scratch.read('r.der'));
}

function parse(der: Uint8Array): CertificationRequest {
  const parsed = parseCsr(der);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

const good = make('-algorithm EC -pkeyopt ec_paramgen_curve:P-256');

test('subject, names, purposes and attributes are read', () => {
  const csr = parse(good);
  assert.equal(toOneLine(csr.subject), 'C = GB, CN = gate.example.com');
  assert.deepEqual(
    csr.subjectAltName?.map((n) => (n.kind === 'dns' ? n.value : n.kind)),
    ['gate.example.com', 'b.example.com'],
  );
  assert.deepEqual(csr.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.deepEqual([...(csr.keyUsage ?? [])], ['digitalSignature']);
  assert.equal(csr.challengePassword, 'secret word');
  assert.equal(csr.unstructuredName, 'the gate');
  assert.equal(csr.attributes.length, 3);
  assert.equal(csr.publicKey.curve, 'prime256v1');
});

test('the signature proves that the key is held, for every algorithm openssl knows', () => {
  for (const key of [
    '-algorithm RSA',
    '-algorithm RSA-PSS',
    '-algorithm ed25519',
    '-algorithm ed448',
    '-algorithm EC -pkeyopt ec_paramgen_curve:P-521',
  ]) {
    assert.ok(verifyCsrSignature(parse(make(key))), key);
  }
  const forged = Uint8Array.from(good);
  forged[forged.indexOf(0x67, 20)]! ^= 1;
  const parsed = parseCsr(forged);
  assert.ok(!parsed.ok || !verifyCsrSignature(parsed.value));
});

test('a damaged request is refused', () => {
  const bent = (change: (info: Tlv, whole: Tlv) => unknown) => {
    const tree = decodeTlv(good);
    change(at(tree, 0), tree);
    const parsed = parseCsr(encodeTlv(tree));
    assert.ok(!parsed.ok);
    return parsed.error.code;
  };
  assert.equal(
    bent((info) => Object.assign(at(info, 0), { content: Uint8Array.of(1) })),
    'csr.version',
  );
  assert.equal(
    bent((info) => at(info, 3).children?.reverse()),
    'der.set-order',
  );
  assert.equal(
    bent((info) => at(info, 3).children?.push(at(info, 3, -1))),
    'csr.attribute',
  );
  assert.equal(
    bent((info) => Object.assign(at(info, 3, 0, 1), { children: [] })),
    'csr.attribute',
  );
  assert.equal(
    bent((info) => Object.assign(at(info, 3, 0, 1), { tag: 0x30 })),
    'der.tag',
  );
  assert.equal(
    bent((info) => info.children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  assert.equal(
    bent((_, whole) => whole.children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  assert.ok(!parseCsr(Buffer.concat([good, Uint8Array.of(0)])).ok);
  for (let length = 0; length < good.length; length++) assert.ok(!parseCsr(good.subarray(0, length)).ok);
});

test('a request without attributes is read', () => {
  const tree = decodeTlv(good);
  Object.assign(at(tree, 0, 3), { children: [] });
  assert.deepEqual(parse(encodeTlv(tree)).extensions, []);
  at(tree, 0).children?.pop();
  assert.deepEqual(parse(encodeTlv(tree)).attributes, []);
});
