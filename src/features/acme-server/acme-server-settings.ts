/** What the operator decides about the ACME server: one versioned value, like the settings of every feature. */
import type { KeptSettings } from '../settings/settings.ts';

export const challengeTypes = ['http-01', 'dns-01', 'tls-alpn-01'] as const;
export type ChallengeType = (typeof challengeTypes)[number];

export interface AcmeServerLimits {
  /** New orders of an account within three hours; renewals that name what they replace are not counted. */
  readonly ordersPerAccount: number;
  /** New accounts from one address within three hours. */
  readonly accountsPerAddress: number;
  /** Failed validations of one name by one account within an hour. */
  readonly failuresPerName: number;
  /** Requests of one address a minute. */
  readonly requestsPerMinute: number;
}

export interface AcmeServerSettings {
  /** Grows by one with every change. */
  readonly version: number;
  readonly enabled: boolean;
  /** Names and addresses by which clients call, beside those of the gateway; lower-case. */
  readonly hosts: readonly string[];
  /** Shown to clients, which must agree; empty: nothing to agree to. */
  readonly termsUrl: string;
  readonly website: string;
  /** Only holders of a key for external account binding may register. */
  readonly externalAccountRequired: boolean;
  /** Templates that clients may choose; each has a directory of its own too. */
  readonly profiles: readonly string[];
  /** The one that is used when an order names none. */
  readonly defaultProfile: string;
  /** Domains (themselves and everything below), address ranges, or `*` for every name. */
  readonly names: readonly string[];
  /** Whether `*.example.com` may be ordered, where the template agrees. */
  readonly wildcards: boolean;
  readonly challenges: readonly ChallengeType[];
  /** Address ranges in which names are validated; empty: private and public ones. */
  readonly networks: readonly string[];
  /** DNS servers asked in validations, `address` or `address:port`; empty: those of this machine. */
  readonly resolvers: readonly string[];
  /** Domain names by which CAA records name this CA (RFC 8659); empty: such records are not looked for. */
  readonly caaDomains: readonly string[];
  /** How long a proof of control counts for further orders of the account. */
  readonly authorizationHours: number;
  readonly limits: AcmeServerLimits;
}

/** A change: what is absent stays. */
export type AcmeServerSettingsPatch = {
  readonly [K in keyof Omit<AcmeServerSettings, 'version' | 'limits'>]?: AcmeServerSettings[K] | undefined;
} & { readonly limits?: { readonly [K in keyof AcmeServerLimits]?: number | undefined } | undefined };

/** Off, and closed to strangers: nothing is issued before the operator named who may order what. */
export const defaultAcmeServerSettings: AcmeServerSettings = {
  version: 0,
  enabled: false,
  hosts: [],
  termsUrl: '',
  website: '',
  externalAccountRequired: true,
  profiles: [],
  defaultProfile: '',
  names: [],
  wildcards: false,
  challenges: challengeTypes,
  networks: [],
  resolvers: [],
  caaDomains: [],
  authorizationHours: 8,
  limits: { ordersPerAccount: 300, accountsPerAddress: 10, failuresPerName: 5, requestsPerMinute: 600 },
};

export const keptAcmeServerSettings: KeptSettings<AcmeServerSettings> = {
  key: 'acme-server',
  what: 'the settings of the ACME server',
  staleCode: 'acme-server.stale',
  action: 'acme-server.settings',
  object: 'acme-server',
  complete: (kept) => ({
    ...defaultAcmeServerSettings,
    ...kept,
    limits: { ...defaultAcmeServerSettings.limits, ...kept.limits },
  }),
};
