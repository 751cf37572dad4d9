/** Revocation data in the database. */
import type {
  Db,
  RevocationCrlsTable,
  RevocationKnownTable,
  RevocationNumbersTable,
  RevocationSourcesTable,
} from '../../storage/schema.ts';

export type CrlRow = RevocationCrlsTable;
export type SourceRowInStore = RevocationSourcesTable;
export type NumberRow = RevocationNumbersTable;
export type KnownRow = RevocationKnownTable;

export function readCrlRows(db: Db): Promise<CrlRow[]> {
  return db.selectFrom('revocation_crls').selectAll().orderBy('retrieved_at').orderBy('sha256').execute();
}

/** Replaces rows of the same source and the same bytes. */
export async function putCrlRows(db: Db, rows: readonly CrlRow[]): Promise<void> {
  for (const row of rows) {
    const { source: _source, source_id: _id, sha256: _hash, ...rest } = row;
    await db
      .insertInto('revocation_crls')
      .values(row)
      .onConflict((conflict) => conflict.columns(['source', 'source_id', 'sha256']).doUpdateSet(rest))
      .execute();
  }
}

/** Deletes the rows of a source, or only those of one series, or of one CRL. */
export async function deleteCrlRows(
  db: Db,
  source: CrlRow['source'],
  sourceId: string,
  only: { readonly series?: string; readonly sha256?: string } = {},
): Promise<void> {
  let query = db.deleteFrom('revocation_crls').where('source', '=', source).where('source_id', '=', sourceId);
  if (only.series !== undefined) query = query.where('series', '=', only.series);
  if (only.sha256 !== undefined) query = query.where('sha256', '=', only.sha256);
  await query.execute();
}

/** The key that signed a CRL is known now. */
export async function markSigned(db: Db, sha256: string, signedBy: string, series: string): Promise<void> {
  await db.updateTable('revocation_crls').set({ signed_by: signedBy, series }).where('sha256', '=', sha256).execute();
}

export function readNumbers(db: Db): Promise<NumberRow[]> {
  return db.selectFrom('revocation_numbers').selectAll().execute();
}

export async function putNumbers(db: Db, rows: readonly NumberRow[]): Promise<void> {
  for (const row of rows) {
    const { series: _series, ...rest } = row;
    await db
      .insertInto('revocation_numbers')
      .values(row)
      .onConflict((conflict) => conflict.column('series').doUpdateSet(rest))
      .execute();
  }
}

export function readSourceRows(db: Db): Promise<SourceRowInStore[]> {
  return db.selectFrom('revocation_sources').selectAll().orderBy('url').execute();
}

export async function putSourceRow(db: Db, row: SourceRowInStore): Promise<void> {
  const { id: _id, ...rest } = row;
  await db
    .insertInto('revocation_sources')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

export async function deleteSourceRow(db: Db, id: string): Promise<void> {
  await db.deleteFrom('revocation_sources').where('id', '=', id).execute();
}

export function readKnownRevoked(db: Db): Promise<KnownRow[]> {
  return db.selectFrom('revocation_known').selectAll().orderBy('retrieved_at').execute();
}

export async function putKnownRevoked(db: Db, row: KnownRow): Promise<void> {
  const { id: _id, ...rest } = row;
  await db
    .insertInto('revocation_known')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

export async function deleteKnownRevoked(db: Db, id: string): Promise<void> {
  await db.deleteFrom('revocation_known').where('id', '=', id).execute();
}
