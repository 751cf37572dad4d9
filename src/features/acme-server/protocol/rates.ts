/** How often something may be done: requests of an address a minute, and what the database counts (RFC 8555 6.6). */
import type { Clock } from '../../../lib/clock.ts';
import { networkOf } from '../../../pki/name/network-of.ts';
import { AcmeError } from './acme-error.ts';

/** More addresses than this are not told apart in time: the one not seen longest is forgotten. */
const mostAddresses = 20_000;

export interface RequestRate {
  /** Counts a request; throws `rateLimited` with Retry-After. IPv6 addresses count by their network of 64 bits. */
  take(address: string, perMinute: number): void;
}

export function createRequestRate(clock: Pick<Clock, 'monotonic'>): RequestRate {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(address, perMinute) {
      const key = networkOf(address) ?? address;
      const now = clock.monotonic();
      const before = buckets.get(key) ?? { left: perMinute, at: now };
      const left = Math.min(perMinute, before.left + ((now - before.at) / 60_000) * perMinute);
      buckets.delete(key);
      buckets.set(key, { left: left < 1 ? left : left - 1, at: now });
      if (buckets.size > mostAddresses) buckets.delete(buckets.keys().next().value ?? '');
      if (left < 1)
        throw tooMany(
          'requests',
          'More requests came from this address than it may send.',
          ((1 - left) * 60) / perMinute,
        );
    },
  };
}

/**
 * Throws `rateLimited` when as many or more happened within `span` milliseconds; `times` oldest first. The answer says
 * when the oldest leaves the span.
 */
export function refuseAbove(
  times: readonly number[],
  most: number,
  limit: { readonly reason: string; readonly words: string; readonly span: number; readonly now: number },
): void {
  if (times.length < most) return;
  const frees = times[times.length - most] ?? limit.now;
  throw tooMany(limit.reason, limit.words, (frees + limit.span - limit.now) / 1_000);
}

/** `rateLimited`, to be tried again after so many seconds. */
export function tooMany(reason: string, words: string, seconds: number): AcmeError {
  const after = Math.max(1, Math.ceil(seconds));
  return new AcmeError('rateLimited', reason, `${words} Try again in ${after} s.`, {
    headers: { 'retry-after': String(after) },
  });
}
