/**
 * Whether a certificate may join the trusted CA list, judged by itself: RFC 5280 4.2.1.9 (basicConstraints must be
 * there, so that version 1 is refused), keys nobody should trust, self-signed peers that are no CA.
 */
import { type Certificate, isSelfIssued } from '../../pki/certificate/certificate.ts';
import { signatureScheme, verifySignedBy } from '../../pki/certificate/verify-signature.ts';
import { checkKey } from '../../pki/key/check.ts';
import type { AppendRefusal } from './trusted-ca.ts';

export type Judgement =
  | { readonly verdict: 'added' | 'pinned' }
  | { readonly verdict: 'refused'; readonly refusal: AppendRefusal };

/** The verdict on one certificate, whatever else the list holds. */
export function judgeCertificate(certificate: Certificate): Judgement {
  const [broken] = checkKey(certificate.publicKey, 'upload').refusals;
  if (broken !== undefined) {
    return refuse('trusted-ca.forbidden-key', `Its key cannot be trusted: ${broken.message}`, keyHint);
  }
  if (certificate.version !== 3) {
    return refuse(
      'trusted-ca.version-1',
      `It is an X.509 version ${certificate.version} certificate, which cannot say that it is a CA: it has no basicConstraints extension.`,
      'Ask the CA for its version 3 root certificate.',
    );
  }
  // RFC 5280 4.2.1.9: a CA certificate carries the extension with cA set.
  const constraints = certificate.basicConstraints;
  if (constraints === undefined) {
    return refuse(
      'trusted-ca.no-basic-constraints',
      'It has no basicConstraints extension, so it does not say whether it is a CA.',
      'Ask the CA for a certificate with basicConstraints CA:TRUE.',
    );
  }
  const selfSigned = isSelfSigned(certificate);
  if (constraints.ca) {
    return !selfSigned && claimsSelfSigned(certificate) ? forged() : { verdict: 'added' };
  }
  if (selfSigned) return { verdict: 'pinned' };
  return refuse(
    'trusted-ca.not-a-ca',
    'It is not a CA certificate (basicConstraints CA:FALSE) and not self-signed.',
    'Append the certificate of the CA that issued it.',
  );
}

const selfSignedKnown = new WeakMap<Certificate, boolean>();

/** Whether the certificate's own key made its signature. */
export function isSelfSigned(certificate: Certificate): boolean {
  const known = selfSignedKnown.get(certificate);
  if (known !== undefined) return known;
  // Nobody relies on this signature: the operator trusts these very bytes. So SHA-1 and older are good enough here.
  const answer = isSelfIssued(certificate) && verifySignedBy(certificate, certificate.publicKey, { weak: true });
  selfSignedKnown.set(certificate, answer);
  return answer;
}

const keyHint = 'Ask the CA for a certificate with RSA of 2048 to 8192 bits or ECDSA on P-256, P-384 or P-521.';

/** A root says its signature is by its own key: no authority key identifier, or the one of its subject key. */
function claimsSelfSigned(certificate: Certificate): boolean {
  if (!isSelfIssued(certificate) || signatureScheme(certificate.signatureAlgorithm) === undefined) return false;
  const { authorityKeyIdentifier: aki, subjectKeyIdentifier: ski } = certificate;
  if (aki?.keyId === undefined) return true;
  return ski !== undefined && Buffer.compare(aki.keyId, ski) === 0;
}

function forged(): Judgement {
  return refuse(
    'trusted-ca.self-signature',
    'It claims to be self-signed, but its own key did not make its signature: it was changed or is damaged.',
    'Fetch the file again from the CA and compare the fingerprint.',
  );
}

function refuse(code: AppendRefusal['code'], message: string, hint: string): Judgement {
  return { verdict: 'refused', refusal: { code, message, hint } };
}
