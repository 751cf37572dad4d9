/** The bytes of a CRL file and the parts of its index, in buffers that can be handed to another thread. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Crl, parseCrl } from '../../pki/crl/crl.ts';
import { type CrlIndexParts, indexCrl } from '../../pki/crl/crl-index.ts';
import { readIndexFile } from '../../pki/crl/crl-index-file.ts';
import { entryOfWord } from '../../pki/crl/serial-hash.ts';
import type { EdgeCrlFile } from '../snapshot-peers.ts';

export interface CrlOnDisk {
  readonly der: Uint8Array;
  readonly index: CrlIndexParts;
  /** The bytes are the ones that the digest names. */
  readonly checked: boolean;
}

/** Or in words why it cannot be used. Without a ready index that fits one is made. Throws what reading throws. */
export function readCrlParts({
  file,
  id,
  indexFile,
}: Pick<EdgeCrlFile, 'file' | 'id' | 'indexFile'>): CrlOnDisk | string {
  const der = readBytes(file);
  const checked = id !== undefined && createHash('sha256').update(der).digest('hex') === id;
  if (id !== undefined && !checked) return 'its bytes are not what they were';
  const crl = parseCrl(der, { deferEntries: true });
  if (!crl.ok) return crl.error.message;
  const ready = id === undefined || indexFile === undefined ? undefined : readyIndex(indexFile, crl.value, id);
  if (ready !== undefined) return { der, index: ready, checked };
  const made = indexCrl(crl.value);
  return made.ok ? { der, index: made.value.parts, checked } : made.error.message;
}

/** A cache that may be missing, or left by another version. */
function readyIndex(file: string, crl: Crl, id: string): CrlIndexParts | undefined {
  try {
    const parts = readIndexFile(readBytes(file), crl, id)?.parts;
    if (parts === undefined) return undefined;
    const { start, end } = parts.range;
    const outside = (offset: number) => offset !== 0 && (offset < start || offset >= end || crl.der[offset] !== 0x30);
    const wrong = parts.table.some((word) => outside(entryOfWord(word))) || parts.issuerEntries.some(outside);
    return wrong ? undefined : parts;
  } catch {
    return undefined;
  }
}

function readBytes(path: string): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(descriptor).size);
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, bytes, at, Math.min(bytes.length - at, 4 << 20), at);
      if (read === 0) throw new Error('the file ended early');
      at += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
