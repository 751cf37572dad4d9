import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../lib/bytes.ts';
import { ipBytes, ipRangeBytes, isInRange } from './ip-bytes.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test('addresses become the octets that certificates hold', () => {
  const known: Readonly<Record<string, string>> = {
    '10.1.2.3': '0a010203',
    '::': '0'.repeat(32),
    '::1': `${'0'.repeat(31)}1`,
    '2001:db8::1': '20010db8000000000000000000000001',
    '2001:db8:1:2:3:4:5:6': '20010db8000100020003000400050006',
    '::ffff:10.1.2.3': '00000000000000000000ffff0a010203',
    '1::': '00010000000000000000000000000000',
  };
  for (const [text, hex] of Object.entries(known)) assert.equal(toHex(ipBytes(text) ?? new Uint8Array()), hex, text);
});

test('what is no address is refused', () => {
  for (const text of [
    '',
    '10.1.2',
    '10.1.2.256',
    '010.1.2.3',
    '1:2:3',
    '::1::',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    '1.2.3.4:80',
  ]) {
    assert.equal(ipBytes(text), undefined, text);
  }
});

test('Node and we agree on what an address is', () => {
  console.log(`seed ${seed}`);
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/));
  fc.assert(
    fc.property(text, (candidate) => {
      assert.equal(ipBytes(candidate) !== undefined, isIP(candidate) !== 0);
    }),
    { numRuns: 1000, seed },
  );
});

test('ranges become address and mask', () => {
  assert.equal(toHex(ipRangeBytes('10.1.2.3/8') ?? new Uint8Array()), '0a000000ff000000');
  assert.equal(ipRangeBytes('2001:db8::/32')?.length, 32);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8'])
    assert.equal(ipRangeBytes(text), undefined);
});

test('an address lies in a range of its own family, by the bits that the range names', () => {
  const inside = (address: string, range: string) => isInRange(ipBytes(address), ipRangeBytes(range));
  for (const [address, range] of [
    ['10.1.2.3', '10.0.0.0/8'],
    ['10.127.255.255', '10.0.0.0/9'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['2001:db8::1', '2001:db8::/32'],
    ['255.255.255.255', '0.0.0.0/0'],
  ] as const)
    assert.ok(inside(address, range), `${address} in ${range}`);
  for (const [address, range] of [
    ['11.1.2.3', '10.0.0.0/8'],
    ['10.128.0.0', '10.0.0.0/9'],
    ['192.0.2.6', '192.0.2.7/32'],
    ['::10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '::/0'],
    ['no address', '0.0.0.0/0'],
    ['10.1.2.3', 'no range'],
  ] as const)
    assert.ok(!inside(address, range), `${address} in ${range}`);
});
