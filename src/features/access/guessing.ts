/**
 * Limits guessing of passwords: counters per account and per address in the database. An account is slowed down, never
 * locked: from the fifth wrong password on each further try has to wait, twice as long each time, at most 15 minutes.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { Problem } from '../../lib/problem.ts';
import type { Storage } from '../../storage/storage.ts';
import { addressKey } from './address-range.ts';
import { deleteGuesses, deleteOldGuesses, type Guesses, readGuesses, writeGuesses } from './store.ts';

const window = 15 * 60_000;
const firstWait = 60_000;
const limits = { account: 5, address: 20 } as const;

export interface Guessing {
  /** Counts a try before it is checked, so that parallel ones count too. Throws `access.too-many-tries` (429). */
  begin(account: string, address: string): Promise<void>;
  /** Takes the try back: the password was right. */
  succeeded(account: string, address: string): Promise<void>;
}

export function createGuessing({ storage, clock }: { readonly storage: Storage; readonly clock: Clock }): Guessing {
  const keysOf = (account: string, address: string) =>
    [
      [`account:${createHash('sha256').update(account).digest('hex')}`, limits.account],
      ...(address === '' ? [] : [[`address:${addressKey(address)}`, limits.address] as const]),
    ] as readonly (readonly [key: string, limit: number])[];
  return {
    begin: (account, address) =>
      storage.transaction(async (trx) => {
        const now = clock.now();
        await deleteOldGuesses(trx, now - 2 * window);
        const keys = keysOf(account, address);
        const known = await Promise.all(keys.map(async ([key]) => current(await readGuesses(trx, key), key, now)));
        const until = Math.max(...known.map((guesses) => guesses.blocked_until));
        if (until > now) throw tooMany(until - now);
        for (const [i, [, limit]] of keys.entries()) await writeGuesses(trx, counted(known[i]!, limit, now));
      }),
    succeeded: (account, address) =>
      storage.transaction(async (trx) => {
        for (const [key] of keysOf(account, address)) {
          const guesses = await readGuesses(trx, key);
          if (guesses === undefined) continue;
          if (key.startsWith('account:') || guesses.count <= 1) await deleteGuesses(trx, key);
          else await writeGuesses(trx, { ...guesses, count: guesses.count - 1, blocked_until: 0 });
        }
      }),
  };
}

/** A row is forgotten when nothing was tried for a window after the last try and the last wait. */
function current(guesses: Guesses | undefined, key: string, now: number): Guesses {
  const fresh = { key, count: 0, window_start: now, blocked_until: 0 };
  if (guesses === undefined || now > Math.max(guesses.window_start, guesses.blocked_until) + window) return fresh;
  return guesses;
}

function counted(guesses: Guesses, limit: number, now: number): Guesses {
  const count = guesses.count + 1;
  const wait = count < limit ? 0 : Math.min(window, firstWait * 2 ** (count - limit));
  return { key: guesses.key, count, window_start: now, blocked_until: now + wait };
}

function tooMany(wait: number): Problem {
  const seconds = Math.ceil(wait / 1000);
  return new Problem({
    code: 'access.too-many-tries',
    status: 429,
    title: 'Too many wrong passwords',
    detail: `This account or your address has to wait ${seconds} seconds before the next try.`,
    hint: 'On the gateway itself the command line always works: tollgate user set-password.',
    extra: { retryAfter: seconds },
  });
}
