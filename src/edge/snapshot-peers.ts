/**
 * The part of a snapshot that says whom the gateway talks to: zones, access rules, sets of trusted CAs, revocation data,
 * what stands behind the listeners. Plain JSON.
 */
import type { AccessRules, EdgeZone } from '../features/zones/zones.ts';

export interface EdgePeers {
  /** In the order in which an inbound connection is compared with them; none: every presented certificate must be good. */
  readonly zones: readonly EdgeZone[];
  /** Of the default zone. */
  readonly accessRules: AccessRules;
  /** Base64 of the DER, by the name of the set; the list for everything else is `trust`. */
  readonly trustSets: Readonly<Record<string, readonly string[]>>;
  readonly revocation: EdgeRevocation;
  /** The SIP server behind the SIP listeners, over TCP. */
  readonly upstream?: EdgeAddress;
  readonly relays: readonly EdgeRelay[];
  readonly httpsClientCertificates: 'not-required' | 'validation' | 'authentication';
}

export interface EdgeAddress {
  readonly host: string;
  readonly port: number;
}

export interface EdgeRevocation {
  readonly sip: EdgeRevocationRule;
  readonly https: EdgeRevocationRule;
  /** For relays, by their purpose; that of `https` for what is not named. */
  readonly relays?: Partial<Readonly<Record<EdgeRelayPurpose, EdgeRevocationRule>>>;
  readonly crls: readonly EdgeCrlFile[];
}

export interface EdgeRevocationRule {
  readonly mode: 'off' | 'leaf' | 'chain';
  readonly useCrls: boolean;
  readonly useOcsp: boolean;
  readonly allowCdp: boolean;
  /** What a certificate counts as when its status cannot be established. */
  readonly fallback: 'not-revoked' | 'revoked';
}

export interface EdgeCrlFile {
  /** Absolute, or below the `crl` folder of the data folder. */
  readonly file: string;
  readonly source: 'manual' | 'automatic' | 'embedded' | 'cdp';
  /** For people: the URL, or the name of the uploaded file. */
  readonly origin?: string;
  /** SHA-256 of the file in lower-case hexadecimal. */
  readonly id?: string;
  /** The ready index of the CRL, absolute; used with `id` only. */
  readonly indexFile?: string;
  /** SHA-256 of the publicKeyInfo with which the signature was found good; used with `id` only. */
  readonly signedBy?: string;
}

/** By which rules a relay's clients are verified, and which revocation data counts. */
export type EdgeRelayPurpose = 'https-client' | 'xmpp' | 'ldap' | 'syslog';

/** A listener that ends TLS, verifies the client and passes bytes both ways. */
export interface EdgeRelay {
  /** As the listening port is named. */
  readonly name: string;
  readonly upstream: EdgeAddress;
  readonly requireClientCertificate: boolean;
  readonly trustSet: string;
  /** Names of which a client has to prove one; empty: every client of the trust set will do. */
  readonly clientNames?: readonly string[];
  /** `https-client` unless told. */
  readonly purpose?: EdgeRelayPurpose;
}

/** Everything off. */
const unchecked: EdgeRevocationRule = {
  mode: 'off',
  useCrls: true,
  useOcsp: true,
  allowCdp: true,
  fallback: 'not-revoked',
};

/** What holds while no zone, relay or revocation is set up. */
export const noPeers: EdgePeers = {
  zones: [],
  accessRules: { unmatched: 'allow', rules: [] },
  trustSets: {},
  revocation: { sip: unchecked, https: { ...unchecked, fallback: 'revoked' }, crls: [] },
  relays: [],
  httpsClientCertificates: 'not-required',
};
