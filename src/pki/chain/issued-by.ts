/** Whether one certificate issued another, judged by name, key identifier and signature. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { equalNames } from '../name/distinguished-name.ts';

/**
 * Name (RFC 5280 7.1), authority key identifier where both sides have one (4.2.1.1) and signature, be it a weak one:
 * who issued what is a fact, and many roots are still signed with SHA-1. Says nothing of dates, constraints or trust.
 */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return mayBeIssuedBy(certificate, issuer) && verifySignedBy(certificate, issuer.publicKey, { weak: true });
}

/** The same without the signature: cheap, for sorting out candidates. */
export function mayBeIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!equalNames(certificate.issuer, issuer.subject)) return false;
  const wanted = certificate.authorityKeyIdentifier?.keyId;
  const has = issuer.subjectKeyIdentifier;
  return wanted === undefined || has === undefined || equalBytes(wanted, has);
}

/** Issued by its own key: names equal and the signature verifies with the certificate's own key. */
export function isSelfSigned(certificate: Certificate): boolean {
  if (!equalNames(certificate.issuer, certificate.subject)) return false;
  return verifySignedBy(certificate, certificate.publicKey, { weak: true });
}
