import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptsLeft, nextSuggestionAt, renewalPlan } from './renewal-plan.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2030, 0);

const lifetimes = {
  '1 h': hour,
  '6 d': 6 * day,
  '47 d': 47 * day,
  '64 d': 64 * day,
  '90 d': 90 * day,
  '398 d': 398 * day,
  '10 y': 3_650 * day,
};
const anyLifetime = fc.constantFrom(...Object.values(lifetimes));
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function planAt(now: number, lifetime: number, random: number, suggested?: { start: number; end: number }) {
  return renewalPlan({ notBefore: start, notAfter: start + lifetime, now, random, ...(suggested && { suggested }) });
}

test('without a suggestion a third of the lifetime is left, half below ten days, give or take a twentieth', () => {
  for (const [name, lifetime] of Object.entries(lifetimes)) {
    const left = lifetime < 10 * day ? lifetime / 2 : lifetime / 3;
    const { renewAt, rule, due } = planAt(start, lifetime, 0.5);
    assert.equal(renewAt, Math.round(start + lifetime - left), name);
    assert.equal(rule, 'lifetime');
    assert.equal(due, false);
    for (const [random, sign] of [
      [0, -1],
      [1, 1],
    ] as const)
      assert.ok(Math.abs(planAt(start, lifetime, random).renewAt - (renewAt + (sign * lifetime) / 20)) < 1, name);
  }
});

test('the time is the same whenever it is worked out, until it has come', () => {
  fc.assert(
    fc.property(anyLifetime, anyRandom, anyRandom, (lifetime, random, part) => {
      const first = planAt(start, lifetime, random);
      const now = start + part * (first.renewAt - start);
      assert.equal(planAt(now, lifetime, random).renewAt, first.renewAt);
      assert.equal(planAt(first.renewAt, lifetime, random).due, true);
    }),
  );
});

test('a suggested window is met at a uniform moment in it, at once when it has passed', () => {
  const window = { start: start + 30 * day, end: start + 32 * day };
  fc.assert(
    fc.property(anyRandom, (random) => {
      const { renewAt, rule } = planAt(start, 90 * day, random, window);
      assert.equal(rule, 'suggested');
      assert.ok(renewAt >= window.start && renewAt <= window.end);
    }),
  );
  const past = { start: start - 2 * day, end: start - day };
  assert.deepEqual(planAt(start, 90 * day, 0.9, past), { renewAt: start, due: true, rule: 'suggested' });
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 1_000; i++) {
    const { renewAt } = planAt(start, 90 * day, i / 1_000, window);
    tenths[Math.floor(((renewAt - window.start) / (window.end - window.start)) * 10)]! += 1;
  }
  assert.ok(
    tenths.every((count) => count >= 99 && count <= 101),
    tenths.join(' '),
  );
});

test('a window far away, beyond the end, or back to front does not keep a certificate from being renewed', () => {
  fc.assert(
    fc.property(anyLifetime, anyRandom, fc.integer({ min: 0, max: 100 * 365 }), (lifetime, random, days) => {
      const suggested = { start: start + lifetime + days * day, end: start + lifetime + (days + 1) * day };
      const { renewAt, rule } = planAt(start, lifetime, random, suggested);
      assert.equal(rule, 'emergency');
      assert.equal(renewAt, start + lifetime - lifetime / 20);
      assert.equal(planAt(renewAt, lifetime, random, suggested).due, true);
    }),
  );
  assert.equal(planAt(start, 90 * day, 0.5, { start: start + 2 * day, end: start + day }).rule, 'lifetime');
});

test('with less than a twentieth left it is due, with less than a fiftieth nothing else counts', () => {
  fc.assert(
    fc.property(anyLifetime, anyRandom, fc.double({ min: 0, max: 0.0499, noNaN: true }), (lifetime, random, part) => {
      const { due, rule } = planAt(start + lifetime * (1 - part), lifetime, random, {
        start: start + lifetime,
        end: start + 2 * lifetime,
      });
      assert.equal(due, true);
      const past = { start: start - lifetime, end: start };
      const pressing = planAt(start + lifetime * (1 - part), lifetime, random, past).rule;
      assert.ok(pressing === 'emergency' || pressing === 'last', 'also when the CA suggests it: waits are cut short');
      assert.equal(rule, part < 0.0199 ? 'last' : part > 0.0201 ? 'emergency' : rule);
    }),
  );
});

test('a clock that jumps ahead or back makes no time that is lost, and none beyond the end', () => {
  fc.assert(
    fc.property(anyLifetime, anyRandom, fc.double({ min: -20, max: 20, noNaN: true }), (lifetime, random, factor) => {
      const now = start + factor * lifetime;
      const { renewAt, due } = planAt(now, lifetime, random);
      assert.ok(Number.isFinite(renewAt) && renewAt >= now);
      assert.equal(due, renewAt === now);
      if (now >= start + lifetime) assert.equal(due, true);
      if (now < start) assert.ok(renewAt >= start, 'renewed before it is valid');
    }),
  );
});

test('the CA is asked for its window at least twice a day and at most once a minute', () => {
  assert.equal(nextSuggestionAt(start, undefined), start + 6 * hour);
  assert.equal(nextSuggestionAt(start, start + 3 * hour), start + 3 * hour);
  assert.equal(nextSuggestionAt(start, start + 24 * hour), start + 12 * hour);
  assert.equal(nextSuggestionAt(start, start), start + minute);
});

test('attempts left before the end: four quick ones, then one a day', () => {
  assert.equal(attemptsLeft(start, start), 0);
  assert.equal(attemptsLeft(start, start + 30_000), 1);
  assert.equal(attemptsLeft(start, start + 5 * minute), 2);
  assert.equal(attemptsLeft(start, start + 12 * hour), 4);
  assert.equal(attemptsLeft(start, start + 30 * day), 33);
});
