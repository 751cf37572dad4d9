/** Trust sets in the database. */
import type { Db, TrustSetMembersTable, TrustSetsTable } from '../../../storage/schema.ts';

/** By name. */
export function readSets(db: Db): Promise<TrustSetsTable[]> {
  return db.selectFrom('trust_sets').selectAll().orderBy('name').execute();
}

export async function insertSet(db: Db, row: TrustSetsTable): Promise<void> {
  await db.insertInto('trust_sets').values(row).execute();
}

export async function deleteSet(db: Db, name: string): Promise<void> {
  await db.deleteFrom('trust_set_members').where('set_name', '=', name).execute();
  await db.deleteFrom('trust_sets').where('name', '=', name).execute();
}

/** In the order of the list. */
export function readMembers(db: Db, name: string): Promise<TrustSetMembersTable[]> {
  return db
    .selectFrom('trust_set_members')
    .selectAll()
    .where('set_name', '=', name)
    .orderBy('position')
    .orderBy('fingerprint')
    .execute();
}

export async function addMembers(db: Db, rows: readonly TrustSetMembersTable[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 100) {
    await db
      .insertInto('trust_set_members')
      .values(rows.slice(i, i + 100))
      .execute();
  }
}

export async function deleteMembers(db: Db, name: string, fingerprints: readonly string[]): Promise<void> {
  for (let i = 0; i < fingerprints.length; i += 100) {
    await db
      .deleteFrom('trust_set_members')
      .where('set_name', '=', name)
      .where('fingerprint', 'in', fingerprints.slice(i, i + 100))
      .execute();
  }
}
