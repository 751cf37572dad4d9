/** Why a certificate is revoked, as an account may say it (RFC 8555 7.6). */

/** Codes of RFC 5280 5.3.1. */
export const reasonCodes = {
  unspecified: 0,
  'key-compromise': 1,
  'affiliation-changed': 3,
  superseded: 4,
  'cessation-of-operation': 5,
} as const;

export type RevocationReason = keyof typeof reasonCodes;

export const revocationReasons = Object.keys(reasonCodes) as readonly RevocationReason[];
