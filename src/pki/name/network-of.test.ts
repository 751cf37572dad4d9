import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './network-of.ts';

test('addresses of one network of 64 bits are counted together, however they are written', () => {
  for (const address of ['2001:db8::1', '2001:DB8::2', '2001:db8:0:0:1:2:3:4', '2001:db8:0:0::5', '2001:db8::1.2.3.4'])
    assert.equal(networkOf(address), '20010db800000000', address);
  assert.equal(networkOf('::1'), '0000000000000000');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80000000000000');
  assert.equal(networkOf('1:2:3:4:5:6:7:8'), '0001000200030004');
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '', 'local'])
    assert.equal(networkOf(address), undefined, address);
});
