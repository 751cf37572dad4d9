/** The parts of a decision made out of what the engine speaks of: certificates, paths, revocation statuses. */
import { toColonHex, toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { nameOf, type Rejection } from '../../pki/path/rejection.ts';
import type { CertificateRevocation } from '../../pki/path/revocation-check.ts';
import type { NamedCertificate, RevocationFinding, TriedPath } from './decision.ts';

/** A whole path that was good but for the rejection. */
export function triedPath(path: readonly Certificate[], { code, message }: Rejection): TriedPath {
  const last = path.length - 1;
  return {
    path: path.map((c, i) => namedCertificate(c, i === 0 ? 'leaf' : i === last ? 'trusted' : 'intermediate')),
    code,
    words: sentence(message),
  };
}

/** A certificate as a person tells it from others. */
export function namedCertificate(certificate: Certificate, role: NamedCertificate['role']): NamedCertificate {
  return {
    role,
    subject: printable(toRfc4514(certificate.subject), 400),
    issuer: printable(toRfc4514(certificate.issuer), 400),
    serial: toHex(certificate.serial),
    fingerprint: toColonHex(fingerprint(certificate.der, 'sha256')),
    notBefore: isoSeconds(certificate.notBefore),
    notAfter: isoSeconds(certificate.notAfter),
  };
}

/** What CRLs and OCSP answers said about one certificate, with their numbers and ages. */
export function revocationFinding({ certificate, status }: CertificateRevocation): RevocationFinding {
  const words =
    status.status === 'good'
      ? 'Not revoked.'
      : status.status === 'revoked'
        ? `Revoked on ${isoSeconds(status.revokedAt)}, reason: ${status.reason}.`
        : sentence(`nothing can be said: ${status.message}. ${status.next}`);
  return {
    subject: nameOf(certificate),
    fingerprint: toColonHex(fingerprint(certificate.der, 'sha256')),
    status: status.status,
    words,
    evidence: status.evidence.map(({ thisUpdate, nextUpdate, age, source, issuer, ...rest }) => ({
      ...rest,
      source: printable(source, 400),
      issuer: printable(issuer, 400),
      thisUpdate: isoSeconds(thisUpdate),
      ...(nextUpdate !== undefined && { nextUpdate: isoSeconds(nextUpdate) }),
      age: Math.round(age / 1000),
    })),
  };
}

/** With a capital letter and a full stop. */
export function sentence(words: string): string {
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
