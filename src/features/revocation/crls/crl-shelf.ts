/** The CRL files of the data folder: written durably under the hash of their bytes, read again with their index. */
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseCrl } from '../../../pki/crl/crl.ts';
import { readIndexFile } from '../../../pki/crl/crl-index-file.ts';
import { LoadedCrl } from '../../../pki/crl/loaded-crl.ts';
import { writeDurably } from '../../../storage/durable-file.ts';

export class CrlShelf {
  readonly folder: string;
  /** Ids of CRLs that could not be read back. */
  readonly damaged = new Set<string>();
  readonly #work: string;

  /** `folder`: `crl` in the data folder. */
  constructor(folder: string) {
    this.folder = folder;
    this.#work = join(folder, 'work');
  }

  /** Removes what a killed process left behind. */
  async clear(): Promise<void> {
    await rm(this.#work, { recursive: true, force: true });
    await mkdir(this.#work, { recursive: true, mode: 0o700 });
  }

  /** A private folder for one file on its way in; it goes when `work` is done. */
  async inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    await mkdir(this.#work, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(this.#work, 'in-'));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  path(id: string): string {
    return join(this.folder, `${id}.crl`);
  }

  indexPath(id: string): string {
    return join(this.folder, `${id}.index`);
  }

  /** Takes the files of a job over; the index first, so that a CRL on the shelf has one. */
  async take(id: string, files: { readonly der: string; readonly index: string | undefined }): Promise<void> {
    if (files.index !== undefined) await writeDurably(this.indexPath(id), await readFile(files.index));
    if (this.damaged.has(id) || !(await exists(this.path(id))))
      await writeDurably(this.path(id), await readFile(files.der));
    this.damaged.delete(id);
  }

  /** The same file under a name in a work folder. */
  async lend(id: string, folder: string): Promise<string> {
    const path = join(folder, 'lent');
    await link(this.path(id), path);
    return path;
  }

  /** Reads a CRL back. Undefined when its bytes are gone or are not what they were. `source` is shown to people. */
  async read(id: string, source: string): Promise<LoadedCrl | undefined> {
    const der = await readOrNothing(this.path(id));
    const crl = der === undefined || (await sha256(der)) !== id ? undefined : parseCrl(der, { deferEntries: true });
    if (crl?.ok !== true) {
      this.damaged.add(id);
      return undefined;
    }
    const file = await readOrNothing(this.indexPath(id));
    // without its file the index is made again when it is needed
    return new LoadedCrl(crl.value, source, file && readIndexFile(file, crl.value, id));
  }

  /** Deletes every CRL that is not named. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    for (const id of this.damaged) if (!ids.has(id)) this.damaged.delete(id);
    for (const name of await readdir(this.folder)) {
      const id = /^([0-9a-f]{64})\.(crl|index)$/.exec(name)?.[1];
      if (id !== undefined && !ids.has(id)) await rm(join(this.folder, name), { force: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readOrNothing(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const slice = 4 << 20;

/** In slices, so that a large CRL holds nobody up. */
async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += slice) {
    hash.update(bytes.subarray(at, at + slice));
    if (at + slice < bytes.length) await setImmediate();
  }
  return hash.digest('hex');
}
