import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCa } from '../../../test/support/made-certificates.ts';
import { type MadeEntry, makeCrlDer } from '../../../test/support/made-crls.ts';
import { processorTime } from '../../../test/support/processor-time.ts';
import { toHex } from '../../lib/bytes.ts';
import { type Crl, parseCrl } from './crl.ts';
import { CrlIndex, indexCrl } from './crl-index.ts';

const ca = makeCa('Index CA');

function parsed(der: Uint8Array): Crl {
  const crl = parseCrl(der, { deferEntries: true });
  assert.ok(crl.ok);
  return crl.value;
}

function indexed(crl: Crl): CrlIndex {
  const index = indexCrl(crl);
  assert.ok(index.ok, index.ok ? '' : index.error.message);
  return index.value;
}

/** Content octets of a positive INTEGER. */
const serials = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((octets) => (octets[0]! === 0 || octets[0]! > 0x7f ? Uint8Array.of(1, ...octets.subarray(1)) : octets));

const entries: fc.Arbitrary<MadeEntry> = fc.record(
  {
    serial: fc.oneof(serials, fc.constantFrom(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(0, 0x80))),
    revokedAt: fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2060, 0) }).map((ms) => ms - (ms % 1000)),
    reason: fc.constantFrom(0, 1, 3, 6, 8, 10),
    issuer: fc.constant(ca.certificate.subject.der),
    critical: fc.constantFrom('1.2.3.4', '1.2.3.5'),
  },
  { requiredKeys: ['serial', 'revokedAt'] },
);

test('the index finds what a walk over the entries finds, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 60 }), fc.array(serials, { maxLength: 5 }), (list, others) => {
      const crl = parsed(makeCrlDer(ca, { entries: list }));
      const index = indexed(crl);
      const walked = [...crl.entries()];
      assert.equal(index.entryCount, walked.length);
      assert.deepEqual([...index.unknownCriticalExtensions].sort(), [...crl.unknownCriticalEntryExtensions].sort());
      assert.equal(index.issuerEntries.length, walked.filter((e) => e.certificateIssuer !== undefined).length);
      for (const serial of [...list.map((e) => e.serial), ...others]) {
        const wanted = walked.filter((entry) => toHex(entry.serial) === toHex(serial));
        assert.deepEqual(
          index.findAll(serial).map((offset) => index.entryAt(offset)),
          wanted,
        );
        assert.equal(index.find(serial) !== 0, wanted.length > 0);
      }
    }),
    { numRuns: 200 },
  );
});

test('an index is refused exactly where reading the entries is', () => {
  const der = makeCrlDer(ca, {
    entries: [
      { serial: Uint8Array.of(1, 2, 3), reason: 1 },
      { serial: Uint8Array.of(9), critical: '1.2.3.4' },
      { serial: Uint8Array.of(7, 7) },
    ],
  });
  const { start, end } = parsed(der).entryRange;
  fc.assert(
    fc.property(fc.integer({ min: start, max: end - 1 }), fc.integer({ min: 0, max: 255 }), (at, octet) => {
      const bent = Uint8Array.from(der);
      bent[at] = octet;
      assert.equal(indexCrl(parsed(bent)).ok, parseCrl(bent).ok, `octet ${at} as ${octet}`);
    }),
    { numRuns: 3_000 },
  );
});

test('each entry of an indirect CRL belongs to the issuer named last before it', () => {
  const issuer = ca.certificate.subject.der;
  const index = indexed(
    parsed(
      makeCrlDer(ca, {
        entries: [
          { serial: Uint8Array.of(1) },
          { serial: Uint8Array.of(2), issuer },
          { serial: Uint8Array.of(3) },
          { serial: Uint8Array.of(4), issuer },
        ],
      }),
    ),
  );
  const owner = (serial: number) => index.issuerEntryFor(index.find(Uint8Array.of(serial)));
  assert.equal(owner(1), 0);
  assert.equal(owner(2), index.find(Uint8Array.of(2)));
  assert.equal(owner(3), owner(2));
  assert.equal(owner(4), index.find(Uint8Array.of(4)));
});

test('the first answers need no table and are the same', () => {
  fc.assert(
    fc.property(
      fc.array(entries, { minLength: 1, maxLength: 60 }),
      fc.array(serials, { maxLength: 3 }),
      (list, others) => {
        const crl = parsed(makeCrlDer(ca, { entries: list }));
        for (const serial of [list[0]!.serial, list.at(-1)!.serial, ...others]) {
          const found = indexed(crl).find(serial);
          assert.equal(found, indexed(crl).findAll(serial)[0] ?? 0);
          const { der, parts } = indexed(crl);
          assert.equal(new CrlIndex(der, parts).find(serial) !== 0, found !== 0);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('what looks like a serial number inside another field is not taken for one', () => {
  const wanted = Uint8Array.of(7);
  const inside = (n: number) => ({ serial: Uint8Array.of(1, n, 0x02, 0x01, 0x07, n) });
  for (const count of [1, 5, 30]) {
    const list = Array.from({ length: count }, (_, n) => inside(n));
    assert.equal(indexed(parsed(makeCrlDer(ca, { entries: list }))).find(wanted), 0);
    const index = indexed(parsed(makeCrlDer(ca, { entries: [...list, { serial: wanted, reason: 1 }] })));
    assert.equal(toHex(index.entryAt(index.find(wanted)).serial), toHex(wanted));
  }
});

test('a CRL without entries has an index that finds nothing', () => {
  const index = indexed(parsed(makeCrlDer(ca)));
  assert.equal(index.entryCount, 0);
  assert.equal(index.find(Uint8Array.of(1)), 0);
  assert.deepEqual(index.findAll(Uint8Array.of(1)), []);
});

test('a million entries are indexed in moments and 64 MiB', () => {
  const crl = parsed(largeCrl(1_000_000));
  const before = process.memoryUsage();
  const { ms, value: index } = processorTime(() => indexed(crl));
  assert.ok(ms < 10_000, `${ms} ms`);
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  assert.ok(grown < 64 << 20, `${grown} octets`);
  assert.equal(index.entryCount, 1_000_000);
  for (const n of [0, 499_999, 500_000, 999_999])
    assert.equal(toHex(index.entryAt(index.find(numbered(n))).serial), toHex(numbered(n)));
  assert.equal(index.find(numbered(1_000_000)), 0);
  assert.ok(!indexCrl(crl, { maxEntries: 999_999 }).ok);
});

function numbered(n: number): Uint8Array {
  const serial = Buffer.alloc(4);
  serial.writeUInt32BE(0x10000000 + n);
  return serial;
}

/** A CRL with this many entries, serials counted up. */
function largeCrl(count: number): Uint8Array {
  const small = makeCrlDer(ca, { entries: [{ serial: numbered(0), reason: 1 }] });
  const { start, end } = parsed(small).entryRange;
  const template = small.subarray(start, end);
  const list = Buffer.alloc(template.length * count);
  for (let i = 0; i < count; i++) {
    list.set(template, i * template.length);
    list.writeUInt32BE(0x10000000 + i, i * template.length + 4);
  }
  return makeCrlDer(ca, { list });
}
