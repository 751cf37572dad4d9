/** The table `settings`: one JSON value with its version for each key. */
import type { Db, Trx } from './schema.ts';

export interface KeptValue {
  readonly value: unknown;
  /** Grows by one with every write. */
  readonly version: number;
}

/** What is kept under a key; undefined before the first write. */
export async function readKept(db: Db, key: string): Promise<KeptValue | undefined> {
  const row = await db.selectFrom('settings').selectAll().where('key', '=', key).executeTakeFirst();
  return row === undefined ? undefined : { value: JSON.parse(row.value) as unknown, version: row.version };
}

/** Replaces what is kept under a key. The caller has read the version before this one in the same transaction. */
export async function writeKept(trx: Trx, key: string, value: unknown, version: number): Promise<void> {
  const row = { value: JSON.stringify(value), version };
  await trx
    .insertInto('settings')
    .values({ key, ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute();
}
