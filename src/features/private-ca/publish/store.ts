/** CRL numbers, published CRLs and OCSP responders in the database: all SQL of publishing. */
import type { Db, PrivateCaCrlsTable, PrivateCaRespondersTable, Trx } from '../../../storage/schema.ts';

export type CrlRow = PrivateCaCrlsTable;
export type ResponderRow = PrivateCaRespondersTable;

/** The highest number that was taken; 0 before the first. */
export async function readLastNumber(db: Db, authority: string): Promise<bigint> {
  const row = await db
    .selectFrom('private_ca_crl_numbers')
    .select('last')
    .where('authority', '=', authority)
    .executeTakeFirst();
  return BigInt(row?.last ?? 0);
}

export async function writeLastNumber(trx: Trx, authority: string, last: bigint): Promise<void> {
  await trx
    .insertInto('private_ca_crl_numbers')
    .values({ authority, last: String(last) })
    .onConflict((conflict) => conflict.column('authority').doUpdateSet({ last: String(last) }))
    .execute();
}

export function readCrls(db: Db): Promise<CrlRow[]> {
  return db.selectFrom('private_ca_crls').selectAll().orderBy('authority').orderBy('partition').execute();
}

export async function writeCrl(trx: Trx, row: CrlRow): Promise<void> {
  const { authority: _, partition: __, ...rest } = row;
  await trx
    .insertInto('private_ca_crls')
    .values(row)
    .onConflict((conflict) => conflict.columns(['authority', 'partition']).doUpdateSet(rest))
    .execute();
}

export function readResponders(db: Db): Promise<ResponderRow[]> {
  return db.selectFrom('private_ca_responders').selectAll().execute();
}

export async function writeResponder(trx: Trx, row: ResponderRow): Promise<void> {
  const { authority: _, ...rest } = row;
  await trx
    .insertInto('private_ca_responders')
    .values(row)
    .onConflict((conflict) => conflict.column('authority').doUpdateSet(rest))
    .execute();
}

/** How many certificates of these partitions are revoked or on hold and did not end before a time; counted to `most`. */
export async function countRevoked(
  db: Db,
  authority: string,
  { partitions, expiredBefore, most }: { partitions: readonly number[]; expiredBefore: number; most: number },
): Promise<number> {
  const rows = await db
    .selectFrom('private_ca_certificates')
    .select('authority')
    .where('authority', '=', authority)
    .where('partition', 'in', partitions)
    .where('revoked_at', 'is not', null)
    .where('not_after', '>=', expiredBefore)
    .limit(most)
    .execute();
  return rows.length;
}
