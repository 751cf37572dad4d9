/** Every reason for which a path is refused: a closed list with rank and clause, and the words for a person. */
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { toRfc4514 } from '../name/distinguished-name.ts';

/**
 * The table of refusals. `rank` says how far a path came before it failed: of several failed paths the one with the
 * highest rank is the most telling and is the one reported. `next` is what the person who was refused can do.
 */
export const rejections = {
  'path.no-issuer': {
    rank: 10,
    clause: 'RFC 5280 6.1',
    next: 'Add the missing CA certificate to the trusted CA list, or have the peer send its whole chain.',
  },
  'path.too-long': {
    rank: 12,
    clause: 'RFC 5280 6.1',
    next: 'Trust an intermediate CA nearer to the certificate, or raise the allowed depth.',
  },
  'path.issuer-not-ca': {
    rank: 14,
    clause: 'RFC 5280 6.1.4 (k)',
    next: 'The issuing certificate is not a CA certificate: have the certificate issued by a CA.',
  },
  'path.issuer-key-usage': {
    rank: 16,
    clause: 'RFC 5280 6.1.4 (n)',
    next: 'The CA certificate needs the key usage keyCertSign: have the CA renewed with it.',
  },
  'path.version': {
    rank: 18,
    clause: 'RFC 5280 4.1.2.1',
    next: 'Have the certificate issued again as X.509 version 3.',
  },
  'path.malformed-extension': {
    rank: 20,
    clause: 'RFC 5280 4.2',
    next: 'The certificate is badly made: ask its issuer for a new one.',
  },
  'path.serial-number': {
    rank: 20,
    clause: 'RFC 5280 4.1.2.2',
    next: 'Ask the issuer for a certificate with a positive serial number of at most 20 octets.',
  },
  'path.issuer-empty': {
    rank: 20,
    clause: 'RFC 5280 4.1.2.4',
    next: 'Ask the issuer for a certificate that names it.',
  },
  'path.subject-empty': { rank: 20, clause: 'RFC 5280 4.1.2.6', next: 'Ask for a CA certificate with a subject.' },
  'path.extension-missing': {
    rank: 20,
    clause: 'RFC 5280 4.2.1',
    next: 'Ask the issuer for a certificate with this extension.',
  },
  'path.extension-misplaced': {
    rank: 20,
    clause: 'RFC 5280 4.2.1',
    next: 'Ask the issuer for a certificate without this extension.',
  },
  'path.criticality': {
    rank: 20,
    clause: 'RFC 5280 4.2',
    next: 'Ask the issuer for a certificate in which the extension is marked as the standard says.',
  },
  'path.unknown-critical-extension': {
    rank: 22,
    clause: 'RFC 5280 6.1.4 (o)',
    next: 'The certificate is meant for a use this gateway does not know: ask for one without that extension.',
  },
  'path.key-refused': {
    rank: 24,
    clause: 'NIST SP 800-131A',
    next: 'Have the certificate issued again for a stronger key.',
  },
  'path.weak-signature': {
    rank: 26,
    clause: 'RFC 9155',
    next: 'Have the certificate issued again with SHA-256 or better.',
  },
  'path.signature-algorithm-mismatch': {
    rank: 28,
    clause: 'RFC 5280 4.1.1.2',
    next: 'The certificate is badly made: ask its issuer for a new one.',
  },
  'path.not-yet-valid': {
    rank: 30,
    clause: 'RFC 5280 6.1.3 (a)(2)',
    next: 'Check the clocks on both sides, or wait until the certificate becomes valid.',
  },
  'path.expired': {
    rank: 32,
    clause: 'RFC 5280 6.1.3 (a)(2)',
    next: 'Have the expired certificate renewed, and check the clock of this gateway.',
  },
  'path.signature-invalid': {
    rank: 34,
    clause: 'RFC 5280 6.1.3 (a)(1)',
    next: 'A CA of the same name but with another key is trusted here: add the CA certificate that really issued this one.',
  },
  'path.path-length': {
    rank: 36,
    clause: 'RFC 5280 6.1.4 (l)',
    next: 'The CA may not have further CAs below it: have the certificate issued directly by it, or the CA renewed.',
  },
  'path.name-constraint-malformed': {
    rank: 40,
    clause: 'RFC 5280 4.2.1.10',
    next: 'The CA certificate holds a constraint that is badly made: ask for a corrected one.',
  },
  'path.name-constraint-unsupported': {
    rank: 40,
    clause: 'RFC 5280 4.2.1.10',
    next: 'The CA limits a kind of name that cannot be compared here: have the certificate issued without such a name.',
  },
  'path.name-excluded': {
    rank: 42,
    clause: 'RFC 5280 6.1.3 (c)',
    next: 'The CA is forbidden to certify this name: have the certificate issued by another CA or for another name.',
  },
  'path.name-not-permitted': {
    rank: 42,
    clause: 'RFC 5280 6.1.3 (b)',
    next: 'The CA is limited to other names: have the certificate issued by another CA or for another name.',
  },
  'path.policy-mapping': {
    rank: 44,
    clause: 'RFC 5280 6.1.4 (a)',
    next: 'The CA certificate maps anyPolicy, which is forbidden: ask for a corrected one.',
  },
  'path.policy': {
    rank: 46,
    clause: 'RFC 5280 6.1.5 (g)',
    next: 'Have the certificate issued under one of the required policies.',
  },
  'path.extended-key-usage': {
    rank: 50,
    clause: 'RFC 5280 4.2.1.12',
    next: 'Have the certificate issued with the extended key usage that this purpose needs.',
  },
  'path.key-usage': {
    rank: 52,
    clause: 'RFC 5280 4.2.1.3',
    next: 'Have the certificate issued with the key usage that this purpose needs.',
  },
  'path.leaf-is-ca': {
    rank: 54,
    clause: 'CA/Browser Forum BR 7.1.2.7',
    next: 'A CA certificate cannot stand for a server or client: have an end entity certificate issued.',
  },
  'path.subject-alternative-name': {
    rank: 56,
    clause: 'RFC 5280 4.2.1.6',
    next: 'Have the certificate issued again with well-formed names in the subject alternative name.',
  },
  'path.common-name': {
    rank: 56,
    clause: 'CA/Browser Forum BR 7.1.4.3',
    next: 'Have the certificate issued again with a common name that is one of its subject alternative names.',
  },
  'path.wildcard': { rank: 56, clause: 'RFC 9525 6.3', next: 'Have the certificate issued for the full name.' },
  'path.name-mismatch': {
    rank: 60,
    clause: 'RFC 9525 6',
    next: 'Use the name that stands in the certificate as the peer address, or have the certificate issued for the name used.',
  },
  'revocation.unknown': {
    rank: 70,
    clause: 'RFC 5280 6.3',
    next: 'Load a current CRL of this CA, or allow certificates whose status cannot be established.',
  },
  'revocation.revoked': {
    rank: 80,
    clause: 'RFC 5280 6.3',
    next: 'The certificate was withdrawn by its CA: the peer needs a new one.',
  },
  'budget.path-steps': {
    rank: 90,
    clause: 'path.buildCalls',
    next: 'The peer presents far more CA certificates than any real chain has: have it send only its own chain.',
  },
  'budget.signatures': {
    rank: 90,
    clause: 'path.signatureChecks',
    next: 'The peer presents far more CA certificates than any real chain has: have it send only its own chain.',
  },
  'budget.name-constraints': {
    rank: 90,
    clause: 'path.nameConstraintComparisons',
    next: 'The chain holds too many names and name constraints to be checked: ask for a smaller certificate.',
  },
  'budget.policies': {
    rank: 90,
    clause: 'path.policyNodes',
    next: 'The chain holds too many policies to be checked: ask for a smaller certificate.',
  },
  'budget.time': { rank: 90, clause: 'path.cpu', next: 'The chain takes too long to check: ask for a smaller one.' },
} as const satisfies Record<string, { rank: number; clause: string; next: string }>;

export type RejectionCode = keyof typeof rejections;

/** Why one path, or one certificate of it, was refused. */
export interface Rejection {
  readonly code: RejectionCode;
  /** What is wrong, in words that are safe to print. */
  readonly message: string;
  /** What to do next. */
  readonly next: string;
  /** The standard's clause, or the limit's key. */
  readonly clause: string;
  /** The certificate at fault. */
  readonly certificate?: Certificate;
}

/** Makes a rejection; `message` is completed with the name of the certificate at fault. */
export function reject(code: RejectionCode, message: string, certificate?: Certificate, clause?: string): Rejection {
  const { clause: usual, next } = rejections[code];
  const where = certificate === undefined ? '' : ` (${nameOf(certificate)})`;
  return { code, message: `${message}${where}`, next, clause: clause ?? usual, ...(certificate && { certificate }) };
}

/** The more telling of two rejections. */
export function moreTelling(a: Rejection | undefined, b: Rejection): Rejection {
  return a !== undefined && rejections[a.code].rank >= rejections[b.code].rank ? a : b;
}

/** A certificate's subject for people, or its serial number when the subject is empty. */
export function nameOf(certificate: Certificate): string {
  const subject = toRfc4514(certificate.subject);
  return subject === '' ? `serial number ${Buffer.from(certificate.serial).toString('hex')}` : printable(subject);
}
