/** Remembers which signatures and keys were found good, so that a CA seen a thousand times is checked once. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { checkKey } from '../key/check.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { Budget } from './budget.ts';
import { ByteMemory } from './byte-memory.ts';

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
  /** By the certificate's bytes: the keys that signed it, nearly always one. */
  readonly #signers: ByteMemory<readonly Uint8Array[]>;
  readonly #refusals: ByteMemory<string>;
  /** One object per key: OpenSSL's own form of it is made once, however often the certificate is parsed. */
  readonly #issuers: ByteMemory<PublicKeyInfo>;
  readonly #signatures: 'all' | 'issuers' | 'none';

  constructor({ signatures = 'all', limit = 4_096 }: MemoryOptions = {}) {
    this.#signatures = signatures;
    this.#signers = new ByteMemory(limit);
    this.#refusals = new ByteMemory(limit);
    this.#issuers = new ByteMemory(limit);
  }

  /** Whether `issuer`'s key signed `child`; spends one signature check unless that is known already. */
  signedBy(child: Certificate, issuer: Certificate, budget: Budget): boolean {
    const remember =
      this.#signatures === 'all' || (this.#signatures === 'issuers' && child.basicConstraints?.ca === true);
    if (!remember) return this.#check(child, issuer, budget);
    const { publicKeyInfo } = issuer;
    const signers = this.#signers.get(child.der);
    if (signers?.some((key) => equalBytes(key, publicKeyInfo)) === true) return true;
    if (!this.#check(child, issuer, budget)) return false;
    this.#signers.set(child.der, [...(signers ?? []), publicKeyInfo.slice()]);
    return true;
  }

  /** Why the certificate's key may not be used, or an empty text. */
  keyRefusal(certificate: Certificate): string {
    const { publicKeyInfo } = certificate;
    const known = this.#refusals.get(publicKeyInfo);
    if (known !== undefined) return known;
    const refusal = checkKey(certificate.publicKey, 'peer').refusals[0]?.message ?? '';
    this.#refusals.set(publicKeyInfo, refusal);
    return refusal;
  }

  #check(child: Certificate, issuer: Certificate, budget: Budget): boolean {
    budget.spendSignature();
    const { publicKeyInfo } = issuer;
    let key = this.#issuers.get(publicKeyInfo);
    if (key === undefined) {
      key = issuer.publicKey;
      this.#issuers.set(publicKeyInfo, key);
    }
    // which algorithms are good enough is asked on its own
    return verifySignedBy(child, key, { weak: true });
  }
}
