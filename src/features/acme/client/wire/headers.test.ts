import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../../lib/clock.ts';
import { linkTargets, parseLinks } from './link-header.ts';
import { NoncePool } from './nonce-pool.ts';
import { clampedTime, retryAfter, retryAfterText } from './retry-after.ts';

test('links are read with any parameters, in any order, several in one header', () => {
  const header =
    '<https://ca.example.com/dir>;rel="index", </cert/2>; title="a, b; rel=up"; rel=alternate , <?x=1,2>;rel="alternate up"';
  assert.deepEqual(parseLinks(header), [
    { target: 'https://ca.example.com/dir', relation: 'index' },
    { target: '/cert/2', relation: 'alternate' },
    { target: '?x=1,2', relation: 'alternate' },
    { target: '?x=1,2', relation: 'up' },
  ]);
  assert.deepEqual(linkTargets(header, 'alternate', new URL('https://ca.example.com/cert/1')), [
    'https://ca.example.com/cert/2',
    'https://ca.example.com/cert/1?x=1,2',
  ]);
});

test('a header that is not as the grammar has it gives no links at all', () => {
  const wrong = [
    'https://a/;rel=up',
    '<https://a/>',
    '<https://a/>;rel="up',
    '<https://a/ b>;rel=up',
    '<https://a/>;rel=up;;',
    '<$(id)\r\n>;rel=up',
    '<a>;rel="up", `id`',
    `${'<a>;rel=up,'.repeat(30)}<a>;rel=up`,
    `<${'a'.repeat(9_000)}>;rel=up`,
  ];
  for (const header of wrong) assert.deepEqual(parseLinks(header), [], header.slice(0, 60));
  assert.deepEqual(parseLinks(undefined), []);
});

test('no text makes the reader of links throw, and what it finds are visible characters', () => {
  const parts = fc.constantFrom(
    '<',
    '>',
    ';',
    ',',
    '"',
    '=',
    ' ',
    'a',
    'rel',
    '\\',
    '\r',
    '\t',
    '<a>;rel=up',
    ';title="x"',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 200 }), (pieces) => {
      for (const { target, relation } of parseLinks(pieces.join(''))) assert.match(target + relation, /^[\x21-\x7e]+$/);
    }),
  );
});

test('Retry-After is a number of seconds or a date, and stays within bounds', () => {
  const now = Date.UTC(2030, 0);
  assert.equal(retryAfter('120', now), now + 120_000);
  assert.equal(retryAfter('Tue, 01 Jan 2030 00:01:00 GMT', now), now + 60_000);
  assert.equal(retryAfter('Tuesday, 01-Jan-30 00:01:00 GMT', now), now + 60_000);
  assert.equal(retryAfter('Tue Jan  1 00:01:00 2030', now), now + 60_000, 'UTC, wherever this runs');
  for (const wrong of [
    undefined,
    '',
    '-5',
    '1.5',
    '1e9',
    'soon',
    '2030-01-01',
    '99999999999',
    'Tue, 32 Foo 2030 00:00:00 GMT',
  ])
    assert.equal(retryAfter(wrong, now), undefined, String(wrong));
  assert.equal(clampedTime(now, now, 60_000, 86_400_000), now + 60_000);
  assert.equal(clampedTime(now + 1e12, now, 60_000, 86_400_000), now + 86_400_000);
  assert.equal(retryAfterText('too many, retry after 2030-01-01 00:01:00 UTC: see https://x'), now + 60_000);
  assert.equal(retryAfterText('retry after 2030-01-01T00:01:00Z'), now + 60_000);
  assert.equal(retryAfterText('retry after lunch'), undefined);
});

test('a nonce is handed out once, the newest first, and not when it is old', () => {
  let now = 0;
  const pool = new NoncePool({ ...systemClock, monotonic: () => now });
  assert.ok(pool.add('one') && pool.add('two'));
  for (const wrong of [undefined, '', 'a b', 'a=', '$(id)', 'a'.repeat(513)]) assert.ok(!pool.add(wrong));
  assert.equal(pool.take(), 'two');
  now += 600_000;
  assert.equal(pool.take(), undefined);
  for (let i = 0; i < 100; i++) pool.add(`n${i}`);
  let count = 0;
  while (pool.take() !== undefined) count++;
  assert.equal(count, 16);
});
