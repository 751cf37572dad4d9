import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../../../test/differential/random.ts';
import { AcmeProblem, type AcmeProblemCode } from '../acme-problem.ts';
import { type ProblemType, readProblemDocument } from '../resource/problem-document.ts';
import { failureStages, isPermanent, nextAttempt } from './next-attempt.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2030, 0);

interface Outage {
  readonly seed: number;
  readonly lasts: number;
  readonly permanent?: boolean;
  /** An operator says “go on” whenever the attempts have stopped. */
  readonly goesOn?: boolean;
  /** The server asks for so much time with each refusal. */
  readonly retryAfter?: number;
}

/** Times of all attempts while everything fails. */
function attempts({ seed, lasts, permanent = false, goesOn = false, retryAfter }: Outage): readonly number[] {
  const chance = new Random(seed);
  const times = [start];
  let goneOnAt: number | undefined;
  for (let now = start; ; ) {
    const next = nextAttempt({
      firstFailedAt: start,
      failedAt: now,
      failures: times.length,
      permanent,
      random: chance.next(),
      ...(retryAfter !== undefined && { retryAt: now + retryAfter }),
      ...(goneOnAt !== undefined && { goneOnAt }),
    });
    if (next.at === undefined && !goesOn) return times;
    if (next.at === undefined) goneOnAt = now + 1;
    now = next.at ?? now + 1;
    if (now - start > lasts) return times;
    if (next.at !== undefined) times.push(now);
  }
}

test('attempts come after 1, 10 and 100 minutes, then daily, give or take a fifth', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const times = attempts({ seed, lasts: 20 * day });
      const waits = times.slice(1).map((time, i) => time - times[i]!);
      for (const [i, wanted] of [minute, 10 * minute, 100 * minute].entries())
        assert.ok(waits[i]! >= 0.8 * wanted && waits[i]! <= 1.2 * wanted, `${waits[i]}`);
      for (const wait of waits.slice(4)) assert.ok(wait >= 0.6 * day && wait <= 1.4 * day, `${wait / day} days`);
    }),
  );
});

test('an outage of 90 days costs at most 95 attempts, and no day more than two after the first', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, goesOn) => {
      const times = attempts({ seed, lasts: 90 * day, goesOn });
      assert.ok(times.length <= 95, `${times.length} attempts`);
      assert.ok(times.length >= (goesOn ? 90 : 30), `${times.length} attempts`);
      const perDay = Map.groupBy(times.slice(5), (time) => Math.floor((time - start) / day));
      for (const [number, all] of perDay) assert.ok(all.length <= 2, `${all.length} on day ${number}`);
    }),
    { numRuns: 300 },
  );
});

test('after 30 days of failures nothing is tried until an operator says so', () => {
  const times = attempts({ seed: 1, lasts: 400 * day });
  const last = times.at(-1)!;
  assert.ok(last - start >= 30 * day && last - start < 32 * day);
  assert.deepEqual(nextAttempt({ firstFailedAt: start, failedAt: last, failures: 40, permanent: false, random: 0.5 }), {
    at: undefined,
    pace: 'stopped',
  });
  const goneOn = nextAttempt({
    firstFailedAt: start,
    failedAt: last,
    failures: 40,
    permanent: false,
    random: 0.5,
    goneOnAt: last,
  });
  assert.equal(goneOn.pace, 'daily');
});

test('what only a person can mend is tried once a day from the start', () => {
  const times = attempts({ seed: 3, lasts: 10 * day, permanent: true });
  assert.ok(times[1]! - start >= 0.8 * day);
  assert.ok(times.length <= 11);
});

test('no attempt is earlier than the CA wants it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 72 }), (seed, hours) => {
      const times = attempts({ seed, lasts: 20 * day, retryAfter: hours * hour });
      for (const [i, time] of times.slice(1).entries()) assert.ok(time - times[i]! >= hours * hour);
    }),
  );
});

test('refusals of a name, of its CAA records and of its kind are permanent, also inside a list of them', () => {
  const of = (type: ProblemType, code: AcmeProblemCode = 'acme.refused'): AcmeProblem =>
    new AcmeProblem(code, 'x', { document: readProblemDocument({ type: `urn:ietf:params:acme:error:${type}` }) });
  for (const type of ['rejectedIdentifier', 'caa', 'unsupportedIdentifier'] as const)
    assert.ok(isPermanent(of(type)), type);
  for (const type of ['connection', 'serverInternal', 'dns', 'rateLimited', 'unauthorized', 'other'] as const)
    assert.ok(!isPermanent(of(type)), type);
  const inside = readProblemDocument({
    type: 'urn:ietf:params:acme:error:compound',
    subproblems: [{ type: 'urn:ietf:params:acme:error:caa' }],
  });
  assert.ok(isPermanent(new AcmeProblem('acme.refused', 'x', { document: inside })));
  assert.ok(isPermanent(new AcmeProblem('acme.terms-not-accepted', 'x')));
  assert.ok(!isPermanent(new AcmeProblem('acme.timeout', 'x')));
});

test('a person is told after 1 and 7 days, and 30, 14, 7, 3 and 1 days before the end', () => {
  const long = { firstFailedAt: start, notBefore: start - 60 * day, notAfter: start + 31 * day };
  const at = (days: number) => failureStages(start + days * day, long);
  assert.deepEqual(at(0.5), []);
  assert.deepEqual(at(1), ['failing-1-day', 'ends-in-30-days']);
  assert.deepEqual(at(7), ['failing-1-day', 'failing-7-days', 'ends-in-30-days']);
  assert.deepEqual(at(30.5).slice(2), [
    'ends-in-30-days',
    'ends-in-14-days',
    'ends-in-7-days',
    'ends-in-3-days',
    'ends-in-1-day',
  ]);
  const short = { firstFailedAt: start, notBefore: start, notAfter: start + 6 * day };
  assert.deepEqual(failureStages(start + 5.5 * day, short), ['failing-1-day', 'ends-in-3-days', 'ends-in-1-day']);
});
