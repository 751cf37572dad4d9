/** Revocation reasons that can be given, and what revocation lists and responders are built from. */

/**
 * CRLReason (RFC 5280 5.3.1) by word. Not offered: unspecified is 0 and stands in no CRL; cACompromise and aACompromise
 * are for others; removeFromCRL belongs to delta CRLs.
 */
export const revocationReasons = {
  unspecified: 0,
  'key-compromise': 1,
  'affiliation-changed': 3,
  superseded: 4,
  'cessation-of-operation': 5,
  'certificate-hold': 6,
  'privilege-withdrawn': 9,
} as const;

export type RevocationReason = keyof typeof revocationReasons;

export interface CertificateStatus {
  /** Lower-case hexadecimal, without leading zero octets. */
  readonly serial: string;
  readonly status: 'good' | 'revoked' | 'on-hold';
  /** Milliseconds since 1970; null for good ones. */
  readonly revokedAt: number | null;
  /** CRLReason; null where none was given. */
  readonly reason: number | null;
  readonly notAfter: number;
  readonly partition: number;
}

/** Some revoked certificates, entry i in place i of each array. */
export interface RevokedBlock {
  readonly count: number;
  /** The serial numbers, unsigned big-endian octets, one after the other. */
  readonly serials: Uint8Array;
  /** Where the serial number of entry i ends in `serials`; it begins where the one before ends. */
  readonly ends: Uint32Array;
  /** Milliseconds since 1970. */
  readonly revokedAt: Float64Array;
  /** CRLReason; 255 where none is to stand in the entry. */
  readonly reasons: Uint8Array;
}
