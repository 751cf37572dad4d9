/** Authorizations and their challenges in the database. */
import type { Updateable } from 'kysely';
import type { AcmeServerAuthorizationsTable, AcmeServerChallengesTable, Db } from '../../../storage/schema.ts';
import type { CertifiedName } from '../issuing-ca.ts';

export type AuthorizationRow = AcmeServerAuthorizationsTable;
export type ChallengeRow = AcmeServerChallengesTable;

export async function insertAuthorization(
  db: Db,
  row: AuthorizationRow,
  challenges: readonly ChallengeRow[],
): Promise<void> {
  await db.insertInto('acme_server_authorizations').values(row).execute();
  await db
    .insertInto('acme_server_challenges')
    .values([...challenges])
    .execute();
}

export function selectAuthorization(db: Db, id: string): Promise<AuthorizationRow | undefined> {
  return db.selectFrom('acme_server_authorizations').selectAll().where('id', '=', id).executeTakeFirst();
}

/** In the order of the identifiers. */
export function selectAuthorizationsOfOrder(db: Db, orderId: string): Promise<AuthorizationRow[]> {
  return db
    .selectFrom('acme_server_authorizations as a')
    .innerJoin('acme_server_order_authorizations as l', 'l.authorization_id', 'a.id')
    .where('l.order_id', '=', orderId)
    .selectAll('a')
    .orderBy('l.position')
    .execute();
}

/** The proof that lasts longest; undefined when the account has none that lasts until then. */
export function selectValidAuthorization(
  db: Db,
  accountId: string,
  { type, value }: CertifiedName,
  until: number,
): Promise<AuthorizationRow | undefined> {
  const wildcard = value.startsWith('*.');
  return db
    .selectFrom('acme_server_authorizations')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('type', '=', type)
    .where('value', '=', wildcard ? value.slice(2) : value)
    .where('wildcard', '=', wildcard ? 1 : 0)
    .where('status', '=', 'valid')
    .where('expires_at', '>', until)
    .orderBy('expires_at', 'desc')
    .executeTakeFirst();
}

export async function updateAuthorization(db: Db, id: string, set: Updateable<AuthorizationRow>): Promise<void> {
  await db.updateTable('acme_server_authorizations').set(set).where('id', '=', id).execute();
}

/** Gives up what an account still has to prove: it is ended (RFC 8555 7.3.6). */
export async function deactivatePendingAuthorizations(db: Db, accountId: string): Promise<void> {
  await db
    .updateTable('acme_server_authorizations')
    .set({ status: 'deactivated' })
    .where('account_id', '=', accountId)
    .where('status', '=', 'pending')
    .execute();
}

export async function countPendingAuthorizations(db: Db, accountId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('acme_server_authorizations')
    .select((b) => b.fn.countAll().as('n'))
    .where('account_id', '=', accountId)
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

export function selectChallenges(db: Db, authorizationId: string): Promise<ChallengeRow[]> {
  return db
    .selectFrom('acme_server_challenges')
    .selectAll()
    .where('authorization_id', '=', authorizationId)
    .orderBy('type', 'desc')
    .execute();
}

export function selectChallenge(db: Db, id: string): Promise<ChallengeRow | undefined> {
  return db.selectFrom('acme_server_challenges').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Validations that a stop of the program cut short. */
export function selectProcessingChallenges(db: Db): Promise<ChallengeRow[]> {
  return db.selectFrom('acme_server_challenges').selectAll().where('status', '=', 'processing').execute();
}

/** Changes it only while it is in `from`; whether it was. */
export async function moveChallenge(
  db: Db,
  id: string,
  from: ChallengeRow['status'],
  set: Updateable<ChallengeRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('acme_server_challenges')
    .set(set)
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** When validations of the name by the account failed since then, oldest first. */
export async function selectFailures(db: Db, accountId: string, value: string, since: number): Promise<number[]> {
  const rows = await db
    .selectFrom('acme_server_challenges as c')
    .innerJoin('acme_server_authorizations as a', 'a.id', 'c.authorization_id')
    .select('c.failed_at')
    .where('a.account_id', '=', accountId)
    .where('a.value', '=', value)
    .where('c.failed_at', '>', since)
    .orderBy('c.failed_at')
    .execute();
  return rows.map(({ failed_at: at }) => at ?? 0);
}

/** Those that ended before then and belong to no order; so many at most. */
export async function deleteOldAuthorizations(db: Db, before: number, most: number): Promise<number> {
  const rows = await db
    .selectFrom('acme_server_authorizations as a')
    .select('a.id')
    .where('a.expires_at', '<', before)
    .where((b) =>
      b.not(
        b.exists(
          b
            .selectFrom('acme_server_order_authorizations as l')
            .select('l.order_id')
            .whereRef('l.authorization_id', '=', 'a.id'),
        ),
      ),
    )
    .limit(most)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await db.deleteFrom('acme_server_challenges').where('authorization_id', 'in', ids).execute();
  await db.deleteFrom('acme_server_authorizations').where('id', 'in', ids).execute();
  return ids.length;
}
