/** Private keys on their way between the vault, a version's row and OpenSSL: as bytes that are wiped, never as text. */
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { toHex } from '../../lib/bytes.ts';
import { publicKeyInfoOf } from '../../pki/certificate/build.ts';
import { parseCertificate } from '../../pki/certificate/certificate.ts';
import { isSoundRecord, recordDigest } from '../../storage/record-digest.ts';
import type { Vault } from '../../storage/vault.ts';
import type { VersionRow } from './store.ts';

/** What names a key everywhere: SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
export function keyId(publicKeyInfo: Uint8Array): string {
  return toHex(createHash('sha256').update(publicKeyInfo).digest());
}

/** Seals a private key for the row `id`. */
export function sealKey(vault: Vault, id: string, key: KeyObject): Uint8Array {
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  try {
    return vault.seal({ id, version: 1 }, plain);
  } finally {
    plain.fill(0);
  }
}

/** Runs `use` with the PKCS#8 of a sealed key and wipes it afterwards. Throws VaultError. */
export function withKey<T>(vault: Vault, id: string, sealed: Uint8Array, use: (pkcs8: Buffer) => T): T {
  const plain = vault.open({ id, version: 1 }, sealed);
  try {
    return use(Buffer.from(plain.buffer, plain.byteOffset, plain.length));
  } finally {
    plain.fill(0);
  }
}

/** The key object of a sealed key. Throws VaultError. */
export function openKey(vault: Vault, id: string, sealed: Uint8Array): KeyObject {
  return withKey(vault, id, sealed, (pkcs8) => createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
}

/** A complete version row around a leaf, its chain and its key. */
export function versionRow(
  vault: Vault,
  row: Pick<VersionRow, 'id' | 'slot' | 'state' | 'certificate' | 'chain' | 'source' | 'created_at'>,
  key: KeyObject,
): VersionRow {
  const record = { certificate: row.certificate, chain: row.chain, sealed_key: sealKey(vault, row.id, key) };
  return {
    ...row,
    ...record,
    key_id: keyId(publicKeyInfoOf(key)),
    digest: recordDigest(record),
    activated_at: row.state === 'active' ? row.created_at : null,
  };
}

/** Why a version cannot be served, or undefined: digest, seal, certificate, and that key and certificate belong together. */
export function damageOf(vault: Vault, row: VersionRow): string | undefined {
  if (!isSoundRecord(row)) return 'certificate, chain and key are not what was stored together';
  const leaf = parseCertificate(row.certificate);
  if (!leaf.ok) return `the certificate cannot be read: ${leaf.error.message}`;
  try {
    const key = openKey(vault, row.id, row.sealed_key);
    if (keyId(publicKeyInfoOf(key)) !== keyId(leaf.value.publicKeyInfo)) return 'the key is not the certificate’s';
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the key cannot be opened';
  }
}
