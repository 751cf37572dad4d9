/**
 * A CRL of the snapshot, read for use. A large one is read in a thread of its own, checked against its digest and joined
 * with its ready index there, so that handshakes and messages go on meanwhile.
 */
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { parseCrl } from '../../pki/crl/crl.ts';
import { CrlIndex } from '../../pki/crl/crl-index.ts';
import { LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import type { EdgeCrlFile } from '../snapshot-peers.ts';
import { type CrlOnDisk, readCrlParts } from './crl-parts.ts';

/** A thread costs some milliseconds and megabytes: not for what is read faster than it starts. */
const largeBytes = 262_144;

/** The CRL, or in words why it cannot be used. `file` is absolute. */
export async function readCrlFile(crl: EdgeCrlFile): Promise<LoadedCrl | string> {
  try {
    const { size } = await stat(crl.file);
    const parts = size < largeBytes ? readCrlParts(crl) : await readInThread(crl);
    if (typeof parts === 'string') return parts;
    const parsed = parseCrl(parts.der, { deferEntries: true });
    if (!parsed.ok) return parsed.error.message;
    const index = new CrlIndex(parts.der, parts.index);
    return new LoadedCrl(parsed.value, crl.origin ?? crl.file, index, parts.checked ? crl.signedBy : undefined);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readInThread(crl: EdgeCrlFile): Promise<CrlOnDisk | string> {
  const { promise, resolve, reject } = Promise.withResolvers<CrlOnDisk | string>();
  const entry = join(import.meta.dirname, `crl-thread${extname(import.meta.filename)}`);
  const { file, id, indexFile } = crl;
  const worker = new Worker(entry, {
    workerData: { file, id, indexFile },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('the thread that reads CRLs ended')));
  return promise;
}
