/** The certificates that verification ends at, found by subject name. */
import { equalBytes, toHex } from '../../lib/bytes.ts';
import { type Certificate, fingerprint } from '../certificate/certificate.ts';
import { canonicalName } from '../name/distinguished-name.ts';

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

/** An immutable set of anchors. Building it reads each subject once; look-ups cost one map access. */
export class TrustStore {
  readonly #bySubject = new Map<string, TrustAnchor[]>();
  readonly #pinned = new Map<string, TrustAnchor>();
  readonly size: number;

  constructor(anchors: Iterable<Certificate | TrustAnchor>) {
    let size = 0;
    for (const given of anchors) {
      const anchor = 'certificate' in given ? given : { certificate: given, constraints: true, pinned: false };
      size++;
      if (anchor.pinned) this.#pinned.set(toHex(fingerprint(anchor.certificate.der, 'sha256')), anchor);
      else this.#add(canonicalName(anchor.certificate.subject), anchor);
    }
    this.size = size;
  }

  /** Anchors that may have issued a certificate whose issuer has this canonical name. */
  issuersOf(canonicalIssuer: string): readonly TrustAnchor[] {
    return this.#bySubject.get(canonicalIssuer) ?? [];
  }

  /** The pinned entry for exactly these bytes. */
  pinned(certificate: Certificate): TrustAnchor | undefined {
    return this.#pinned.size === 0 ? undefined : this.#pinned.get(toHex(fingerprint(certificate.der, 'sha256')));
  }

  /** The anchor with exactly these bytes. */
  find(certificate: Certificate): TrustAnchor | undefined {
    return this.issuersOf(canonicalName(certificate.subject)).find((anchor) =>
      equalBytes(anchor.certificate.der, certificate.der),
    );
  }

  #add(subject: string, anchor: TrustAnchor): void {
    const known = this.#bySubject.get(subject);
    if (known === undefined) this.#bySubject.set(subject, [anchor]);
    else known.push(anchor);
  }
}
