/** Remembers which signatures and keys were found good, so that a CA seen a thousand times is checked once. */
import type { Certificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { checkKey } from '../key/check.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { Budget } from './budget.ts';

/**
 * A bounded memory that may outlive a verification. Only facts that can never change are kept: this key signed these
 * bytes, this key is well made. Whether anything is trusted, valid or revoked is worked out anew each time.
 */
export class SignatureMemory {
  readonly #good = new Map<string, Set<string>>();
  readonly #keys = new Map<string, string>();
  readonly #limit: number;

  /** `limit` bounds the signatures and the keys that are remembered; the oldest is forgotten first. */
  constructor(limit = 4_096) {
    this.#limit = limit;
  }

  /** Whether `issuer`'s key signed `child`; spends one signature check when that is not known yet. */
  signedBy(child: Certificate, issuer: PublicKeyInfo, budget: Budget, remember: boolean): boolean {
    const key = textOf(issuer.der);
    const bytes = textOf(child.der);
    if (this.#good.get(bytes)?.has(key) === true) return true;
    budget.spendSignature();
    if (!verifySignedBy(child, issuer)) return false;
    if (!remember) return true;
    const keys = this.#good.get(bytes) ?? new Set();
    keys.add(key);
    this.#keep(this.#good, bytes, keys);
    return true;
  }

  /** Why the key may not be used, or an empty text. */
  keyRefusal(key: PublicKeyInfo): string {
    const bytes = textOf(key.der);
    const known = this.#keys.get(bytes);
    if (known !== undefined) return known;
    const refusal = checkKey(key, 'peer').refusals[0]?.message ?? '';
    this.#keep(this.#keys, bytes, refusal);
    return refusal;
  }

  #keep<T>(map: Map<string, T>, key: string, value: T): void {
    if (map.size >= this.#limit) map.delete(map.keys().next().value ?? '');
    map.set(key, value);
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
