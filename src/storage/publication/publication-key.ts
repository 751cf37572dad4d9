/**
 * The key that seals the snapshot of what is published. It stands in `pki/sealed-key`, itself sealed by the vault: the
 * administration makes it, the supervisor hands it to the serving process, which therefore never sees the master key.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../durable-file.ts';
import type { Vault } from '../vault.ts';
import { crlFolder, publicationFolder, statusFolder } from './published-snapshot.ts';

/** 32 bytes of the caller's own; made, with the folders of the publication, where there is none. */
export async function readOrMakePublicationKey(folder: string, vault: Vault): Promise<Uint8Array> {
  for (const path of [publicationFolder(folder), crlFolder(folder), statusFolder(folder)]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  const existing = await readPublicationKey(folder, vault);
  if (existing !== undefined) return existing;
  const key = randomBytes(32);
  await writeDurably(keyPath(folder), vault.seal(context, key), { exclusive: true });
  key.fill(0);
  return (await readPublicationKey(folder, vault)) ?? missing();
}

/** The same where nothing may be written; undefined when nothing was ever published. Throws VaultError. */
export async function readPublicationKey(folder: string, vault: Vault): Promise<Uint8Array | undefined> {
  try {
    return vault.open(context, await readFile(keyPath(folder)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function keyPath(folder: string): string {
  return join(publicationFolder(folder), 'sealed-key');
}

function missing(): never {
  throw new Error('the key of the publication was removed while it was being made');
}

const context = { id: 'publication-key', version: 1 };
