/** The trusted CA list in the database. */
import { readKept, writeKept } from '../../storage/kept-values.ts';
import type { Db, EmbeddedCrlsTable, RemovedTrustedCasTable, TrustedCasTable, Trx } from '../../storage/schema.ts';

export type StoredCa = TrustedCasTable;
export type StoredCrl = EmbeddedCrlsTable;
export type RemovedRow = RemovedTrustedCasTable;

/** Certificates in the order of the list. */
export function readCas(db: Db): Promise<StoredCa[]> {
  return db.selectFrom('trusted_cas').selectAll().orderBy('position').orderBy('fingerprint').execute();
}

/** Embedded CRLs, oldest entry first; `id` is the fingerprint. */
export function readCrls(db: Db): Promise<StoredCrl[]> {
  return db.selectFrom('embedded_crls').selectAll().orderBy('added_at').orderBy('id').execute();
}

export async function insertCas(db: Db, rows: readonly StoredCa[]): Promise<void> {
  for (const part of parts(rows)) await db.insertInto('trusted_cas').values(part).execute();
}

export async function insertCrls(db: Db, rows: readonly StoredCrl[]): Promise<void> {
  for (const part of parts(rows)) await db.insertInto('embedded_crls').values(part).execute();
}

export async function deleteCas(db: Db, fingerprints: readonly string[]): Promise<void> {
  for (const part of parts(fingerprints)) {
    await db.deleteFrom('trusted_cas').where('fingerprint', 'in', part).execute();
  }
}

export async function deleteCrls(db: Db, ids: readonly string[]): Promise<void> {
  for (const part of parts(ids)) await db.deleteFrom('embedded_crls').where('id', 'in', part).execute();
}

/** Marks rows as part of the default list. */
export async function markSource(db: Db, fingerprints: readonly string[], source: StoredCa['source']): Promise<void> {
  for (const part of parts(fingerprints)) {
    await db.updateTable('trusted_cas').set({ source }).where('fingerprint', 'in', part).execute();
  }
}

/** Keeps deleted rows so that they can be put back. */
export async function keepRemoved(db: Db, rows: readonly RemovedRow[]): Promise<void> {
  for (const part of parts(rows)) await db.insertInto('removed_trusted_cas').values(part).execute();
}

/** Deleted rows younger than `since`, newest deletion first. */
export function readRemoved(db: Db, since: number): Promise<RemovedRow[]> {
  return db
    .selectFrom('removed_trusted_cas')
    .selectAll()
    .where('removed_at', '>', since)
    .orderBy('removed_at', 'desc')
    .orderBy('removal_id')
    .orderBy('position')
    .execute();
}

export async function forgetRemoval(db: Db, removalId: string): Promise<void> {
  await db.deleteFrom('removed_trusted_cas').where('removal_id', '=', removalId).execute();
}

export async function forgetRemovedBefore(db: Db, time: number): Promise<void> {
  await db.deleteFrom('removed_trusted_cas').where('removed_at', '<=', time).execute();
}

const seedKey = 'trusted-ca.temporary';

/** The temporary CA that belongs to the default list; undefined before the first start. */
export async function readSeed(db: Db): Promise<Uint8Array | undefined> {
  const kept = await readKept(db, seedKey);
  return kept === undefined ? undefined : new Uint8Array(Buffer.from(kept.value as string, 'base64'));
}

export async function writeSeed(trx: Trx, temporaryCa: Uint8Array): Promise<void> {
  const version = (await readKept(trx, seedKey))?.version ?? 0;
  await writeKept(trx, seedKey, Buffer.from(temporaryCa).toString('base64'), version + 1);
}

/** Statements stay below the number of parameters a database takes at once. */
function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / 100) }, (_, i) => all.slice(i * 100, i * 100 + 100));
}
