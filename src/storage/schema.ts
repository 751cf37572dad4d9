/**
 * Every table of the gateway on one page, as the queries see them. Identifiers are 128 random bits in hexadecimal or
 * a fingerprint; times are milliseconds since 1970 (columns ending in `_us`: microseconds);
 * flags are 0 or 1. Large features have theirs in tables/. SQLite and PostgreSQL share this schema; migrations/ holds how
 * it came to be.
 */
import type { Generated, Kysely, Transaction } from 'kysely';
import type { AcmeServerTables } from './tables/acme-server-tables.ts';
import type { AcmeTables } from './tables/acme-tables.ts';
import type { PrivateCaTables } from './tables/private-ca-tables.ts';
import type { PublicationTables } from './tables/publication-tables.ts';

export type * from './tables/acme-server-tables.ts';
export type * from './tables/acme-tables.ts';
export type * from './tables/private-ca-tables.ts';
export type * from './tables/publication-tables.ts';

/** For reads, and single statements that need no transaction. */
export type Db = Kysely<Schema>;
export type Trx = Transaction<Schema>;

export interface Schema extends AcmeServerTables, AcmeTables, PrivateCaTables, PublicationTables {
  settings: SettingsTable;
  identity_slots: IdentitySlotsTable;
  identity_versions: IdentityVersionsTable;
  certificate_requests: CertificateRequestsTable;
  known_keys: KnownKeysTable;
  previews: PreviewsTable;
  trusted_cas: TrustedCasTable;
  embedded_crls: EmbeddedCrlsTable;
  removed_trusted_cas: RemovedTrustedCasTable;
  revocation_sources: RevocationSourcesTable;
  revocation_crls: RevocationCrlsTable;
  revocation_numbers: RevocationNumbersTable;
  revocation_known: RevocationKnownTable;
  zones: ZonesTable;
  zone_states: ZoneStatesTable;
  zone_peers: ZonePeersTable;
  zone_closed: ZoneClosedTable;
  trust_sets: TrustSetsTable;
  trust_set_members: TrustSetMembersTable;
  users: UsersTable;
  sessions: SessionsTable;
  tokens: TokensTable;
  guesses: GuessesTable;
  setup_links: SetupLinksTable;
  audit: AuditTable;
  alarms: AlarmsTable;
  migrations: MigrationsTable;
}

/** `version` grows by one with every change, so that a stale form is noticed. */
export interface SettingsTable {
  key: string;
  /** JSON text. */
  value: string;
  version: number;
}

/** `slot`: `server`, `client` or `domain:<name>`. `version` grows with every change of the slot. */
export interface IdentitySlotsTable {
  slot: string;
  version: number;
  active_id: string | null;
  previous_id: string | null;
}

/** Certificate, chain and key are one record: `digest` covers all three and is checked when they are read. */
export interface IdentityVersionsTable {
  id: string;
  slot: string;
  state: 'active' | 'previous' | 'retired' | 'pending-acme';
  /** DER of the leaf. */
  certificate: Uint8Array;
  /** DER certificates one after the other, leaf not included. */
  chain: Uint8Array;
  sealed_key: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  key_id: string;
  digest: Uint8Array;
  source: string;
  created_at: number;
  activated_at: number | null;
}

/** At most one `pending` per slot; `last` stays downloadable; a discarded one keeps no key. */
export interface CertificateRequestsTable {
  id: string;
  slot: string;
  state: 'pending' | 'last' | 'discarded';
  der: Uint8Array;
  sealed_key: Uint8Array | null;
  key_id: string;
  /** What was filled in, as JSON text. */
  form: string;
  created_at: number;
  ended_at: number | null;
}

/** Whose key it was: lets an error name the owner of a key that does not match. Holds no key. */
export interface KnownKeysTable {
  spki_sha256: string;
  what: string;
  slot: string;
  note: string;
  seen_at: number;
}

/** What a person was shown and has not confirmed yet; bound to the digest of the upload and the slot's version. */
export interface PreviewsTable {
  id: string;
  kind: string;
  slot: string;
  digest: Uint8Array;
  slot_version: number;
  /** Sealed by the vault. */
  content: Uint8Array;
  created_at: number;
  expires_at: number;
}

/** `fingerprint`: SHA-256, hexadecimal. */
export interface TrustedCasTable {
  fingerprint: string;
  der: Uint8Array;
  subject: string;
  issuer: string;
  not_before: number;
  not_after: number;
  source: 'default' | 'temporary' | 'appended';
  pinned: number;
  position: number;
  added_at: number;
}

export interface EmbeddedCrlsTable {
  id: string;
  /** Canonical issuer name. */
  issuer_key: string;
  der: Uint8Array;
  /** CRL number as decimal text, it may exceed 64 bits. */
  number: string | null;
  this_update: number;
  next_update: number | null;
  added_at: number;
}

/** Deleted members of the list, kept for a day so that a deletion can be undone. Key: `removal_id`, `fingerprint`. */
export interface RemovedTrustedCasTable {
  removal_id: string;
  fingerprint: string;
  type: 'certificate' | 'crl';
  der: Uint8Array;
  source: 'default' | 'temporary' | 'appended';
  pinned: number;
  position: number;
  added_at: number;
  removed_at: number;
  removed_by: string;
}

/** A distribution point, typed by an operator or named by certificates; `id`: SHA-256 of the URL, hexadecimal. */
export interface RevocationSourcesTable {
  id: string;
  kind: 'automatic' | 'cdp';
  url: string;
  /** What the server said about the last good answer, sent back to it. */
  etag: string | null;
  last_modified: string | null;
  last_attempt_at: number | null;
  last_success_at: number | null;
  next_attempt_at: number | null;
  /** Since the last success. */
  failures: number;
  outcome: string;
  message: string;
  /** JSON array, newest first. */
  history: string;
}

/** A CRL of a source; its bytes lie in `crl/<sha256>.crl`. Key: `source`, `source_id`, `sha256`. */
export interface RevocationCrlsTable {
  source: 'automatic' | 'manual' | 'cdp';
  /** Row id of the distribution point; empty for `manual`. */
  source_id: string;
  sha256: string;
  /** The URL, or the name of the uploaded file. */
  origin: string;
  issuer: string;
  /** SHA-256 of the key whose signature over it was good; null while no such key is known: then it is not used. */
  signed_by: string | null;
  /** What its number counts: issuer, key, scope. */
  series: string | null;
  /** Hexadecimal. */
  number: string | null;
  this_update: number;
  next_update: number;
  entries: number;
  bytes: number;
  delta: number;
  retrieved_at: number;
}

/** The newest CRL ever seen of a series, so that an older one is refused although the newest is gone. */
export interface RevocationNumbersTable {
  series: string;
  sha256: string;
  number: string | null;
  this_update: number;
}

/** An OCSP answer that said "revoked"; it holds until a newer one says otherwise. `id`: issuer and serial number, hashed. */
export interface RevocationKnownTable {
  id: string;
  url: string;
  answer: Uint8Array;
  this_update: number;
  retrieved_at: number;
}

/** `name_key`: the name in lower case. The default zone has id and row `default` once it was changed. */
export interface ZonesTable {
  id: string;
  name_key: string;
  position: number;
  version: number;
  /** JSON text. */
  fields: string;
}

/** What the edges reported about one peer of a zone, and the states before. Key: `zone`, `peer`. */
export interface ZoneStatesTable {
  zone: string;
  peer: string;
  state: 'active' | 'failed' | 'checking' | 'off';
  code: string;
  words: string;
  at: number;
  since: number;
  /** JSON array, newest first. */
  history: string;
}

/** A certificate that a peer has shown; `who` is the same for each that the peer had after another. */
export interface ZonePeersTable {
  /** SHA-256 of the DER, hexadecimal. */
  fingerprint: string;
  der: Uint8Array;
  who: string;
  not_after: number;
  first_seen: number;
  last_seen: number;
  seen: number;
  zone: string;
  address: string;
  listener: string;
  /** Whether the last decision was to accept; those that were not are forgotten first. */
  accepted: number;
  /** The last decision, JSON text. */
  decision: string;
}

/** Connections that were closed because their peer would now be refused. */
export interface ZoneClosedTable {
  seq: Generated<number>;
  at: number;
  zone: string;
  address: string;
  fingerprint: string;
  reason: string;
}

/** Lists of CA certificates that a zone can use instead of the trusted CA list. */
export interface TrustSetsTable {
  name: string;
  created_at: number;
}

/** Key: `set_name`, `fingerprint`. */
export interface TrustSetMembersTable {
  set_name: string;
  fingerprint: string;
  der: Uint8Array;
  pinned: number;
  position: number;
  added_at: number;
}

export interface UsersTable {
  id: string;
  name: string;
  role: 'administrator' | 'auditor';
  password_hash: string;
  password_changed_at: number;
  disabled: number;
  created_at: number;
}

export interface SessionsTable {
  token_hash: string;
  user_id: string;
  created_at: number;
  last_seen_at: number;
  authenticated_at: number;
  address: string;
}

export interface TokensTable {
  id: string;
  name: string;
  token_hash: string;
  role: 'administrator' | 'auditor';
  /** JSON array of words. */
  scopes: string;
  /** JSON array of address ranges, empty for anywhere. */
  cidrs: string;
  created_by: string;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

/** Wrong passwords per account (`name:…`) and per address (`address:…`). */
export interface GuessesTable {
  key: string;
  count: number;
  window_start: number;
  blocked_until: number;
}

export interface SetupLinksTable {
  token_hash: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

/** One row for every change, written in the transaction of the change; `seq` is never used twice. */
export interface AuditTable {
  seq: Generated<number>;
  at_us: number;
  actor_kind: 'user' | 'token' | 'system';
  actor_id: string;
  actor_name: string;
  address: string;
  request_id: string;
  action: string;
  object: string;
  before_hash: string | null;
  after_hash: string | null;
  result: 'done' | 'refused';
  /** JSON object. */
  detail: string;
}

export interface AlarmsTable {
  id: string;
  code: string;
  object: string;
  severity: 'critical' | 'alert' | 'warning';
  message: string;
  hint: string;
  raised_at: number;
  cleared_at: number | null;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
}

/** `least_reader`: the oldest schema number whose program may still open a database that holds this step. */
export interface MigrationsTable {
  number: number;
  name: string;
  least_reader: number;
  applied_at: number;
}
