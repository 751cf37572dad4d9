/** Tables of certificates that renew themselves: requests, providers, accounts, slots, orders, challenges, limits, leases. */
import type { Generated } from 'kysely';

export interface AcmeTables {
  identity_renewals: IdentityRenewalsTable;
  acme_providers: AcmeProvidersTable;
  acme_accounts: AcmeAccountsTable;
  acme_slots: AcmeSlotsTable;
  acme_orders: AcmeOrdersTable;
  acme_challenges: AcmeChallengesTable;
  acme_counts: AcmeCountsTable;
  acme_waits: AcmeWaitsTable;
  leases: LeasesTable;
}

/** A request that the gateway made by itself to renew a certificate, with its key: stored before a CA is asked. */
export interface IdentityRenewalsTable {
  id: string;
  slot: string;
  der: Uint8Array;
  sealed_key: Uint8Array;
  key_id: string;
  created_at: number;
}

/** A CA that certificates are ordered from; `position` is the order of fall-back. */
export interface AcmeProvidersTable {
  id: string;
  position: number;
  version: number;
  kind: 'acme' | 'private-ca';
  /** JSON text. */
  fields: string;
  /** JSON text sealed by the vault: keys of external account binding, TSIG, webhook. */
  sealed_secrets: Uint8Array | null;
}

/** The gateway's account at one directory of a provider. `url` is null until the CA has answered. */
export interface AcmeAccountsTable {
  id: string;
  provider: string;
  directory: string;
  url: string | null;
  sealed_key: Uint8Array;
  /** While the key is being exchanged: the new one. */
  sealed_next_key: Uint8Array | null;
  status: 'new' | 'valid' | 'deactivated' | 'lost';
  /** JSON array of mail addresses. */
  contact: string;
  /** URL of the terms that were accepted; empty where the CA has none. */
  terms: string;
  created_at: number;
}

/** How a slot renews itself and where it stands; `state` changes only under the lease of the slot. */
export interface AcmeSlotsTable {
  slot: string;
  version: number;
  /** JSON text. */
  settings: string;
  /** JSON text: chosen time, attempts, next attempt, last sign and deploy. */
  state: string;
}

/** One order of a certificate, step by step; at most one runs in a slot. */
export interface AcmeOrdersTable {
  id: string;
  slot: string;
  provider: string;
  purpose: 'manual' | 'renewal' | 'test';
  state: 'running' | 'done' | 'failed' | 'abandoned';
  /** The step that is next. */
  step: string;
  /** At the CA; null until it has answered. */
  url: string | null;
  /** JSON text. */
  fields: string;
  created_at: number;
  updated_at: number;
}

/** What is shown to a CA while it looks; gone when the order ends. */
export interface AcmeChallengesTable {
  token: string;
  order_id: string;
  type: 'http-01' | 'dns-01' | 'tls-alpn-01';
  identifier: string;
  /** The key authorization (RFC 8555 8.1). */
  answer: string;
  created_at: number;
}

/** What counts against the limits of a CA. */
export interface AcmeCountsTable {
  seq: Generated<number>;
  directory: string;
  what: 'order' | 'account' | 'certificate-domain' | 'certificate-set' | 'failed-authorization';
  key: string;
  at: number;
}

/** Until when a CA has asked not to be called. */
export interface AcmeWaitsTable {
  directory: string;
  what: string;
  until: number;
  words: string;
}

/** Who may work on something now. A result is written only where `epoch` is still the writer's. */
export interface LeasesTable {
  name: string;
  holder: string;
  epoch: number;
  expires_at: number;
}
