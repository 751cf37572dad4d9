/** Nonces that a server gave with its answers, each good for one request (RFC 8555 6.5). */
import type { Clock } from '../../../../lib/clock.ts';

const most = 16;
/** Servers forget theirs after some time; an old one costs a round trip more than it saves. */
const longest = 5 * 60_000;

export class NoncePool {
  readonly #clock: Clock;
  readonly #nonces: { readonly value: string; readonly until: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps what a server sent as Replay-Nonce; anything but base64url is passed over (RFC 8555 6.5.1). */
  add(value: string | undefined): boolean {
    if (value === undefined || !/^[A-Za-z0-9_-]{1,512}$/.test(value)) return false;
    this.#nonces.push({ value, until: this.#clock.monotonic() + longest });
    if (this.#nonces.length > most) this.#nonces.shift();
    return true;
  }

  /** The newest one, which is no longer in the pool then. */
  take(): string | undefined {
    const now = this.#clock.monotonic();
    for (let last = this.#nonces.pop(); last !== undefined; last = this.#nonces.pop())
      if (last.until > now) return last.value;
    return undefined;
  }

  clear(): void {
    this.#nonces.length = 0;
  }
}
