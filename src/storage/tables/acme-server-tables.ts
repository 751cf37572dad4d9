/** The tables of the ACME server, as the queries see them; part of `Schema`. */

export interface AcmeServerTables {
  acme_server_accounts: AcmeServerAccountsTable;
  acme_server_eab_keys: AcmeServerEabKeysTable;
  acme_server_orders: AcmeServerOrdersTable;
  acme_server_order_authorizations: AcmeServerOrderAuthorizationsTable;
  acme_server_authorizations: AcmeServerAuthorizationsTable;
  acme_server_challenges: AcmeServerChallengesTable;
  acme_server_certificates: AcmeServerCertificatesTable;
}

/** A client of the ACME server. Its key is public; `thumbprint` (RFC 7638) is unique. */
export interface AcmeServerAccountsTable {
  id: string;
  thumbprint: string;
  /** JSON text. */
  jwk: string;
  status: 'valid' | 'deactivated' | 'revoked';
  /** JSON array of URLs. */
  contacts: string;
  terms_agreed_at: number | null;
  eab_key_id: string | null;
  address: string;
  created_at: number;
}

/** A key that an operator hands out so that its holder may register (RFC 8555 7.3.4). */
export interface AcmeServerEabKeysTable {
  id: string;
  name: string;
  sealed_hmac: Uint8Array;
  /** JSON array of names that its accounts may order, empty for those of the settings. */
  names: string;
  /** JSON array of templates, empty for those of the settings. */
  profiles: string;
  max_accounts: number;
  created_by: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** `ready` is worked out from the authorizations and never stored. */
export interface AcmeServerOrdersTable {
  id: string;
  account_id: string;
  profile: string;
  status: 'pending' | 'processing' | 'valid' | 'invalid';
  /** JSON array of identifiers, sorted. */
  identifiers: string;
  not_after: number | null;
  /** ARI identifier of the certificate that this order renews. */
  replaces: string | null;
  /** While it is processed. */
  csr: Uint8Array | null;
  processing_since: number | null;
  /** Problem, JSON text. */
  error: string | null;
  certificate_id: string | null;
  address: string;
  created_at: number;
  expires_at: number;
}

/** Key: `order_id`, `authorization_id`. */
export interface AcmeServerOrderAuthorizationsTable {
  order_id: string;
  authorization_id: string;
  position: number;
}

export interface AcmeServerAuthorizationsTable {
  id: string;
  account_id: string;
  type: 'dns' | 'ip';
  /** Without `*.`. */
  value: string;
  wildcard: number;
  status: 'pending' | 'valid' | 'invalid' | 'deactivated';
  created_at: number;
  expires_at: number;
}

export interface AcmeServerChallengesTable {
  id: string;
  authorization_id: string;
  type: 'http-01' | 'dns-01' | 'tls-alpn-01';
  token: string;
  status: 'pending' | 'processing' | 'valid' | 'invalid';
  validated_at: number | null;
  failed_at: number | null;
  /** Problem, JSON text. */
  error: string | null;
}

/** What was issued over ACME; the private CA has its own record of the same certificate. */
export interface AcmeServerCertificatesTable {
  id: string;
  order_id: string;
  account_id: string;
  /** Lower-case hexadecimal. */
  serial: string;
  /** Identifier of RFC 9773 4.1. */
  ari_id: string;
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  key_id: string;
  leaf: Uint8Array;
  /** JSON array of chains, each an array of base64 DER, the preferred one first. */
  chains: string;
  not_before: number;
  not_after: number;
  issued_at: number;
  revoked_at: number | null;
}
