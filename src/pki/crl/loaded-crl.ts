/** A CRL ready to be asked: its header decoded once, its signature checked once, its index made when first needed. */
import { toHex } from '../../lib/bytes.ts';
import { ok, type Result } from '../../lib/result.ts';
import { type Certificate, fingerprint } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { canonicalName, type DistinguishedName, toRfc4514 } from '../name/distinguished-name.ts';
import type { PkiError } from '../pki-error.ts';
import { type Crl, type IssuingDistributionPoint, parseCrl } from './crl.ts';
import { type CrlIndex, indexCrl } from './crl-index.ts';
import type { RevocationEvidence } from './revocation-status.ts';

/** Reads a CRL for use; its entries are checked when they are first looked into. `source` is shown to people. */
export function loadCrl(der: Uint8Array, source: string): Result<LoadedCrl, PkiError> {
  const parsed = parseCrl(der, { deferEntries: true });
  return parsed.ok ? ok(new LoadedCrl(parsed.value, source)) : parsed;
}

const maxRememberedKeys = 64;

export class LoadedCrl {
  readonly crl: Crl;
  readonly source: string;
  readonly number: Uint8Array | undefined;
  /** Present in a delta CRL. */
  readonly baseNumber: Uint8Array | undefined;
  readonly scope: IssuingDistributionPoint | undefined;
  #words: { readonly issuer: string; readonly number: string | undefined } | undefined;
  readonly #signatures = new Map<string, boolean>();
  readonly #knownSigner: string | undefined;
  #index: Result<CrlIndex, PkiError> | undefined;

  /**
   * `index` spares the making of one that was kept. `knownSigner`, SHA-256 of a publicKeyInfo in lower-case hexadecimal:
   * the signature over these very bytes was found good with that key before.
   */
  constructor(crl: Crl, source: string, index?: CrlIndex, knownSigner?: string) {
    this.crl = crl;
    this.source = source;
    this.number = crl.crlNumber;
    this.baseNumber = crl.baseCrlNumber;
    this.scope = crl.issuingDistributionPoint;
    this.#index = index === undefined ? undefined : ok(index);
    this.#knownSigner = knownSigner;
  }

  /** The index over the entries; an error when one of them is malformed. */
  index(): Result<CrlIndex, PkiError> {
    this.#index ??= indexCrl(this.crl);
    return this.#index;
  }

  /** Whether the key of this certificate signed the CRL, be it weakly: worked out once for each key. */
  signedBy(signer: Certificate): boolean {
    const key = toHex(signer.publicKeyInfo);
    let answer = this.#signatures.get(key);
    if (answer === undefined) {
      const known = this.#knownSigner !== undefined && toHex(fingerprint(signer.publicKeyInfo)) === this.#knownSigner;
      answer = known || verifySignedBy(this.crl, signer.publicKey, { weak: true });
      if (this.#signatures.size === maxRememberedKeys) this.#signatures.clear();
      this.#signatures.set(key, answer);
    }
    return answer;
  }

  /** What a decision tells about this CRL. */
  evidence(time: number): RevocationEvidence {
    const { thisUpdate, nextUpdate } = this.crl;
    this.#words ??= { issuer: toRfc4514(this.crl.issuer), number: this.number && toHex(this.number) };
    const { issuer, number } = this.#words;
    return {
      kind: this.baseNumber === undefined ? 'crl' : 'delta-crl',
      source: this.source,
      issuer,
      ...(number !== undefined && { number }),
      thisUpdate,
      ...(nextUpdate !== undefined && { nextUpdate }),
      age: time - thisUpdate,
    };
  }
}

/** CRLs by the name of their issuer, the newest first. Immutable; making it reads each issuer once. */
export class CrlCollection {
  readonly #byIssuer: ReadonlyMap<string, readonly LoadedCrl[]>;
  readonly size: number;

  constructor(crls: Iterable<LoadedCrl>) {
    const sorted = [...crls].sort((a, b) => b.crl.thisUpdate - a.crl.thisUpdate);
    this.#byIssuer = Map.groupBy(sorted, ({ crl }) => canonicalName(crl.issuer));
    this.size = sorted.length;
  }

  issuedBy(name: DistinguishedName): readonly LoadedCrl[] {
    return this.#byIssuer.get(canonicalName(name)) ?? [];
  }
}
