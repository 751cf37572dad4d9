/** What a chain must hold to beyond RFC 5280 section 6.1: three profiles, chosen by purpose. */

/**
 * Which algorithms and key sizes are good enough. `current`: RSA 2048 to 8192, named curves, Ed25519, Ed448, ML-DSA,
 * SHA-256 and better. `any`: whatever OpenSSL can check, DSA excepted.
 */
export type AlgorithmPolicy = 'current' | 'any';

export interface Profile {
  readonly name: 'rfc5280' | 'webpki' | 'sip';
  readonly algorithms: AlgorithmPolicy;
  /** Also demand what RFC 5280 section 4 demands of conforming issuers (identifiers, criticality, serial numbers, names). */
  readonly conformingIssuer: boolean;
  /** Also demand what the CA/Browser Forum's Baseline Requirements demand. */
  readonly browserForum: boolean;
  /** Whether certificate policies are processed; off, they are ignored as a zone does by default. */
  readonly policies: boolean;
  /** Accepts a leaf without extended key usage. */
  readonly missingExtendedKeyUsage: boolean;
  /** Lets anyExtendedKeyUsage stand for the purpose. */
  readonly anyExtendedKeyUsage: boolean;
  /** Says whether a name is a public suffix (`com`, `co.uk`); a wildcard directly below one is refused. */
  readonly isPublicSuffix?: (name: string) => boolean;
}

/** RFC 5280 as it is written, its demands on issuers included. */
export const rfc5280: Profile = {
  name: 'rfc5280',
  algorithms: 'current',
  conformingIssuer: true,
  browserForum: false,
  policies: true,
  missingExtendedKeyUsage: true,
  anyExtendedKeyUsage: true,
};

/** Certificates of public CAs: RFC 5280 with the Baseline Requirements of the CA/Browser Forum. */
export const webpki: Profile = {
  name: 'webpki',
  algorithms: 'current',
  conformingIssuer: true,
  browserForum: true,
  policies: true,
  missingExtendedKeyUsage: false,
  anyExtendedKeyUsage: false,
};

/** SIP peers (RFC 5922, 5924): private CAs of all ages, so what only makes an issuer untidy is forgiven. */
export const sip: Profile = {
  name: 'sip',
  algorithms: 'current',
  conformingIssuer: false,
  browserForum: false,
  policies: false,
  missingExtendedKeyUsage: true,
  anyExtendedKeyUsage: true,
};

export const profiles = { rfc5280, webpki, sip } as const;
