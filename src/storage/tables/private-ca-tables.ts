/** Tables of the private CA. */
import type { Generated } from 'kysely';

export interface PrivateCaTables {
  private_ca_authorities: PrivateCaAuthoritiesTable;
  private_ca_certificates: PrivateCaCertificatesTable;
  private_ca_bodies: PrivateCaBodiesTable;
  private_ca_templates: PrivateCaTemplatesTable;
}

/** A root or intermediate of the private CA. `certificate` is null while another CA has not signed `csr` yet. */
export interface PrivateCaAuthoritiesTable {
  id: string;
  role: 'root' | 'intermediate';
  /** `retired`: issues no more, its revocations are published until its certificate ends. */
  state: 'pending' | 'active' | 'retired';
  /** Common name of its subject. */
  label: string;
  /** The authority here that issued it; null for roots and for those that another CA signed. */
  parent: string | null;
  replaced_by: string | null;
  certificate: Uint8Array | null;
  /** DER of the certificates above it, one after the other, the root last. */
  chain: Uint8Array;
  csr: Uint8Array | null;
  /** `passphrase`: encrypted PKCS#8 (DER), opened only with what a person types. `sealed`: by the vault. */
  key_kind: 'passphrase' | 'sealed' | 'none';
  key: Uint8Array | null;
  public_key_info: Uint8Array;
  /** Over how many CRLs its certificates are spread; 0: one CRL for all. */
  partitions: number;
  /** Decimal; no CRL of this authority has this number or a lower one. */
  crl_number_floor: string;
  not_after: number;
  created_at: number;
}

/** What was issued, in order; `serial` is lower-case hexadecimal of the content octets, without leading zeros. */
export interface PrivateCaCertificatesTable {
  seq: Generated<number>;
  authority: string;
  serial: string;
  /** RFC 4514. */
  subject: string;
  /** JSON array of `dns:a.example`, `ip:192.0.2.1`, …. */
  names: string;
  /** What a search looks into: subject and names in lower case. */
  search: string;
  template: string;
  not_before: number;
  not_after: number;
  issued_at: number;
  issued_by: string;
  source: 'upload' | 'slot' | 'acme' | 'renewal' | 'authority' | 'responder' | 'import';
  /** SHA-256 of SubjectPublicKeyInfo; empty where only a line of an imported index is known. */
  key_id: string;
  fingerprint: string;
  /** Which of the CRLs tells about it, from 1; 0: the one CRL of the authority. */
  partition: number;
  status: 'good' | 'revoked' | 'on-hold';
  revoked_at: number | null;
  /** CRLReason (RFC 5280 5.3.1). */
  reason: number | null;
}

/** The certificates themselves, beside the rows that are searched. */
export interface PrivateCaBodiesTable {
  seq: number;
  der: Uint8Array;
}

/** Templates that operators made; those of the program stand in the code. */
export interface PrivateCaTemplatesTable {
  name: string;
  version: number;
  /** JSON text. */
  fields: string;
}
