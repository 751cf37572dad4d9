import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFqdn } from './fqdn.ts';

const good = [
  'a.b',
  'gateway.example.com',
  'GATEWAY.Example.COM',
  'xn--bcher-kva.example',
  '1.2.3.example',
  'a-b.c-d.e-f',
  `${'a'.repeat(63)}.example`,
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`,
];

const bad: readonly (readonly [name: string, fault: string])[] = [
  ['', 'empty'],
  ['host', 'host-name'],
  ['localhost', 'host-name'],
  ['192.0.2.1', 'ip-address'],
  ['2001:db8::1', 'ip-address'],
  ['[2001:db8::1]', 'ip-address'],
  ['*.example.com', 'wildcard'],
  ['a.*.example.com', 'wildcard'],
  ['f*.example.com', 'character'],
  ['example.com.', 'trailing-dot'],
  ['a..example.com', 'empty-label'],
  ['.example.com', 'empty-label'],
  ['my_host.example.com', 'underscore'],
  ['bücher.example', 'character'],
  ['a b.example', 'character'],
  ['a。example', 'character'],
  ['-a.example.com', 'hyphen'],
  ['a-.example.com', 'hyphen'],
  ['a.example.-com', 'hyphen'],
  [`${'a'.repeat(64)}.example`, 'label-length'],
  [`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(62)}`, 'length'],
  ['example.123', 'last-label'],
  ['example.1com', 'last-label'],
];

for (const name of good) {
  test(`takes ${name.slice(0, 40)} as an FQDN`, () => assert.deepEqual(isFqdn(name), { ok: true }));
}

for (const [name, fault] of bad) {
  test(`refuses ${JSON.stringify(name.slice(0, 40))} as ${fault}, with words`, () => {
    const check = isFqdn(name);
    assert.ok(!check.ok);
    assert.equal(check.fault, fault);
    assert.match(check.reason, /^(is|has|holds|ends) .{5,}/);
  });
}

test('agrees with the rule written as one expression for any text', () => {
  const rule = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  const letters = fc.constantFrom(...'ab1Z-._*: é');
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 30 }), (name) => isFqdn(name).ok === rule.test(name)),
    { numRuns: 5_000 },
  );
});
