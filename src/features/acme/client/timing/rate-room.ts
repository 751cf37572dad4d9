/** How much room a CA's limits leave, counted here so that they are not run into; pure. */
import type { Identifier } from '../resource/identifier.ts';

/** So many events of one key within a sliding window. */
export interface RateLimit {
  readonly name: RateLimitName;
  readonly most: number;
  /** Milliseconds. */
  readonly window: number;
  /** What is counted, in words. */
  readonly words: string;
}

export type RateLimitName =
  | 'certificates-per-domain'
  | 'certificates-per-set'
  | 'orders'
  | 'accounts'
  | 'failed-authorizations'
  | 'operator-retries';

export interface RateRoom {
  readonly used: number;
  /** 0: nothing more before `freeAt`. */
  readonly left: number;
  /** When there is room again; milliseconds since 1970, now when there is. */
  readonly freeAt: number;
  /** True when four fifths are used up. */
  readonly scarce: boolean;
}

/**
 * `times`: of the events of one key, in any order, milliseconds since 1970. Those in the future count too, as far as the
 * window reaches: what is further away was counted by a clock that ran ahead.
 */
export function rateRoom({ most, window }: RateLimit, times: readonly number[], now: number): RateRoom {
  const inside = times.filter((time) => time > now - window && time < now + window).sort((a, b) => a - b);
  const used = inside.length;
  const left = Math.max(0, most - used);
  const freeAt = left > 0 ? now : inside[used - most]! + window;
  return { used, left, freeAt, scarce: used * 5 >= most * 4 };
}

/** Limits that the largest public CA publishes, and two of our own that stay below them. */
export const rateLimits = {
  'certificates-per-domain': limit(
    'certificates-per-domain',
    50,
    7 * 24,
    'certificates of one registered domain in 7 days',
  ),
  'certificates-per-set': limit('certificates-per-set', 5, 7 * 24, 'certificates of exactly these names in 7 days'),
  orders: limit('orders', 300, 3, 'orders of one account in 3 hours'),
  accounts: limit('accounts', 10, 3, 'new accounts from one address in 3 hours'),
  'failed-authorizations': limit('failed-authorizations', 4, 1, 'failed authorizations of one name in an hour'),
  'operator-retries': limit('operator-retries', 4, 1, 'attempts that an operator asked for in an hour'),
} as const satisfies Readonly<Record<RateLimitName, RateLimit>>;

/** One text for a set of names, whatever their order. */
export function setKey(identifiers: readonly Identifier[]): string {
  return [...new Set(identifiers.map(({ value }) => value))].sort().join(' ');
}

/**
 * The domain under which certificates are counted: the last two labels, three below a short second level such as
 * `co.uk`. An estimate, for without a list of public suffixes nobody knows; it only makes the warning come early.
 */
export function registeredDomain({ type, value }: Identifier): string {
  if (type === 'ip') return value;
  const labels = value.replace(/^\*\./, '').split('.');
  const short = labels.length > 2 && labels.at(-1)!.length === 2 && labels.at(-2)!.length <= 3;
  return labels.slice(short ? -3 : -2).join('.');
}

function limit(name: RateLimitName, most: number, hours: number, words: string): RateLimit {
  return { name, most, window: hours * 3_600_000, words };
}
