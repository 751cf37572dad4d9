/** How much is fetched at once: so many from one host, so many in all, so many started each second, a short queue. */
import type { Clock } from '../../../lib/clock.ts';

export interface FetchLimits {
  readonly perHost: number;
  readonly total: number;
  readonly queue: number;
  readonly startsPerSecond: number;
}

export const defaultFetchLimits: FetchLimits = { perHost: 2, total: 32, queue: 256, startsPerSecond: 20 };

interface Waiting {
  readonly host: string;
  readonly start: (release: () => void) => void;
}

/** Hands out places. The caller gives each one back by calling what it got. */
export class LoadLimits {
  readonly #limits: FetchLimits;
  readonly #clock: Clock;
  readonly #running = new Map<string, number>();
  readonly #queue: Waiting[] = [];
  readonly #starts: number[] = [];
  #total = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, limits: FetchLimits = defaultFetchLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get running(): number {
    return this.#total;
  }

  /** Resolves with the way to give the place back; `busy` when too many wait, `aborted` when it was given up. */
  enter(host: string, signal: AbortSignal): Promise<(() => void) | 'busy' | 'aborted'> {
    if (signal.aborted) return Promise.resolve('aborted');
    if (this.#queue.length >= this.#limits.queue) return Promise.resolve('busy');
    return new Promise((resolve) => {
      const waiting: Waiting = {
        host,
        start: (release) => {
          signal.removeEventListener('abort', give);
          resolve(release);
        },
      };
      const give = (): void => {
        const at = this.#queue.indexOf(waiting);
        if (at >= 0) this.#queue.splice(at, 1);
        resolve('aborted');
      };
      signal.addEventListener('abort', give, { once: true });
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  #pump(): void {
    for (let i = 0; i < this.#queue.length && this.#total < this.#limits.total; ) {
      const { host, start } = this.#queue[i]!;
      if ((this.#running.get(host) ?? 0) >= this.#limits.perHost) {
        i++;
        continue;
      }
      const wait = this.#untilNextStart();
      if (wait > 0) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#pump();
        }, wait);
        return;
      }
      this.#queue.splice(i, 1);
      this.#starts.push(this.#clock.monotonic());
      this.#total++;
      this.#running.set(host, (this.#running.get(host) ?? 0) + 1);
      start(this.#releaseOnce(host));
    }
  }

  #releaseOnce(host: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#total--;
      const left = (this.#running.get(host) ?? 1) - 1;
      if (left === 0) this.#running.delete(host);
      else this.#running.set(host, left);
      this.#pump();
    };
  }

  /** Milliseconds until the starts of the last second leave room for another. */
  #untilNextStart(): number {
    const now = this.#clock.monotonic();
    while (this.#starts.length > 0 && this.#starts[0]! <= now - 1_000) this.#starts.shift();
    if (this.#starts.length < this.#limits.startsPerSecond) return 0;
    return Math.max(1, Math.ceil(this.#starts[0]! + 1_000 - now));
  }
}
