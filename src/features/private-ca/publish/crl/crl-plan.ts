/** When a CRL is due and what it must still list (RFC 5280 3.3, 5). Times are milliseconds since 1970. */
import type { Authority } from '../../authority/authority.ts';
import type { PublishSettings } from '../publishing.ts';
import type { CrlRow } from '../store.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long a CRL of this authority holds. */
export function crlLife({ key }: Pick<Authority, 'key'>, settings: PublishSettings): number {
  return key === 'passphrase' ? settings.passphraseCrlDays * day : settings.crlHours * hour;
}

/** At half of its life. */
export function renewAt({ this_update, next_update }: Pick<CrlRow, 'this_update' | 'next_update'>): number {
  return this_update + (next_update - this_update) / 2;
}

/** The last moment at which the next one may come: a fifth of the life before the end. */
export function lateAt({ this_update, next_update }: Pick<CrlRow, 'this_update' | 'next_update'>): number {
  return next_update - (next_update - this_update) / 5;
}

/** A minute back, for clocks that are slow; never the second of the one before, unless that was made ahead of time. */
export function thisUpdateFor(now: number, before: Pick<CrlRow, 'this_update'> | undefined): number {
  const back = Math.floor((now - minute) / 1000) * 1000;
  return before === undefined || isAhead(before.this_update, now) ? back : Math.max(back, before.this_update + 1000);
}

/** Whether something began so far in the future that the clock must have been set back since: nobody takes it yet. */
export function isAhead(begins: number, now: number): boolean {
  return begins > now + minute;
}

/**
 * Certificates that ended before this are left out: they were listed by a regular CRL that was made after their end
 * (RFC 5280 3.3).
 */
export function listedFrom(before: Pick<CrlRow, 'regular_this_update'> | undefined): number {
  return before?.regular_this_update ?? 0;
}

/** CRLs of an authority: 0 about all certificates, then each part; parts need an address to be told apart by. */
export function partitionsOf({ partitions }: Pick<Authority, 'partitions'>, hasAddress: boolean): readonly number[] {
  return [0, ...Array.from({ length: hasAddress ? partitions : 0 }, (_, i) => i + 1)];
}

/**
 * After a large CRL there is a pause in which revocations gather: a tenth of the time goes into making it. After many
 * short ones in a row there is one as well, as each begins a second after the one before and none in the future.
 */
export function earliestAfter({ this_update, took }: Pick<CrlRow, 'this_update' | 'took'>): number {
  return took < 1_000 ? this_update + 1_000 : this_update + minute + took * 10;
}
