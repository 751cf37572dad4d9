/** Remembers which signatures and keys were found good, so that a CA seen a thousand times is checked once. */
import type { Certificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { checkKey } from '../key/check.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { Budget } from './budget.ts';

export interface MemoryOptions {
  /** Whose signatures are remembered: of every certificate, of CA certificates, or none. */
  readonly signatures?: 'all' | 'issuers' | 'none';
  /** Entries of each kind; the oldest is forgotten first. */
  readonly limit?: number;
}

/**
 * A bounded memory that may outlive a verification. Only facts that can never change are kept: this key signed these
 * bytes, this key is well made. Whether anything is trusted, valid or revoked is worked out anew each time.
 */
export class SignatureMemory {
  readonly #good = new Map<string, Set<string>>();
  readonly #refusals = new Map<string, string>();
  /** One object per key: OpenSSL's own form of it is made once, however often the certificate is parsed. */
  readonly #issuers = new Map<string, PublicKeyInfo>();
  readonly #signatures: 'all' | 'issuers' | 'none';
  readonly #limit: number;

  constructor({ signatures = 'all', limit = 4_096 }: MemoryOptions = {}) {
    this.#signatures = signatures;
    this.#limit = limit;
  }

  /** Whether `issuer`'s key signed `child`; spends one signature check unless that is known already. */
  signedBy(child: Certificate, issuer: PublicKeyInfo, budget: Budget): boolean {
    const remember =
      this.#signatures === 'all' || (this.#signatures === 'issuers' && child.basicConstraints?.ca === true);
    const key = textOf(issuer.der);
    if (!remember) return this.#check(child, issuer, key, budget);
    const bytes = textOf(child.der);
    if (this.#good.get(bytes)?.has(key) === true) return true;
    if (!this.#check(child, issuer, key, budget)) return false;
    this.#keep(this.#good, bytes, (this.#good.get(bytes) ?? new Set()).add(key));
    return true;
  }

  /** Why the key may not be used, or an empty text. */
  keyRefusal(key: PublicKeyInfo): string {
    const bytes = textOf(key.der);
    const known = this.#refusals.get(bytes);
    if (known !== undefined) return known;
    const refusal = checkKey(key, 'peer').refusals[0]?.message ?? '';
    this.#keep(this.#refusals, bytes, refusal);
    return refusal;
  }

  #check(child: Certificate, issuer: PublicKeyInfo, key: string, budget: Budget): boolean {
    budget.spendSignature();
    const known = this.#issuers.get(key);
    if (known === undefined) this.#keep(this.#issuers, key, issuer);
    // which algorithms are good enough is asked on its own
    return verifySignedBy(child, known ?? issuer, { weak: true });
  }

  #keep<T>(map: Map<string, T>, key: string, value: T): void {
    if (map.size >= this.#limit) map.delete(map.keys().next().value ?? '');
    map.set(key, value);
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
