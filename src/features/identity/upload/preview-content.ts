/** What waits between the preview of an upload and its confirmation: sealed, the key as bytes and never as text. */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { Vault } from '../../../storage/vault.ts';

/** All bytes in base64. */
export interface PreviewContent {
  readonly leaf: string;
  /** What is served after the leaf. */
  readonly chain: readonly string[];
  readonly keySource: 'uploaded' | 'pending-csr' | 'current';
  readonly leafKey: string;
  /** Issuers that may join the trusted CA list. */
  readonly appendable: readonly string[];
  readonly typed: string | null;
  /** Codes, for the audit log. */
  readonly warnings: readonly string[];
}

/** Seals the content and, when one was uploaded, the private key for the preview `id`. */
export function sealContent(vault: Vault, id: string, content: PreviewContent, key: KeyObject | undefined): Uint8Array {
  const head = Buffer.from(JSON.stringify(content));
  const pkcs8 = key?.export({ type: 'pkcs8', format: 'der' }) ?? Buffer.alloc(0);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const plain = Buffer.concat([length, head, pkcs8]);
  try {
    return vault.seal({ id, version: 1 }, plain);
  } finally {
    plain.fill(0);
    pkcs8.fill(0);
  }
}

/** The reverse of `sealContent`. Throws VaultError when the row was altered. */
export function openContent(
  vault: Vault,
  id: string,
  sealed: Uint8Array,
): { readonly content: PreviewContent; readonly key: KeyObject | undefined } {
  const opened = vault.open({ id, version: 1 }, sealed);
  const plain = Buffer.from(opened.buffer, opened.byteOffset, opened.length);
  try {
    const end = 4 + plain.readUInt32BE(0);
    const content = JSON.parse(plain.toString('utf8', 4, end)) as PreviewContent;
    const pkcs8 = plain.subarray(end);
    const key = pkcs8.length === 0 ? undefined : createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    return { content, key };
  } finally {
    plain.fill(0);
  }
}
