/**
 * What a certificate is verified for. One row per purpose: how strict the chain is judged, which uses it must allow,
 * how names are compared, and which row of the revocation tables is its own.
 */
import { clientAuth, serverAuth, sipDomain } from '../../pki/certificate/extended-key-usages.ts';
import type { KeyUsage } from '../../pki/certificate/extension/extension-set.ts';
import { type Profile, profiles, rfc5280 } from '../../pki/path/profile.ts';
import {
  defaultRevocationSettings,
  type RevocationFallback,
  type RevocationPurpose,
} from '../revocation/revocation.ts';

/** `sip` takes a SIP peer in either direction; `sip-server` is the peer that answers, `sip-client` the one that calls. */
export type Purpose =
  | 'sip'
  | 'sip-server'
  | 'sip-client'
  | 'https-server'
  | 'https-client'
  | 'ldap'
  | 'syslog'
  | 'policy-server'
  | 'call-manager'
  | 'cluster-peer'
  | 'xmpp'
  | 'smtp'
  | 'any';

export type ProfileName = 'peer' | 'rfc5280' | 'webpki' | 'sip';

/** The profiles by the names people choose them by. */
export const profilesByName: Readonly<Record<ProfileName, Profile>> = {
  /** RFC 5280 section 6.1 for servers and clients of private CAs: what only makes an issuer untidy is forgiven. */
  peer: { ...rfc5280, conformingIssuer: false, policies: false },
  ...profiles,
};

export interface PurposeRow {
  /** What the certificate is to prove, for people: `the peer answers as a SIP server`. */
  readonly words: string;
  readonly profile: ProfileName;
  /** OIDs of extended key usages of which one is needed; empty: any use. */
  readonly extendedKeyUsages: readonly string[];
  /** Key usages of which one is needed when the certificate states any. */
  readonly keyUsages: readonly KeyUsage[];
  readonly names: {
    /** `sip`: a host is compared as a SIP domain (RFC 5922), `URI:sip:` before `DNS:`; `host`: RFC 9525. */
    readonly kind: 'sip' | 'host';
    readonly wildcards: boolean;
    /** Whether the common name counts in a certificate without subject alternative names, unless the caller says. */
    readonly commonName: boolean;
  };
  /** The row of the table of revocation sources, and of the settings for revocation. */
  readonly revocation: RevocationPurpose;
}

/** RFC 5922 7.2: no wildcards; 7.1: the common name only without any subject alternative name. */
const sipNames: PurposeRow['names'] = { kind: 'sip', wildcards: false, commonName: true };
/** RFC 9525 6.3, 6.4.4: wildcards for one label, never the common name. */
const hostNames: PurposeRow['names'] = { kind: 'host', wildcards: true, commonName: false };
const exactNames: PurposeRow['names'] = { ...hostNames, wildcards: false };

const sipPeer = {
  profile: 'sip',
  keyUsages: ['digitalSignature'],
  names: sipNames,
  revocation: 'sip-tls',
} as const;

const tlsServer = {
  profile: 'peer',
  extendedKeyUsages: [serverAuth],
  keyUsages: ['digitalSignature'],
  names: hostNames,
  revocation: 'other-client',
} as const;

export const purposes: Readonly<Record<Purpose, PurposeRow>> = {
  sip: { ...sipPeer, words: 'a SIP peer', extendedKeyUsages: [serverAuth, clientAuth, sipDomain] },
  'sip-server': { ...sipPeer, words: 'a SIP peer that answers', extendedKeyUsages: [serverAuth, sipDomain] },
  'sip-client': { ...sipPeer, words: 'a SIP peer that calls', extendedKeyUsages: [clientAuth, sipDomain] },
  'https-server': { ...tlsServer, words: 'an HTTPS server' },
  'https-client': {
    ...tlsServer,
    words: 'an HTTPS client',
    extendedKeyUsages: [clientAuth],
    names: exactNames,
    revocation: 'https-client',
  },
  ldap: { ...tlsServer, words: 'an LDAP server', revocation: 'ldap' },
  syslog: { ...tlsServer, words: 'a syslog server', revocation: 'syslog' },
  'policy-server': { ...tlsServer, words: 'an external policy server', revocation: 'policy-server' },
  'call-manager': { ...tlsServer, words: 'a call manager', revocation: 'call-manager' },
  'cluster-peer': {
    ...tlsServer,
    words: 'a peer of the cluster',
    extendedKeyUsages: [serverAuth, clientAuth],
    names: exactNames,
    revocation: 'cluster',
  },
  xmpp: {
    ...tlsServer,
    words: 'an XMPP server',
    names: exactNames,
    revocation: 'xmpp',
  },
  smtp: { ...tlsServer, words: 'a mail server' },
  any: { ...tlsServer, words: 'any use', extendedKeyUsages: [], keyUsages: [] },
};

export const purposeNames = Object.keys(purposes) as Purpose[];
export const profileNames = Object.keys(profilesByName) as ProfileName[];

/** What a certificate counts as when its status cannot be established, unless the caller says. */
export function usualWhenUnknown(purpose: Purpose): RevocationFallback {
  return defaultRevocationSettings.purposes[purposes[purpose].revocation].fallback;
}
