/** Accounts and the keys of external account binding in the database. */
import type { Updateable } from 'kysely';
import { networkOf } from '../../../pki/name/network-of.ts';
import type { AcmeServerAccountsTable, AcmeServerEabKeysTable, Db } from '../../../storage/schema.ts';

export type AccountRow = AcmeServerAccountsTable;
export type EabKeyRow = AcmeServerEabKeysTable;

export async function insertAccount(db: Db, row: AccountRow): Promise<void> {
  await db.insertInto('acme_server_accounts').values(row).execute();
}

export function selectAccount(db: Db, id: string): Promise<AccountRow | undefined> {
  return db.selectFrom('acme_server_accounts').selectAll().where('id', '=', id).executeTakeFirst();
}

export function selectAccountByThumbprint(db: Db, thumbprint: string): Promise<AccountRow | undefined> {
  return db.selectFrom('acme_server_accounts').selectAll().where('thumbprint', '=', thumbprint).executeTakeFirst();
}

export async function updateAccount(db: Db, id: string, set: Updateable<AccountRow>): Promise<void> {
  await db.updateTable('acme_server_accounts').set(set).where('id', '=', id).execute();
}

/** When those from the address were made since then, oldest first; IPv6 addresses count by their network of 64 bits. */
export async function selectAccountTimes(db: Db, address: string, since: number): Promise<number[]> {
  const network = networkOf(address);
  const lately = db
    .selectFrom('acme_server_accounts')
    .select(['address', 'created_at'])
    .where('created_at', '>', since)
    .where('address', network === undefined ? '=' : 'like', network === undefined ? address : '%:%');
  const rows = await lately.orderBy('created_at').execute();
  return rows
    .filter((row) => network === undefined || networkOf(row.address) === network)
    .map(({ created_at: at }) => at);
}

export async function countAccountsOfKey(db: Db, keyId: string): Promise<number> {
  const row = await db
    .selectFrom('acme_server_accounts')
    .select((b) => b.fn.countAll().as('n'))
    .where('eab_key_id', '=', keyId)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

export interface AccountQuery {
  readonly status?: AccountRow['status'] | undefined;
  readonly keyId?: string | undefined;
  /** Only those made before, to go on. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Newest first, with what each has; more than `limit` when several were made in the last one's millisecond. */
export async function selectAccounts(db: Db, { status, keyId, before, limit }: AccountQuery) {
  let query = db.selectFrom('acme_server_accounts as a').selectAll('a');
  if (status !== undefined) query = query.where('a.status', '=', status);
  if (keyId !== undefined) query = query.where('a.eab_key_id', '=', keyId);
  if (before !== undefined) query = query.where('a.created_at', '<', before);
  const full = query.select((b) => [
    b
      .selectFrom('acme_server_certificates as c')
      .select((c) => c.fn.countAll<number>().as('n'))
      .whereRef('c.account_id', '=', 'a.id')
      .as('certificates'),
    b
      .selectFrom('acme_server_orders as o')
      .select((c) => c.fn.max('o.created_at').as('at'))
      .whereRef('o.account_id', '=', 'a.id')
      .as('last_order_at'),
  ]);
  const rows = await full.orderBy('a.created_at', 'desc').orderBy('a.id').limit(limit).execute();
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return rows;
  const more = full.where('a.created_at', '=', last.created_at).where('a.id', '>', last.id).orderBy('a.id');
  return [...rows, ...(await more.execute())];
}

export async function insertEabKey(db: Db, row: EabKeyRow): Promise<void> {
  await db.insertInto('acme_server_eab_keys').values(row).execute();
}

export function selectEabKey(db: Db, id: string): Promise<EabKeyRow | undefined> {
  return db.selectFrom('acme_server_eab_keys').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first, with the number of accounts of each. */
export function selectEabKeys(db: Db) {
  return db
    .selectFrom('acme_server_eab_keys as k')
    .selectAll('k')
    .select((b) =>
      b
        .selectFrom('acme_server_accounts as a')
        .select((c) => c.fn.countAll<number>().as('n'))
        .whereRef('a.eab_key_id', '=', 'k.id')
        .as('accounts'),
    )
    .orderBy('k.created_at', 'desc')
    .orderBy('k.id')
    .execute();
}

export async function updateEabKey(db: Db, id: string, set: Updateable<EabKeyRow>): Promise<void> {
  await db.updateTable('acme_server_eab_keys').set(set).where('id', '=', id).execute();
}
