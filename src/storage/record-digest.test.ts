import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSoundRecord, recordDigest } from './record-digest.ts';

const parts = {
  certificate: Buffer.from('certificate'),
  chain: Buffer.from('chain'),
  sealed_key: Buffer.from('sealed key'),
};
const record = { ...parts, digest: recordDigest(parts) };

test('An untouched record is sound', () => {
  assert.equal(isSoundRecord(record), true);
});

test('A flipped bit in any part or in the digest is noticed', () => {
  for (const part of ['certificate', 'chain', 'sealed_key', 'digest'] as const) {
    const altered = { ...record, [part]: Buffer.from(record[part]) };
    altered[part][0]! ^= 0x80;
    assert.equal(isSoundRecord(altered), false, part);
  }
});

test('Octets that move from one part to the next are noticed', () => {
  const moved = { ...record, certificate: Buffer.from('certificatec'), chain: Buffer.from('hain') };
  assert.equal(isSoundRecord(moved), false);
});

test('A digest cut short is not sound', () => {
  assert.equal(isSoundRecord({ ...record, digest: record.digest.subarray(0, 16) }), false);
});
