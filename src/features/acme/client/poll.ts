/** Asking until a CA has decided (RFC 8555 7.5.1): quick at first, then ever slower, never before the server wants it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../lib/clock.ts';
import { AcmeProblem } from './acme-problem.ts';
import { clampedTime } from './wire/retry-after.ts';

export interface PollOptions {
  readonly clock: Clock;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds after which it is given up. */
  readonly within: number;
  readonly signal: AbortSignal;
}

/** What the server said, and when it wants to be asked again: milliseconds since 1970. */
export interface Polled<T> {
  readonly value: T;
  readonly retryAt: number | undefined;
}

/** The first value that is decided. A server that fails for a moment is asked again: the order at it goes on. */
export async function poll<T>(
  ask: () => Promise<Polled<T>>,
  decided: (value: T) => boolean,
  { clock, wait = sleepFor, within, signal }: PollOptions,
): Promise<T> {
  const until = clock.monotonic() + within;
  for (let pause = shortest; ; pause = Math.min(pause * 2, longest)) {
    const { value, retryAt, fault } = await attempt(ask);
    if (fault === undefined && decided(value)) return value;
    const now = clock.now();
    const least = fault === undefined ? pause : Math.max(pause, afterFault);
    const next = retryAt === undefined ? least : clampedTime(retryAt, now, least, longestWanted) - now;
    if (clock.monotonic() + next > until)
      throw fault ?? new AcmeProblem('acme.timeout', `The CA did not decide within ${Math.round(within / 1_000)} s.`);
    await wait(next, signal);
  }
}

const shortest = 5;
const longest = 10_000;
const afterFault = 500;
/** A longer wait is cut: the order would have ended before. */
const longestWanted = 60_000;

type Attempt<T> =
  | (Polled<T> & { readonly fault?: undefined })
  | { readonly value?: undefined; readonly retryAt: number | undefined; readonly fault: AcmeProblem };

async function attempt<T>(ask: () => Promise<Polled<T>>): Promise<Attempt<T>> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AcmeProblem && isPassing(error)) return { retryAt: error.failure.retryAt, fault: error };
    throw error;
  }
}

function isPassing({ code, failure }: AcmeProblem): boolean {
  if (code === 'acme.no-connection' || code === 'acme.timeout' || code === 'acme.rate-limited') return true;
  return code === 'acme.refused' && (failure.document?.status ?? 0) >= 500;
}

async function sleepFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
