/** What comes out of a verification: a value that is JSON as it stands and holds everything a person needs to act. */
import type { BudgetLimits } from '../../pki/path/budget.ts';
import type { RejectionCode } from '../../pki/path/rejection.ts';
import type { RevocationMode } from '../../pki/path/revocation-check.ts';
import type { ProfileName, Purpose } from './purposes.ts';

/** Refusals that come before any path is looked for. */
export type UsageCode =
  | 'verification.no-certificate'
  | 'verification.unreadable'
  | 'verification.too-many-certificates'
  | 'verification.name-malformed'
  | 'verification.no-trust';

/** A closed set: every code but `accepted` has its row in docs/errors.md. */
export type DecisionCode = 'accepted' | RejectionCode | UsageCode;

export type WarningCode =
  | 'verification.not-enforced'
  | 'verification.name-not-checked'
  | 'verification.common-name'
  | 'verification.server-auth-only'
  | 'verification.weak'
  | 'verification.expires-soon'
  | 'verification.crl-old'
  | 'verification.status-unknown'
  | 'verification.chain-incomplete'
  | 'verification.unreadable-extra';

/** Texts are safe to print. Times are ISO 8601 in UTC. */
export interface Decision {
  readonly accepted: boolean;
  /** False: whatever was decided, the connection is let through. */
  readonly enforced: boolean;
  readonly code: DecisionCode;
  /** The reason in one sentence. */
  readonly words: string;
  /** What to do next; empty when accepted. */
  readonly next: string;
  /** Clause of the standard, or key of the limit; empty when accepted. */
  readonly clause: string;
  readonly purpose: Purpose;
  readonly profile: ProfileName;
  /** The moment for which was decided. */
  readonly time: string;
  readonly names: {
    readonly expected: readonly string[];
    /** The name of the certificate that matched. */
    readonly matched?: string;
    /** What the certificate can be known by; at most twenty. */
    readonly presented: readonly string[];
  };
  /** Leaf first. Accepted: to the trusted certificate; refused: as far as the most telling attempt came. */
  readonly path: readonly NamedCertificate[];
  /** Whole paths that were good but for the reason given: other ways that were tried. */
  readonly tried: readonly TriedPath[];
  readonly revocation: {
    readonly mode: RevocationMode;
    readonly whenUnknown: 'not-revoked' | 'revoked';
    /** From the trusted certificate down. */
    readonly found: readonly RevocationFinding[];
  };
  readonly warnings: readonly DecisionWarning[];
  /** Further reasons for which it would be refused once the first is mended; only when all were asked for. */
  readonly also: readonly FurtherReason[];
  /** Things worth knowing about this very case. */
  readonly advice: readonly string[];
  /** OIDs of the certificate policies that hold for the path. */
  readonly policies: readonly string[];
  readonly cost: {
    /** Milliseconds. */
    readonly time: number;
    readonly spent: Omit<BudgetLimits, 'time'>;
    readonly limits: BudgetLimits;
  };
}

export interface NamedCertificate {
  readonly role: 'leaf' | 'intermediate' | 'trusted';
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256, pairs with colons. */
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface TriedPath {
  readonly path: readonly NamedCertificate[];
  readonly code: RejectionCode;
  readonly words: string;
}

export interface FurtherReason {
  readonly code: RejectionCode;
  readonly words: string;
  readonly next: string;
}

export interface DecisionWarning {
  readonly code: WarningCode;
  readonly words: string;
}

export interface RevocationFinding {
  readonly subject: string;
  readonly fingerprint: string;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** In words: when and why it was revoked, or why nothing can be said. */
  readonly words: string;
  readonly evidence: readonly UsedEvidence[];
}

export interface UsedEvidence {
  readonly kind: 'crl' | 'delta-crl' | 'ocsp';
  /** Where it came from: a file, a distribution point, a responder. */
  readonly source: string;
  readonly issuer: string;
  /** CRL number, hexadecimal. */
  readonly number?: string;
  readonly thisUpdate: string;
  readonly nextUpdate?: string;
  /** Seconds since `thisUpdate`. */
  readonly age: number;
}
