/** How many requests one session, token or address may make: a steady allowance and a small one for costly work. */
import type { Clock } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';

export interface Rates {
  /** Requests a minute. */
  readonly perMinute: number;
  /** Costly requests a minute: key generation, uploads, password checks. */
  readonly expensivePerMinute: number;
  /** Costly requests running at once. */
  readonly expensiveAtOnce: number;
}

export const defaultRates: Rates = { perMinute: 600, expensivePerMinute: 60, expensiveAtOnce: 2 };

export interface RateLimit {
  /** Counts a request of `key`; throws `http.too-many-requests` (429). */
  take(key: string): void;
  /** Counts costly work of `key`; what it returns must be called when the work ended. `atOnce`: limit parallel work. */
  begin(key: string, atOnce: boolean): () => void;
}

/** More keys than this are not told apart in time: the oldest are forgotten. */
const maxKeys = 20_000;

export function createRateLimit(clock: Pick<Clock, 'monotonic'>, rates: Rates): RateLimit {
  const all = createBuckets(clock, rates.perMinute);
  const costly = createBuckets(clock, rates.expensivePerMinute);
  const running = new Map<string, number>();
  return {
    take: (key) => refuseAfter(all(key)),
    begin(key, atOnce) {
      const now = running.get(key) ?? 0;
      if (atOnce && now >= rates.expensiveAtOnce) refuseAfter(1);
      refuseAfter(costly(key));
      running.set(key, now + 1);
      return () => {
        const left = (running.get(key) ?? 1) - 1;
        if (left === 0) running.delete(key);
        else running.set(key, left);
      };
    },
  };
}

/** A bucket per key that fills evenly; gives 0, or the seconds to wait. */
function createBuckets(clock: Pick<Clock, 'monotonic'>, perMinute: number): (key: string) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  return (key) => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { left: perMinute, at: now };
    bucket.left = Math.min(perMinute, bucket.left + ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > maxKeys) buckets.delete(buckets.keys().next().value ?? '');
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * 60) / perMinute);
    bucket.left--;
    return 0;
  };
}

function refuseAfter(seconds: number): void {
  if (seconds === 0) return;
  throw new Problem({
    code: 'http.too-many-requests',
    status: 429,
    title: 'Too many requests',
    detail: 'More was asked in a short time than one caller may.',
    hint: `Try again in ${seconds} s.`,
    extra: { retryAfter: seconds },
  });
}
