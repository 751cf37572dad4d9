import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CertificateStatus, recordLength, writeRecord } from '../../storage/publication/status-record.ts';
import { StatusIndex } from './status-index.ts';

function records(statuses: readonly CertificateStatus[]): Buffer {
  const bytes = Buffer.alloc(statuses.length * recordLength);
  for (const [i, status] of statuses.entries()) writeRecord(bytes, i * recordLength, status);
  return bytes;
}

const good = (serial: Uint8Array): CertificateStatus => ({ serial, state: 'good', revokedAt: 0, reasonCode: 0 });

test('the last record of a serial number counts, and numbers never issued are not found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 2 }), fc.boolean(), fc.nat(10)), { maxLength: 400 }),
      (entries) => {
        const index = new StatusIndex();
        const expected = new Map<string, CertificateStatus>();
        const all = entries.map(([serial, revoked, reasonCode]): CertificateStatus => {
          const status: CertificateStatus = revoked
            ? { serial, state: 'revoked', revokedAt: 1_700_000_000_000, reasonCode }
            : good(serial);
          expected.set(Buffer.from(serial).toString('hex'), status);
          return status;
        });
        assert.equal(index.take(records(all)), all.length * recordLength);
        assert.equal(index.count, expected.size);
        for (const [hex, status] of expected) {
          const found = index.find(Buffer.from(hex, 'hex'));
          assert.deepEqual({ ...found, serial: hex }, { ...status, serial: hex });
        }
        assert.equal(index.find(Uint8Array.of(1, 2, 3)), undefined);
        assert.equal(index.stamp(Uint8Array.of(1, 2, 3)), 0);
      },
    ),
  );
});

test('a record that is cut off or altered ends the file', () => {
  const serials = Array.from({ length: 3 }, () => randomBytes(16));
  const bytes = records(serials.map(good));
  assert.equal(new StatusIndex().take(bytes.subarray(0, bytes.length - 1)), 2 * recordLength);
  bytes[recordLength + 9]! ^= 1;
  const index = new StatusIndex();
  assert.equal(index.take(bytes), recordLength);
  assert.equal(index.find(serials[2]!), undefined);
});

test('another status has another stamp', () => {
  const serial = randomBytes(20);
  const index = new StatusIndex();
  index.take(records([good(serial)]));
  const before = index.stamp(serial);
  index.take(records([{ serial, state: 'revoked', revokedAt: 1_700_000_000_000, reasonCode: 1 }]));
  assert.notEqual(index.stamp(serial), before);
  assert.deepEqual(
    [...index.newest()].map((one) => Buffer.from(one)),
    [serial],
  );
});
