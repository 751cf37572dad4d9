import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../../../test/differential/random.ts';
import { nextAttempt } from './next-attempt.ts';
import { renewalPlan } from './renewal-plan.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2030, 0);

interface Life {
  readonly lifetime: number;
  /** The CA suggests windows, or does not. */
  readonly suggests: boolean;
  readonly away: { readonly from: number; readonly to: number };
  readonly random: () => number;
}

interface Lived {
  readonly attempts: readonly number[];
  readonly renewals: number;
  /** Milliseconds without a valid certificate. */
  readonly expired: number;
}

/** Three years of one certificate: it is looked at when something is due, and the CA is away for a while. */
function live({ lifetime, suggests, away, random }: Life): Lived {
  const attempts: number[] = [];
  let certificate = { notBefore: start, notAfter: start + lifetime, random: random() };
  let failure: { first: number; last: number; count: number } | undefined;
  let renewals = 0;
  let expired = 0;
  for (let now = start; now < start + 3 * 365 * day; ) {
    const { notBefore, notAfter } = certificate;
    const suggested = { start: notBefore + lifetime * 0.6, end: notBefore + lifetime * 0.63 };
    const plan = renewalPlan({ ...certificate, now, ...(suggests && { suggested }) });
    const waits =
      failure === undefined
        ? plan.renewAt
        : (nextAttempt({
            firstFailedAt: failure.first,
            failedAt: failure.last,
            failures: failure.count,
            permanent: false,
            random: random(),
          }).at ?? now + day);
    const at = Math.max(now, waits);
    if (at > now) {
      now = at;
      continue;
    }
    attempts.push(now);
    if (now >= away.from && now < away.to) {
      failure = { first: failure?.first ?? now, last: now, count: (failure?.count ?? 0) + 1 };
      now += 1;
    } else {
      expired += Math.max(0, now - notAfter);
      certificate = { notBefore: now, notAfter: now + lifetime, random: random() };
      failure = undefined;
      renewals++;
    }
  }
  return { attempts, renewals, expired };
}

test('three years with the CA away for 14 days: 90 days never end, 47 only when the outage takes all that is left; no burst', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(90 * day, 47 * day),
      fc.boolean(),
      fc.nat(1_000 * 24),
      fc.nat(),
      (lifetime, suggests, hours, seed) => {
        const from = start + hours * hour;
        const chance = new Random(seed);
        const random = (): number => chance.next();
        const { attempts, renewals, expired } = live({
          lifetime,
          suggests,
          away: { from, to: from + 14 * day },
          random,
        });
        // a third of 47 days, less the jitter, is 13.3 days: the last hours of such an outage cannot always be bridged
        assert.ok(
          expired <= (lifetime < 60 * day && !suggests ? 2 * day : 0),
          `${expired / hour} hours without a certificate`,
        );
        assert.ok(renewals >= (3 * 365 * day) / lifetime);
        const perDay = Map.groupBy(attempts, (time) => Math.floor((time - start) / day));
        assert.ok([...perDay.values()].every((all) => all.length <= 5));
        assert.ok(attempts.length <= renewals + 20, `${attempts.length} attempts for ${renewals} renewals`);
      },
    ),
    { numRuns: 200 },
  );
});

test('lifetimes of six days are renewed every three days, and after an outage at the next daily attempt', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.nat(1_000 * 24), fc.nat(), (suggests, hours, seed) => {
      const from = start + hours * hour;
      const chance = new Random(seed);
      const random = (): number => chance.next();
      const { attempts, renewals, expired } = live({
        lifetime: 6 * day,
        suggests,
        away: { from, to: from + 14 * day },
        random,
      });
      assert.ok(expired <= 13.5 * day, `${expired / day} days`);
      assert.ok(renewals > 200 && renewals < 400);
      assert.ok(attempts.length <= renewals + 20);
    }),
    { numRuns: 50 },
  );
});
