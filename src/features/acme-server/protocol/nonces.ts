/** Nonces against replay (RFC 8555 6.5): each taken once, for an hour, never more than so many, gone with a restart. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';

const lifetime = 3_600_000;
const mostNonces = 20_000;

export interface Nonces {
  /** A new one; the oldest is forgotten when there are too many. */
  issue(): string;
  /** Whether it was issued here, lately, and is used for the first time. */
  use(nonce: string): boolean;
}

export function createNonces(clock: Pick<Clock, 'monotonic'>, most = mostNonces): Nonces {
  // in the order of issue, so that the oldest stands first
  const issued = new Map<string, number>();
  return {
    issue() {
      const nonce = randomBytes(16).toString('base64url');
      issued.set(nonce, clock.monotonic());
      if (issued.size > most) issued.delete(issued.keys().next().value ?? '');
      return nonce;
    },
    use(nonce) {
      const at = issued.get(nonce);
      issued.delete(nonce);
      return at !== undefined && clock.monotonic() - at <= lifetime;
    },
  };
}
