/** Turns a list of trusted certificates into what verification ends at: a listed intermediate without its root is no end. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { equalNames } from '../../pki/name/equal-names.ts';
import { type TrustAnchor, TrustStore } from '../../pki/path/trust-store.ts';

/** Immutable; made once per list and used for many verifications. */
export interface Trust {
  readonly store: TrustStore;
  /** Listed CA certificates that are no end of a path, but may stand in one that the peer left incomplete. */
  readonly intermediates: readonly Certificate[];
  /** For people: `the trusted CA list`. */
  readonly label: string;
}

/**
 * Self-signed CA certificates are anchors; their own limits (dates, path length, name constraints, uses) bind the path.
 * A self-signed certificate that is no CA is pinned: exactly it is trusted and nothing it signed. Everything else only
 * helps to complete chains.
 */
export function trustOf(certificates: readonly Certificate[], label = 'the trusted CA list'): Trust {
  const anchors: TrustAnchor[] = [];
  const intermediates: Certificate[] = [];
  for (const certificate of certificates) {
    if (!isSelfSigned(certificate)) intermediates.push(certificate);
    else anchors.push({ certificate, constraints: true, pinned: certificate.basicConstraints?.ca !== true });
  }
  return { store: new TrustStore(anchors), intermediates, label };
}

/** By names and key identifiers: a CA's new key certified by its old one (RFC 5280 3.2 self-issued) is no root. */
function isSelfSigned({ subject, issuer, subjectKeyIdentifier, authorityKeyIdentifier }: Certificate): boolean {
  if (!equalNames(subject, issuer)) return false;
  const keyId = authorityKeyIdentifier?.keyId;
  return keyId === undefined || subjectKeyIdentifier === undefined || equalBytes(keyId, subjectKeyIdentifier);
}
