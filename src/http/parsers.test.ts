import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../lib/problem.ts';
import { readSessionCookie } from './headers.ts';
import { parseJsonBody } from './json-body.ts';
import { hostName } from './misdirected.ts';
import { parsePreamble } from './preamble.ts';
import { createRateLimit } from './rate-limit.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('JSON within the limits is read as JSON.parse reads it', () => {
  const json = fc.json({ maxDepth: 8 }).filter((text) => !/__proto__|constructor|prototype/.test(text));
  fc.assert(fc.property(json, (text) => assert.deepEqual(parseJsonBody(bytes(text)), JSON.parse(text))));
});

test('bytes that are no JSON give a Problem, never another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      try {
        parseJsonBody(body);
      } catch (error) {
        assert.ok(error instanceof Problem);
      }
    }),
    { numRuns: 500 },
  );
});

test('depth and keys are counted outside of strings only', () => {
  assert.deepEqual(parseJsonBody(bytes(`["${'[{:,'.repeat(20_000)}"]`)), [`${'[{:,'.repeat(20_000)}`]);
  assert.deepEqual(parseJsonBody(bytes('["\\\\\\"[[[[[[[[[[[[[[[[[[[[[["]')), ['\\"[[[[[[[[[[[[[[[[[[[[[[']);
  const nested = (depth: number) => bytes('['.repeat(depth) + ']'.repeat(depth));
  parseJsonBody(nested(20));
  assert.throws(() => parseJsonBody(nested(21)), /20 levels/);
  assert.throws(() => parseJsonBody(nested(1_000_000)), /20 levels/);
  assert.throws(() => parseJsonBody(bytes(`[${'1,'.repeat(20_001)}1]`)), /members/);
});

test('any line is a preamble or is not, without an error', () => {
  fc.assert(fc.property(fc.string(), (line) => parsePreamble(line) === undefined));
  fc.assert(fc.property(fc.json(), (line) => parsePreamble(line) === undefined));
  const good = {
    v: 1,
    remoteAddress: '192.0.2.1',
    remotePort: 1,
    localPort: 8443,
    sni: 'A.Test',
    protocol: 'TLSv1.3',
    cipher: 'x',
    chain: ['AQID'],
    decision: null,
  };
  assert.equal(parsePreamble(JSON.stringify(good))?.serverName, 'a.test');
  assert.deepEqual([...(parsePreamble(JSON.stringify(good))?.chain[0] ?? [])], [1, 2, 3]);
  for (const wrong of [{ v: 2 }, { remotePort: 65_536 }, { sni: 1 }, { chain: 'x' }, { remoteAddress: undefined }])
    assert.equal(parsePreamble(JSON.stringify({ ...good, ...wrong })), undefined);
});

test('the cookie counts only when it is whole and there once', () => {
  const token = 'a'.repeat(43);
  assert.equal(readSessionCookie(`x=1; __Host-tollgate=${token}; y=2`), token);
  for (const header of [
    undefined,
    '',
    `tollgate=${token}`,
    `__Host-tollgate=${token}; __Host-tollgate=${'b'.repeat(43)}`,
    `__Host-tollgate=${token}x`,
    `__Host-tollgate="${token}"`,
    `__host-tollgate=${token}`,
  ])
    assert.equal(readSessionCookie(header), undefined, header);
});

test('a host is compared without port, closing dot and case', () => {
  assert.equal(hostName('A.Test.:8443'), 'a.test');
  assert.equal(hostName('[2001:DB8::1]:8443'), '[2001:db8::1]');
  assert.equal(hostName(''), '');
});

test('the allowance for costly work is small and comes back evenly', () => {
  const time = { now: 0 };
  const limit = createRateLimit(
    { monotonic: () => time.now },
    { perMinute: 600, expensivePerMinute: 60, expensiveAtOnce: 2 },
  );
  const done = () => limit.begin('a', true)();
  for (let i = 0; i < 60; i++) done();
  assert.throws(done, /short time/);
  limit.begin('b', true);
  time.now += 1000;
  done();
  assert.throws(done, Problem);
  limit.begin('b', true);
  assert.throws(() => limit.begin('b', true), Problem, 'two at once');
});
