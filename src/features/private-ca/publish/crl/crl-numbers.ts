/**
 * CRL numbers (RFC 5280 5.2.3): each taken once, whatever happens afterwards. The highest stands in the database and in
 * a file beside the CRLs; whichever is higher counts, so that a database from a backup takes no number again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failPoint } from '../../../../lib/fail-point.ts';
import { writeDurably } from '../../../../storage/durable-file.ts';
import { readKept, writeKept } from '../../../../storage/kept-values.ts';
import { crlFolder } from '../../../../storage/publication/published-snapshot.ts';
import type { Storage } from '../../../../storage/storage.ts';
import type { Authority } from '../../authority/authority.ts';
import { readLastNumber, writeLastNumber } from '../store.ts';

type Numbered = Pick<Authority, 'id' | 'crlNumberFloor'>;

/** A number that no CRL of this authority has or will have again; it is kept in both places before this resolves. */
export async function takeCrlNumber(storage: Storage, authority: Numbered): Promise<bigint> {
  const inFile = await numberInFile(storage.folder, authority.id);
  failPoint('private-ca.crl-number');
  const taken = await storage.transaction(async (trx) => {
    const number = highest(authority, inFile, await readLastNumber(trx, authority.id)) + 1n;
    await writeLastNumber(trx, authority.id, number);
    return number;
  });
  // another one may have come by with a higher number
  if ((await numberInFile(storage.folder, authority.id)) < taken)
    await writeDurably(numberPath(storage.folder, authority.id), Buffer.from(`${taken}\n`));
  failPoint('private-ca.crl-number-kept');
  return taken;
}

/** The number that would be taken now. */
export async function nextCrlNumber(storage: Storage, authority: Numbered): Promise<bigint> {
  const inFile = await numberInFile(storage.folder, authority.id);
  return highest(authority, inFile, await readLastNumber(storage.db, authority.id)) + 1n;
}

/** Whether the file knows a higher number than the database, which keeps it first: then that is from before that CRL. */
export async function isDatabaseOlder({ db, folder }: Storage, authority: string): Promise<boolean> {
  return (await numberInFile(folder, authority)) > (await readLastNumber(db, authority));
}

/** Authorities whose database was noticed to be older, until somebody has looked into it. */
export async function readRestored({ db }: Storage): Promise<readonly string[]> {
  return ((await readKept(db, restoredKey))?.value ?? []) as readonly string[];
}

/** Keeps them through restarts: the numbers alone tell nothing any more once the next CRL is out. */
export function keepRestored(storage: Storage, authorities: Iterable<string>): Promise<void> {
  return storage.transaction(async (trx) => {
    const version = (await readKept(trx, restoredKey))?.version ?? 0;
    await writeKept(trx, restoredKey, [...authorities], version + 1);
  });
}

const restoredKey = 'private-ca-restored';

/** Name of the file of a CRL. */
export function crlFile(authority: string, partition: number, number: bigint): string {
  return `${authority}-${partition}-${number}.crl`;
}

/** The number in the name of a CRL's file. */
export function numberOfFile(file: string): bigint {
  return BigInt(/-(\d+)\.crl$/.exec(file)?.[1] ?? 0);
}

function highest({ crlNumberFloor }: Numbered, ...numbers: readonly bigint[]): bigint {
  return numbers.reduce((most, number) => (number > most ? number : most), crlNumberFloor);
}

async function numberInFile(folder: string, authority: string): Promise<bigint> {
  try {
    const text = (await readFile(numberPath(folder, authority), 'latin1')).trim();
    return /^\d{1,48}$/.test(text) ? BigInt(text) : 0n;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0n;
    throw error;
  }
}

function numberPath(folder: string, authority: string): string {
  return join(crlFolder(folder), `${authority}.number`);
}
