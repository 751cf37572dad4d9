import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { AddressRefused, type AddressRules, addressRefusal, checkedLookup, literalAddress } from './address-filter.ts';

/** Hosts as they may stand in a URL, and what they are. Undefined: may be called. */
const hosts: readonly (readonly [host: string, kind: string | undefined])[] = [
  ['127.0.0.1', 'loopback'],
  ['127.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0x7f.1', 'loopback'],
  ['0x7f000001', 'loopback'],
  ['2130706433', 'loopback'],
  ['0177.0.0.1', 'loopback'],
  ['127.0.0.1.', 'loopback'],
  ['[::1]', 'loopback'],
  ['[0:0:0:0:0:0:0:1]', 'loopback'],
  ['0', 'unspecified'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['[::]', 'unspecified'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['[fc00::1]', 'private'],
  ['[fdff::1]', 'private'],
  ['[fec0::1]', 'private'],
  ['100.64.0.1', 'shared'],
  ['169.254.1.1', 'link-local'],
  ['[fe80::1]', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['0xa9fea9fe', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['[fd00:ec2::254]', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'multicast'],
  ['[ff02::1]', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['192.0.0.8', 'reserved'],
  ['192.0.2.1', 'documentation'],
  ['203.0.113.9', 'documentation'],
  ['[2001:db8::1]', 'documentation'],
  ['[::ffff:127.0.0.1]', 'embedded-ipv4'],
  ['[::ffff:8.8.8.8]', 'embedded-ipv4'],
  ['[::127.0.0.1]', 'embedded-ipv4'],
  ['[::ffff:0:127.0.0.1]', 'embedded-ipv4'],
  ['[64:ff9b::7f00:1]', 'embedded-ipv4'],
  ['[64:ff9b:1::7f00:1]', 'embedded-ipv4'],
  ['[2002:7f00:1::]', 'embedded-ipv4'],
  ['[2001:0:4136:e378::1]', 'embedded-ipv4'],
  ['[100::1]', 'reserved'],
  ['[4000::1]', 'reserved'],
  ['8.8.8.8', undefined],
  ['172.15.255.255', undefined],
  ['172.32.0.1', undefined],
  ['100.128.0.1', undefined],
  ['[2606:4700::1111]', undefined],
  ['[2a00::1]', undefined],
];

for (const [host, kind] of hosts) {
  test(`${host} ${kind === undefined ? 'may be called' : `is refused as ${kind}`}`, () => {
    const address = literalAddress(host);
    assert.ok(address !== undefined, `${host} was taken for a name`);
    assert.equal(addressRefusal(address)?.kind, kind);
  });
}

test('names are names, however much they look like addresses', () => {
  for (const name of ['example.com', 'localhost', '127.0.0.1.example.com', 'a.b', 'face.example'])
    assert.equal(literalAddress(name), undefined, name);
});

test('what is no address is refused', () => {
  for (const text of ['', 'example.com', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0', '01.2.3.4', '::1 ', 'g::1'])
    assert.equal(addressRefusal(text)?.kind, 'not-an-address', text);
});

test('an allowed kind, address or block is let through, and nothing beside it', () => {
  const operator: AddressRules = { kinds: ['private', 'shared'] };
  assert.equal(addressRefusal('10.0.0.1', operator), undefined);
  assert.equal(addressRefusal('127.0.0.1', operator)?.kind, 'loopback');
  assert.equal(addressRefusal('169.254.169.254', operator)?.kind, 'metadata');
  const listed: AddressRules = { allow: ['127.0.0.0/30', '2001:db8::5'] };
  assert.equal(addressRefusal('127.0.0.3', listed), undefined);
  assert.equal(addressRefusal('127.0.0.4', listed)?.kind, 'loopback');
  assert.equal(addressRefusal('2001:db8:0::5', listed), undefined);
  assert.equal(addressRefusal('2001:db8::6', listed)?.kind, 'documentation');
});

test('a block that cannot be read lets nothing through', () => {
  for (const range of [
    '127.0.0.0/x',
    '127.0.0.0/33',
    '127.0.0.0/-1',
    '127.0.0.0/',
    'localhost',
    '0.0.0.0/0/0',
    '/0',
    '',
  ])
    assert.equal(addressRefusal('127.0.0.1', { allow: [range] })?.kind, 'loopback', range);
});

test('the gateway’s own addresses are refused when they are given', () => {
  assert.equal(addressRefusal('8.8.4.4', { own: ['8.8.4.4'] })?.kind, 'own');
  assert.match(
    addressRefusal('8.8.4.4', { own: ['8.8.4.4'] })?.words ?? '',
    /8\.8\.4\.4 is an address of this gateway/,
  );
});

function ask(addresses: readonly string[], rules?: AddressRules, all = true) {
  let asked = 0;
  const lookup = checkedLookup((_host, _options, done) => {
    asked++;
    done(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }, rules);
  return new Promise<{ error: unknown; found: unknown; asked: number }>((resolve) => {
    lookup('host.example.com', { all }, (error, found) => resolve({ error, found, asked }));
  });
}

test('a name with one refused address among good ones is refused as a whole', async () => {
  const { error } = await ask(['8.8.8.8', '127.0.0.1']);
  assert.ok(error instanceof AddressRefused);
  assert.equal(error.refusal.kind, 'loopback');
});

test('the connection gets the addresses that were checked, from a single look-up', async () => {
  assert.deepEqual(await ask(['8.8.8.8', '2606:4700::1111']), {
    error: null,
    found: [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ],
    asked: 1,
  });
  assert.equal((await ask(['8.8.8.8'], {}, false)).found, '8.8.8.8');
});

test('a name without addresses and one with three hundred are dealt with', async () => {
  assert.match(String((await ask([])).error), /has no address/);
  const many = await ask(Array.from({ length: 300 }, (_, i) => `8.8.${i >> 8}.${i & 255}`));
  assert.equal((many.found as unknown[]).length, 64);
});
