/** Certificate, chain and key are one record: its digest shows a part that was damaged or exchanged. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** The three parts of an identity as they are stored. */
export interface IdentityRecord {
  readonly certificate: Uint8Array;
  readonly chain: Uint8Array;
  readonly sealed_key: Uint8Array;
}

/** SHA-256 over certificate, chain and sealed key, each with its length in front. */
export function recordDigest(record: IdentityRecord): Uint8Array {
  const hash = createHash('sha256');
  for (const part of [record.certificate, record.chain, record.sealed_key]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    hash.update(length).update(part);
  }
  return hash.digest();
}

/** Whether the record is what was once stored. */
export function isSoundRecord(record: IdentityRecord & { readonly digest: Uint8Array }): boolean {
  const digest = recordDigest(record);
  return record.digest.length === digest.length && timingSafeEqual(record.digest, digest);
}
