/**
 * Which purpose may use which source of revocation data: the one table, shown on the page and held by a test row by
 * row.
 */

/** What a certificate is checked for, as far as revocation is concerned. */
export const revocationPurposes = [
  'sip-tls',
  'https-client',
  'policy-server',
  'ldap',
  'xmpp',
  'syslog',
  'call-manager',
  'management',
  'other-client',
  'cluster',
] as const;

export type RevocationPurpose = (typeof revocationPurposes)[number];

/** Where a CRL comes from. */
export type CrlSource = 'automatic' | 'manual' | 'embedded' | 'cdp';

/**
 * `both`: used beside each other. `unless-automatic`: ignored for an issuing CA that has a usable automatic CRL.
 * `only`: the purpose's only source. `switch`: the purpose's settings decide.
 */
export type SourceUse = 'no' | 'yes' | 'both' | 'unless-automatic' | 'only' | 'switch';

export interface SourceRow {
  readonly manual: Extract<SourceUse, 'no' | 'both' | 'unless-automatic' | 'only'>;
  readonly automatic: Extract<SourceUse, 'no' | 'both' | 'yes'>;
  readonly cdp: Extract<SourceUse, 'no' | 'switch'>;
  readonly ocsp: Extract<SourceUse, 'no' | 'switch'>;
  readonly embedded: Extract<SourceUse, 'no' | 'only'>;
  /**
   * Whether the purpose's fallback setting also decides about the certificates of a CA whose CRL has expired; where
   * not, they count as revoked.
   */
  readonly expiredFallsBack: boolean;
  /** As the page names the purpose. */
  readonly label: string;
}

const overridden = { manual: 'unless-automatic', automatic: 'yes', embedded: 'no' } as const;
const local = { ...overridden, cdp: 'no', ocsp: 'no', expiredFallsBack: false } as const;
const switched = { ...overridden, cdp: 'switch', ocsp: 'switch', expiredFallsBack: true } as const;
const none = { manual: 'no', automatic: 'no', cdp: 'no', ocsp: 'no', embedded: 'no', expiredFallsBack: false } as const;

export const sourceTable: Readonly<Record<RevocationPurpose, SourceRow>> = {
  'sip-tls': { ...switched, manual: 'both', automatic: 'both', label: 'SIP TLS' },
  'https-client': { ...local, label: 'HTTPS client certificates' },
  'policy-server': { ...none, manual: 'only', label: 'External policy servers' },
  ldap: { ...none, embedded: 'only', label: 'LDAP log-in' },
  xmpp: { ...switched, label: 'XMPP (reserved)' },
  syslog: { ...local, label: 'Syslog over TLS' },
  'call-manager': { ...local, label: 'Call manager HTTPS' },
  management: { ...local, label: 'Management HTTPS' },
  'other-client': { ...local, label: 'Other TLS clients' },
  cluster: { ...switched, label: 'Cluster peers' },
};
