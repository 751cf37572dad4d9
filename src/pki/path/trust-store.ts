/** The certificates that verification ends at, found by subject name. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { canonicalName, type DistinguishedName } from '../name/distinguished-name.ts';
import { ByteMemory, byteHash } from './byte-memory.ts';

export interface TrustAnchor {
  readonly certificate: Certificate;
  /**
   * Whether the limits inside the anchor's own certificate (dates, path length, name constraints, policies, extended
   * key usage) bind the path, as RFC 5937 describes. False: only its name and key count (RFC 5280 6.1.1 (d)).
   */
  readonly constraints: boolean;
  /** Trusts exactly this certificate and nothing it has signed. */
  readonly pinned: boolean;
}

const none: readonly TrustAnchor[] = [];

/** An immutable set of anchors. Building it reads each subject once; look-ups cost one map access. */
export class TrustStore {
  readonly #bySubject = new Map<string, TrustAnchor[]>();
  /** The same by the bytes that issuer names were asked for with, so that few names are brought to canonical form. */
  readonly #byIssuer = new ByteMemory<readonly TrustAnchor[]>(4_096, 1_024);
  readonly #byHash: ReadonlyMap<number, readonly TrustAnchor[]>;
  readonly size: number;

  constructor(anchors: Iterable<Certificate | TrustAnchor>) {
    const list = Array.from(anchors, (given) =>
      'certificate' in given ? given : { certificate: given, constraints: true, pinned: false },
    );
    this.size = list.length;
    this.#byHash = Map.groupBy(list, ({ certificate }) => byteHash(certificate.der));
    for (const anchor of list) {
      if (anchor.pinned) continue;
      const subject = canonicalName(anchor.certificate.subject);
      const known = this.#bySubject.get(subject);
      if (known === undefined) this.#bySubject.set(subject, [anchor]);
      else known.push(anchor);
    }
  }

  /** Anchors that may have issued a certificate with this issuer name. */
  issuersOf(issuer: DistinguishedName): readonly TrustAnchor[] {
    let found = this.#byIssuer.get(issuer.der);
    if (found === undefined) {
      found = this.#bySubject.get(canonicalName(issuer)) ?? none;
      this.#byIssuer.set(issuer.der, found);
    }
    return found;
  }

  /** The anchor with exactly these bytes, a pinned one first. */
  find(certificate: Certificate): TrustAnchor | undefined {
    const same = this.#byHash
      .get(byteHash(certificate.der))
      ?.filter((anchor) => equalBytes(anchor.certificate.der, certificate.der));
    return same?.find(({ pinned }) => pinned) ?? same?.[0];
  }
}
