/** Every query of ACME: providers, accounts, slots, orders, challenges, counters. */
import type { Selectable } from 'kysely';
import type {
  AcmeAccountsTable,
  AcmeChallengesTable,
  AcmeCountsTable,
  AcmeOrdersTable,
  AcmeProvidersTable,
  AcmeSlotsTable,
  AcmeWaitsTable,
  Db,
  Trx,
} from '../../storage/schema.ts';
import type { Slot } from '../identity/identity.ts';

export type ProviderRow = Selectable<AcmeProvidersTable>;
export type AccountRow = Selectable<AcmeAccountsTable>;
export type SlotRow = Selectable<AcmeSlotsTable>;
export type OrderRow = Selectable<AcmeOrdersTable>;
export type ChallengeRow = Selectable<AcmeChallengesTable>;
export type WaitRow = Selectable<AcmeWaitsTable>;
export type Counted = AcmeCountsTable['what'];

export function selectProviders(db: Db): Promise<ProviderRow[]> {
  return db.selectFrom('acme_providers').selectAll().orderBy('position').orderBy('id').execute();
}

export function selectProvider(db: Db, id: string): Promise<ProviderRow | undefined> {
  return db.selectFrom('acme_providers').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Writes a provider's row, new or changed. */
export async function writeProvider(trx: Trx, row: ProviderRow): Promise<void> {
  const { id, ...rest } = row;
  await trx
    .insertInto('acme_providers')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

/** Removes a provider with its accounts. */
export async function deleteProvider(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('acme_accounts').where('provider', '=', id).execute();
  await trx.deleteFrom('acme_providers').where('id', '=', id).execute();
}

export async function setPosition(trx: Trx, id: string, position: number): Promise<void> {
  await trx.updateTable('acme_providers').set({ position }).where('id', '=', id).execute();
}

export function selectAccount(db: Db, provider: string, directory: string): Promise<AccountRow | undefined> {
  return db
    .selectFrom('acme_accounts')
    .selectAll()
    .where('provider', '=', provider)
    .where('directory', '=', directory)
    .executeTakeFirst();
}

export function insertAccount(trx: Trx, row: AccountRow): Promise<unknown> {
  return trx.insertInto('acme_accounts').values(row).execute();
}

export async function updateAccount(trx: Trx, id: string, change: Partial<Omit<AccountRow, 'id'>>): Promise<void> {
  await trx.updateTable('acme_accounts').set(change).where('id', '=', id).execute();
}

export async function deleteAccount(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('acme_accounts').where('id', '=', id).execute();
}

export function selectSlots(db: Db): Promise<SlotRow[]> {
  return db.selectFrom('acme_slots').selectAll().orderBy('slot').execute();
}

export function selectSlot(db: Db, slot: Slot): Promise<SlotRow | undefined> {
  return db.selectFrom('acme_slots').selectAll().where('slot', '=', slot).executeTakeFirst();
}

export async function writeSlot(trx: Trx, row: SlotRow): Promise<void> {
  const { slot: _, ...rest } = row;
  await trx
    .insertInto('acme_slots')
    .values(row)
    .onConflict((conflict) => conflict.column('slot').doUpdateSet(rest))
    .execute();
}

export async function deleteSlot(trx: Trx, slot: string): Promise<void> {
  await trx.deleteFrom('acme_orders').where('slot', '=', slot).execute();
  await trx.deleteFrom('acme_slots').where('slot', '=', slot).execute();
}

/** The newest first. */
export function selectOrders(db: Db, slot: Slot | undefined, limit: number): Promise<OrderRow[]> {
  const query = db.selectFrom('acme_orders').selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit);
  return (slot === undefined ? query : query.where('slot', '=', slot)).execute();
}

export function selectOrder(db: Db, id: string): Promise<OrderRow | undefined> {
  return db.selectFrom('acme_orders').selectAll().where('id', '=', id).executeTakeFirst();
}

export function selectRunning(db: Db): Promise<OrderRow[]> {
  return db.selectFrom('acme_orders').selectAll().where('state', '=', 'running').execute();
}

export function selectRunningOf(db: Db, slot: Slot): Promise<OrderRow | undefined> {
  return db
    .selectFrom('acme_orders')
    .selectAll()
    .where('slot', '=', slot)
    .where('state', '=', 'running')
    .executeTakeFirst();
}

/** Begins an order and forgets all but the newest `keep` of the slot. */
export async function insertOrder(trx: Trx, row: OrderRow, keep: number): Promise<void> {
  const old = await trx
    .selectFrom('acme_orders')
    .select('id')
    .where('slot', '=', row.slot)
    .where('state', '<>', 'running')
    .orderBy('created_at', 'desc')
    .offset(keep)
    .limit(1000)
    .execute();
  const ids = old.map(({ id }) => id);
  if (ids.length > 0) await trx.deleteFrom('acme_orders').where('id', 'in', ids).execute();
  await trx.insertInto('acme_orders').values(row).execute();
}

/** Writes what came of a step, only while the order still runs. Answers whether it did. */
export async function updateOrder(
  trx: Trx,
  id: string,
  change: Pick<OrderRow, 'step' | 'state' | 'url' | 'fields' | 'updated_at'>,
): Promise<boolean> {
  const done = await trx
    .updateTable('acme_orders')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

export async function writeChallenges(trx: Trx, rows: readonly ChallengeRow[]): Promise<void> {
  for (const row of rows) {
    await trx
      .insertInto('acme_challenges')
      .values(row)
      .onConflict((conflict) => conflict.column('token').doNothing())
      .execute();
  }
}

export async function deleteChallenges(trx: Trx, orderId: string): Promise<void> {
  await trx.deleteFrom('acme_challenges').where('order_id', '=', orderId).execute();
}

/** Challenges whose order no longer runs: left over by a process that was killed. */
export async function deleteEndedChallenges(trx: Trx): Promise<void> {
  const running = trx.selectFrom('acme_orders').select('id').where('state', '=', 'running');
  await trx.deleteFrom('acme_challenges').where('order_id', 'not in', running).execute();
}

/** Counts events; rows older than `before` are forgotten. */
export async function addCounts(
  trx: Trx,
  rows: readonly { readonly directory: string; readonly what: Counted; readonly key: string; readonly at: number }[],
  before: number,
): Promise<void> {
  await trx.deleteFrom('acme_counts').where('at', '<', before).execute();
  if (rows.length > 0)
    await trx
      .insertInto('acme_counts')
      .values([...rows])
      .execute();
}

/** The times of what was counted since, oldest first. */
export async function selectCounts(
  db: Db,
  { directory, what, key, since }: { directory: string; what: Counted; key: string; since: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('acme_counts')
    .select('at')
    .where('directory', '=', directory)
    .where('what', '=', what)
    .where('key', '=', key)
    .where('at', '>', since)
    .orderBy('at')
    .execute();
  return rows.map(({ at }) => at);
}

export function selectWaits(db: Db, directory: string): Promise<WaitRow[]> {
  return db.selectFrom('acme_waits').selectAll().where('directory', '=', directory).execute();
}

export async function writeWait(trx: Trx, row: WaitRow): Promise<void> {
  await trx
    .insertInto('acme_waits')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['directory', 'what']).doUpdateSet({ until: row.until, words: row.words }),
    )
    .execute();
}
