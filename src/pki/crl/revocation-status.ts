/** What CRLs and OCSP answers say about one certificate, and every reason for which they may say nothing. */
import type { RevocationReason } from '../certificate/extension/distribution-points.ts';

/**
 * The table of reasons why a status cannot be established. `rank` says how near the evidence came to being used: of
 * several pieces that failed, the one with the highest rank is the most telling and is the one reported. `next` is
 * what an operator can do.
 */
export const unknownStatuses = {
  'revocation.no-evidence': {
    rank: 0,
    clause: 'RFC 5280 6.3.3',
    next: 'Load a current CRL of this CA, or let its OCSP responder be asked.',
  },
  'crl.scope': {
    rank: 10,
    clause: 'RFC 5280 6.3.3 (b)(2)',
    next: 'Load the CRL that the certificate names in its CRL distribution points.',
  },
  'crl.no-base': {
    rank: 12,
    clause: 'RFC 5280 5.2.4',
    next: 'Load the complete CRL that the delta CRL builds on.',
  },
  'crl.malformed': { rank: 20, clause: 'RFC 5280 5.1', next: 'The CRL is badly made: ask the CA for a new one.' },
  'crl.number': {
    rank: 22,
    clause: 'RFC 5280 5.2.3',
    next: 'The CA must put a CRL number, not marked as critical, into its CRLs.',
  },
  'crl.critical-extension': {
    rank: 24,
    clause: 'RFC 5280 5.2',
    next: 'The CRL is meant for a use this gateway does not know: ask the CA for one without that extension.',
  },
  'crl.signer-unknown': {
    rank: 26,
    clause: 'RFC 5280 6.3.3 (f)',
    next: 'Add the certificate of the CRL issuer to the trusted CA list.',
  },
  'crl.signer-key-usage': {
    rank: 28,
    clause: 'RFC 5280 6.3.3 (f)',
    next: 'The certificate of the CRL issuer needs the key usage cRLSign: have it renewed with it.',
  },
  'crl.signature': {
    rank: 30,
    clause: 'RFC 5280 6.3.3 (g)',
    next: 'The CRL was not signed by the CA of that name that is known here: load the CRL again from the CA.',
  },
  'crl.signer-untrusted': {
    rank: 32,
    clause: 'RFC 5280 6.3.3 (f)',
    next: 'The certificate that signed the CRL must lead to the same trusted CA as the certificate itself.',
  },
  'crl.weak-signature': {
    rank: 34,
    clause: 'RFC 9155',
    next: 'Have the CA sign its CRLs with SHA-256 or better.',
  },
  'crl.not-yet-valid': {
    rank: 40,
    clause: 'RFC 5280 5.1.2.4',
    next: 'Check the clock of this gateway, or wait until the CRL becomes valid.',
  },
  'crl.no-next-update': {
    rank: 42,
    clause: 'RFC 5280 5.1.2.5',
    next: 'The CA must say in its CRLs when the next one comes.',
  },
  'crl.expired': {
    rank: 44,
    clause: 'RFC 5280 6.3.3 (a)(1)',
    next: 'Load the newest CRL of the CA, and find out why it was not loaded in time.',
  },
  'crl.reasons': {
    rank: 50,
    clause: 'RFC 5280 6.3.3 (e)',
    next: 'Load the CRLs for the other revocation reasons as well.',
  },
  'ocsp.malformed': { rank: 20, clause: 'RFC 6960 4.2.1', next: 'The responder is faulty: tell who runs it.' },
  'ocsp.refused': {
    rank: 22,
    clause: 'RFC 6960 2.3',
    next: 'The OCSP responder gave no answer: try later, or tell who runs it.',
  },
  'ocsp.no-answer': {
    rank: 5,
    clause: 'RFC 6960 3.2 (1)',
    next: 'The OCSP responder answered another question: tell who runs it.',
  },
  'ocsp.critical-extension': {
    rank: 26,
    clause: 'RFC 6960 4.4',
    next: 'The OCSP answer is meant for a use this gateway does not know: tell who runs the responder.',
  },
  'ocsp.signer': {
    rank: 30,
    clause: 'RFC 6960 4.2.2.2',
    next: 'The OCSP answer must be signed by the CA itself or by a responder it has certified for that.',
  },
  'ocsp.signer-status': {
    rank: 32,
    clause: 'RFC 6960 4.2.2.2.1',
    next: 'Load a CRL that covers the certificate of the OCSP responder.',
  },
  'ocsp.weak-signature': {
    rank: 34,
    clause: 'RFC 9155',
    next: 'Have the responder sign its answers with SHA-256 or better.',
  },
  'ocsp.nonce': {
    rank: 40,
    clause: 'RFC 9654 2.1',
    next: 'The OCSP answer belongs to another request, or is too old to be taken without one.',
  },
  'ocsp.produced-at': {
    rank: 41,
    clause: 'RFC 6960 2.5',
    next: 'Check the clock of this gateway and of the OCSP responder.',
  },
  'ocsp.not-yet-valid': {
    rank: 42,
    clause: 'RFC 6960 4.2.2.1',
    next: 'Check the clock of this gateway and of the OCSP responder.',
  },
  'ocsp.expired': {
    rank: 44,
    clause: 'RFC 6960 4.2.2.1',
    next: 'The OCSP answer is out of date: the responder must give a newer one.',
  },
  'ocsp.unknown': {
    rank: 50,
    clause: 'RFC 6960 2.2',
    next: 'The OCSP responder does not know the certificate: ask the CA whether it ever issued it.',
  },
} as const satisfies Record<string, { rank: number; clause: string; next: string }>;

export type UnknownStatusCode = keyof typeof unknownStatuses;

/** One CRL or OCSP answer that a status rests on, with its age for people. Times are milliseconds since 1970. */
export interface RevocationEvidence {
  readonly kind: 'crl' | 'delta-crl' | 'ocsp';
  /** Where it came from, as its loader named it. */
  readonly source: string;
  /** Name of the issuer or responder. */
  readonly issuer: string;
  /** CRL number in hexadecimal. */
  readonly number?: string;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** Milliseconds since `thisUpdate`. */
  readonly age: number;
}

export interface GoodStatus {
  readonly status: 'good';
  readonly evidence: readonly RevocationEvidence[];
}

export interface RevokedStatus {
  readonly status: 'revoked';
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
  readonly reason: RevocationReason;
  /** From when on the key may have been misused; milliseconds since 1970. */
  readonly invalidityDate?: number;
  readonly evidence: readonly RevocationEvidence[];
}

export interface UnknownStatus {
  readonly status: 'unknown';
  readonly why: UnknownStatusCode;
  /** What is wrong, in words that are safe to print. */
  readonly message: string;
  /** The standard's clause. */
  readonly clause: string;
  /** What to do next. */
  readonly next: string;
  readonly evidence: readonly RevocationEvidence[];
}

export type RevocationStatus = GoodStatus | RevokedStatus | UnknownStatus;

/** Makes the answer that there is no answer. */
export function unknownStatus(
  why: UnknownStatusCode,
  message: string,
  evidence: readonly RevocationEvidence[] = [],
): UnknownStatus {
  const { clause, next } = unknownStatuses[why];
  return { status: 'unknown', why, message, clause, next, evidence };
}

/** The status that counts of two: revoked before good before unknown, and the more telling of two unknown ones. */
export function decisiveStatus(a: RevocationStatus | undefined, b: RevocationStatus): RevocationStatus {
  if (a === undefined || b.status === 'revoked') return b;
  if (a.status === 'good' && b.status === 'good') return { ...a, evidence: [...a.evidence, ...b.evidence] };
  if (a.status === 'revoked' || b.status === 'good') return a.status === 'unknown' ? b : a;
  if (a.status === 'good') return a;
  return unknownStatuses[b.why].rank > unknownStatuses[a.why].rank ? b : a;
}
