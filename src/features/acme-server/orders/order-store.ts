/** Orders in the database. */
import type { ExpressionBuilder, Updateable } from 'kysely';
import type { AcmeServerOrdersTable, Db, Schema } from '../../../storage/schema.ts';

export type OrderRow = AcmeServerOrdersTable;

export async function insertOrder(db: Db, row: OrderRow, authorizations: readonly string[]): Promise<void> {
  await db.insertInto('acme_server_orders').values(row).execute();
  const links = authorizations.map((id, position) => ({ order_id: row.id, authorization_id: id, position }));
  await db.insertInto('acme_server_order_authorizations').values(links).execute();
}

export function selectOrder(db: Db, id: string): Promise<OrderRow | undefined> {
  return db.selectFrom('acme_server_orders').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Changes it only while it is in `from`; whether it was. */
export async function moveOrder(
  db: Db,
  id: string,
  from: OrderRow['status'],
  set: Updateable<OrderRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('acme_server_orders')
    .set(set)
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ids, newest first, that are not invalid (RFC 8555 7.1.2.1); `after` goes on behind this one. */
export async function selectOrderIds(
  db: Db,
  accountId: string,
  now: number,
  limit: number,
  after?: OrderRow,
): Promise<string[]> {
  let query = db
    .selectFrom('acme_server_orders')
    .select('id')
    .where('account_id', '=', accountId)
    .where(notInvalid(now));
  if (after !== undefined)
    query = query.where((b) =>
      b.or([
        b('created_at', '<', after.created_at),
        b.and([b('created_at', '=', after.created_at), b('id', '>', after.id)]),
      ]),
    );
  const rows = await query.orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
  return rows.map(({ id }) => id);
}

export interface OrderQuery {
  readonly accountId?: string | undefined;
  readonly status?: OrderRow['status'] | undefined;
  /** Part of a name, in lower case. */
  readonly text?: string | undefined;
  /** Only those made before, to go on. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/**
 * Newest first; states as `orderStatus` tells them, `pending` with those that are ready. More than `limit` when several
 * were made in the last one's millisecond: the next page begins before it.
 */
export async function selectOrders(
  db: Db,
  { accountId, status, text, before, limit }: OrderQuery,
  now: number,
): Promise<OrderRow[]> {
  let query = db.selectFrom('acme_server_orders').selectAll();
  if (accountId !== undefined) query = query.where('account_id', '=', accountId);
  if (status === 'invalid') query = query.where((b) => b.not(notInvalid(now)(b)));
  else if (status !== undefined) query = query.where('status', '=', status).where(notInvalid(now));
  if (before !== undefined) query = query.where('created_at', '<', before);
  if (text !== undefined) query = query.where('identifiers', 'like', `%${text.replace(/[^a-z0-9.:*-]/g, '')}%`);
  const rows = await query.orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return rows;
  const more = query.where('created_at', '=', last.created_at).where('id', '>', last.id).orderBy('id');
  return [...rows, ...(await more.execute())];
}

/** The condition that `orderStatus` would not say `invalid`: decided well, or still with every proof it needs. */
function notInvalid(now: number) {
  return (b: ExpressionBuilder<Schema, 'acme_server_orders'>) => {
    const lost = b
      .selectFrom('acme_server_order_authorizations as l')
      .innerJoin('acme_server_authorizations as a', 'a.id', 'l.authorization_id')
      .select('l.order_id')
      .whereRef('l.order_id', '=', 'acme_server_orders.id')
      .where((c) => c.or([c('a.status', 'not in', ['pending', 'valid']), c('a.expires_at', '<=', now)]));
    return b.or([
      b('status', 'in', ['valid', 'processing']),
      b.and([b('status', '=', 'pending'), b('expires_at', '>', now), b.not(b.exists(lost))]),
    ]);
  };
}

/** When the account made orders since then, oldest first: those that replace nothing, or renewals that are invalid. */
export async function selectOrderTimes(
  db: Db,
  accountId: string,
  { since, now, lostRenewals }: { readonly since: number; readonly now: number; readonly lostRenewals: boolean },
): Promise<number[]> {
  const rows = await db
    .selectFrom('acme_server_orders')
    .select('created_at')
    .where('account_id', '=', accountId)
    .where('created_at', '>', since)
    .where((b) =>
      lostRenewals ? b.and([b('replaces', 'is not', null), b.not(notInvalid(now)(b))]) : b('replaces', 'is', null),
    )
    .orderBy('created_at')
    .execute();
  return rows.map(({ created_at: at }) => at);
}

/** An order that replaces the certificate and may still become one, or has. */
export function selectReplacement(db: Db, ariId: string, now: number): Promise<OrderRow | undefined> {
  return db
    .selectFrom('acme_server_orders')
    .selectAll()
    .where('replaces', '=', ariId)
    .where(notInvalid(now))
    .executeTakeFirst();
}

/** Those that a stop of the program cut short while they were being issued. */
export function selectProcessingOrders(db: Db): Promise<OrderRow[]> {
  return db.selectFrom('acme_server_orders').selectAll().where('status', '=', 'processing').execute();
}

/** Orders without a certificate that ended before then, and their links; so many at most. */
export async function deleteOldOrders(db: Db, before: number, most: number): Promise<number> {
  const rows = await db
    .selectFrom('acme_server_orders')
    .select('id')
    .where('expires_at', '<', before)
    .where('certificate_id', 'is', null)
    .where('status', '!=', 'processing')
    .limit(most)
    .execute();
  return deleteOrders(
    db,
    rows.map(({ id }) => id),
  );
}

export async function deleteOrders(db: Db, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  await db.deleteFrom('acme_server_order_authorizations').where('order_id', 'in', ids).execute();
  await db.deleteFrom('acme_server_orders').where('id', 'in', ids).execute();
  return ids.length;
}
