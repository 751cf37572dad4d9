/** Remembers which URLs failed, so that they rest: 60 s after the first failure, twice as long after each further one, at most an hour. */
import type { Clock } from '../../../lib/clock.ts';
import { type FetchError, fetchError } from './fetch-error.ts';

const firstRest = 60_000;
const longestRest = 3_600_000;
const mostUrls = 4_096;

interface Failure {
  readonly until: number;
  readonly rest: number;
  readonly error: FetchError;
}

export class FailureMemory {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The error while the URL rests, else undefined. */
  resting(url: string): FetchError | undefined {
    const failure = this.#failures.get(url);
    const left = failure === undefined ? 0 : failure.until - this.#clock.monotonic();
    if (failure === undefined || left <= 0) return undefined;
    const seconds = Math.ceil(left / 1_000);
    return fetchError(
      'revocation.waiting',
      `${failure.error.message} It is tried again in ${seconds} s.`,
      failure.error.hint,
      failure.error.allowHost,
    );
  }

  failed(url: string, error: FetchError): void {
    // being busy says nothing about the URL
    if (error.code === 'revocation.busy' || error.code === 'revocation.waiting') return;
    const before = this.#failures.get(url);
    const rest = before === undefined ? firstRest : Math.min(before.rest * 2, longestRest);
    this.#failures.delete(url);
    this.#failures.set(url, { until: this.#clock.monotonic() + rest, rest, error });
    const oldest = this.#failures.keys().next().value;
    if (this.#failures.size > mostUrls && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(url: string): void {
    this.#failures.delete(url);
  }

  /** After a change of the settings everything may be tried again. */
  forget(): void {
    this.#failures.clear();
  }
}
