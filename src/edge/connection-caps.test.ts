import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnectionCaps } from './connection-caps.ts';
import { defaultEdgeSettings } from './snapshot.ts';

const limits = { perAddress: 2, perNetwork: 3, total: 5, idleMs: 1, exempt: ['10.0.0.0/8', '2001:db8:9::1'] };

test('the caps an operator gets without settings', () => {
  const { https, sip, handshakeMs, handshakes } = defaultEdgeSettings;
  assert.deepEqual([https.perAddress, https.perNetwork, https.total], [50, 200, 5_000]);
  assert.deepEqual([sip.perAddress, sip.total, sip.firstByteMs], [2_000, 10_000, 30_000]);
  assert.deepEqual([handshakeMs, handshakes], [10_000, 500]);
});

test('an address has its cap, and a place is free again once given back', () => {
  const caps = createConnectionCaps(limits, 100);
  assert.equal(caps.take('192.0.2.1'), undefined);
  assert.equal(caps.take('192.0.2.1'), undefined);
  assert.equal(caps.take('192.0.2.1'), 'cap-address');
  assert.equal(caps.take('192.0.2.2'), undefined);
  caps.give('192.0.2.1');
  assert.equal(caps.take('192.0.2.1'), undefined);
  assert.equal(caps.open, 3);
});

test('an IPv6 /64 counts as one network', () => {
  const caps = createConnectionCaps(limits, 100);
  for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3']) assert.equal(caps.take(address), undefined);
  assert.equal(caps.take('2001:db8:0:0:ffff::4'), 'cap-network');
  assert.equal(caps.take('2001:db8:0:1::4'), undefined);
});

test('only the total binds an exempt address', () => {
  const caps = createConnectionCaps(limits, 100);
  for (let i = 0; i < 5; i++) assert.equal(caps.take('10.1.2.3'), undefined);
  assert.equal(caps.take('10.1.2.3'), 'cap-total');
});

test('handshakes in progress are capped, and one address takes half of them at most', () => {
  const caps = createConnectionCaps({ ...limits, perAddress: 100, perNetwork: 100, total: 100 }, 4);
  assert.equal(caps.take('192.0.2.1'), undefined);
  assert.equal(caps.take('192.0.2.1'), undefined);
  assert.equal(caps.take('192.0.2.1'), 'cap-address-handshakes');
  assert.equal(caps.take('192.0.2.2'), undefined);
  assert.equal(caps.take('192.0.2.3'), undefined);
  assert.equal(caps.take('192.0.2.4'), 'cap-handshakes');
  caps.handshakeDone('192.0.2.1');
  assert.equal(caps.take('192.0.2.1'), undefined);
});
