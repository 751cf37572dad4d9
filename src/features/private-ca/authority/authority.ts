/** A root or intermediate as the rest of the private CA sees it, read from its row. */
import type { KeyObject } from 'node:crypto';
import { toHex } from '../../../lib/bytes.ts';
import { keyIdentifier } from '../../../pki/certificate/build-extensions.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { splitChain } from '../../../pki/certificate/chain-bytes.ts';
import type { PrivateCaAuthoritiesTable } from '../../../storage/schema.ts';

export interface Authority {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly role: 'root' | 'intermediate';
  /** `retired`: issues no more; its CRLs and OCSP answers go on until its certificate ends. */
  readonly state: 'pending' | 'active' | 'retired';
  /** Common name. */
  readonly label: string;
  /** Authority here that issued it; null for roots and for those that another CA signed. */
  readonly parent: string | null;
  readonly replacedBy: string | null;
  /** Undefined while pending. */
  readonly certificate: Certificate | undefined;
  /** The certificates above it, nearest first, the root last; empty for a root. */
  readonly above: readonly Certificate[];
  /** DER; while pending. */
  readonly csr: Uint8Array | undefined;
  readonly key: 'passphrase' | 'sealed' | 'none';
  readonly publicKeyInfo: Uint8Array;
  /** As in its certificate and in those it issues; hexadecimal. */
  readonly keyIdentifier: string;
  /** Over how many CRLs its certificates are spread; 0: one CRL for all. */
  readonly partitions: number;
  /** No CRL of this authority has this number or a lower one: 0, or what an imported folder had reached. */
  readonly crlNumberFloor: bigint;
  readonly notAfter: number;
  readonly createdAt: number;
}

/** An authority with its certificate and its opened key. */
export interface OpenAuthority {
  readonly authority: Authority & { readonly certificate: Certificate };
  readonly key: KeyObject;
}

/** Reads a row. Throws an Error when what is stored cannot be read: the database was changed by hand. */
export function authorityOf(row: PrivateCaAuthoritiesTable): Authority {
  const parsed = row.certificate === null ? undefined : parseCertificate(row.certificate);
  if (parsed?.ok === false) throw new Error(`authority ${row.id}: ${parsed.error.message}`);
  return {
    id: row.id,
    role: row.role,
    state: row.state,
    label: row.label,
    parent: row.parent,
    replacedBy: row.replaced_by,
    certificate: parsed?.value,
    above: splitChain(row.chain),
    csr: row.csr ?? undefined,
    key: row.key_kind,
    publicKeyInfo: row.public_key_info,
    keyIdentifier: toHex(parsed?.value.subjectKeyIdentifier ?? keyIdentifier(row.public_key_info)),
    partitions: row.partitions,
    crlNumberFloor: BigInt(row.crl_number_floor),
    notAfter: row.not_after,
    createdAt: row.created_at,
  };
}
