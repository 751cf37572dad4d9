/** The SQL of users, sessions, tokens, set-up links and guesses. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Db, Schema } from '../../storage/schema.ts';

export type UserRow = Selectable<Schema['users']>;
export type TokenRow = Selectable<Schema['tokens']>;
export type Guesses = Selectable<Schema['guesses']>;

export const selectUsers = (db: Db) => db.selectFrom('users').selectAll().orderBy('name').execute();

export const selectUser = (db: Db, id: string) =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();

export const selectUserByName = (db: Db, name: string) =>
  db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();

export async function insertUser(db: Db, row: Insertable<Schema['users']>): Promise<void> {
  await db.insertInto('users').values(row).execute();
}

export async function updateUser(db: Db, id: string, change: Updateable<Schema['users']>): Promise<void> {
  await db.updateTable('users').set(change).where('id', '=', id).execute();
}

export async function deleteUser(db: Db, id: string): Promise<void> {
  await db.deleteFrom('users').where('id', '=', id).execute();
}

export async function userExists(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Enabled administrators other than `id`. */
export async function otherAdministrators(db: Db, id: string): Promise<number> {
  const rows = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .where('disabled', '=', 0)
    .where('id', '!=', id)
    .execute();
  return rows.length;
}

export async function insertSession(db: Db, row: Insertable<Schema['sessions']>): Promise<void> {
  await db.insertInto('sessions').values(row).execute();
}

/** The session with its user's name and role; undefined when there is none or the user is disabled. */
export const selectSession = (db: Db, hash: string) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('sessions')
    .select(['users.name', 'users.role'])
    .where('sessions.token_hash', '=', hash)
    .where('users.disabled', '=', 0)
    .executeTakeFirst();

export async function updateSession(db: Db, hash: string, change: Updateable<Schema['sessions']>): Promise<void> {
  await db.updateTable('sessions').set(change).where('token_hash', '=', hash).execute();
}

export async function deleteSession(db: Db, hash: string): Promise<void> {
  await db.deleteFrom('sessions').where('token_hash', '=', hash).execute();
}

/** All of a user's sessions but `except`. */
export async function deleteSessionsOf(db: Db, userId: string, except = ''): Promise<void> {
  await db.deleteFrom('sessions').where('user_id', '=', userId).where('token_hash', '!=', except).execute();
}

/** Sessions not seen since `idle` or begun before `start`. */
export async function deleteEndedSessions(db: Db, idle: number, start: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where((where) => where.or([where('last_seen_at', '<', idle), where('created_at', '<', start)]))
    .execute();
}

/** Keeps the `keep` newest sessions of a user. */
export async function deleteOldestSessions(db: Db, userId: string, keep: number): Promise<void> {
  const rows = await db
    .selectFrom('sessions')
    .select('token_hash')
    .where('user_id', '=', userId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('created_at', 'desc')
    .execute();
  for (const row of rows.slice(keep)) await deleteSession(db, row.token_hash);
}

export const selectTokens = (db: Db) =>
  db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.created_by')
    .selectAll('tokens')
    .select('users.name as creator')
    .orderBy('tokens.created_at', 'desc')
    .execute();

export const selectToken = (db: Db, id: string) =>
  db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();

export const selectTokenByHash = (db: Db, hash: string) =>
  db.selectFrom('tokens').selectAll().where('token_hash', '=', hash).executeTakeFirst();

export async function insertToken(db: Db, row: Insertable<Schema['tokens']>): Promise<void> {
  await db.insertInto('tokens').values(row).execute();
}

export async function updateToken(db: Db, id: string, change: Updateable<Schema['tokens']>): Promise<void> {
  await db.updateTable('tokens').set(change).where('id', '=', id).execute();
}

/** Ends every token that a user made; how many there were. */
export async function revokeTokensOf(db: Db, userId: string, now: number): Promise<number> {
  const result = await db
    .updateTable('tokens')
    .set({ revoked_at: now })
    .where('created_by', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** There is at most one set-up link. */
export async function replaceSetupLink(db: Db, row: Insertable<Schema['setup_links']>): Promise<void> {
  await db.deleteFrom('setup_links').execute();
  await db.insertInto('setup_links').values(row).execute();
}

export const selectSetupLink = (db: Db, hash: string) =>
  db.selectFrom('setup_links').selectAll().where('token_hash', '=', hash).executeTakeFirst();

export async function markSetupLinkUsed(db: Db, hash: string, now: number): Promise<void> {
  await db.updateTable('setup_links').set({ used_at: now }).where('token_hash', '=', hash).execute();
}

export const readGuesses = (db: Db, key: string) =>
  db.selectFrom('guesses').selectAll().where('key', '=', key).executeTakeFirst();

export async function writeGuesses(db: Db, row: Guesses): Promise<void> {
  await db
    .insertInto('guesses')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        count: row.count,
        window_start: row.window_start,
        blocked_until: row.blocked_until,
      }),
    )
    .execute();
}

export async function deleteGuesses(db: Db, key: string): Promise<void> {
  await db.deleteFrom('guesses').where('key', '=', key).execute();
}

export async function deleteOldGuesses(db: Db, before: number): Promise<void> {
  await db.deleteFrom('guesses').where('window_start', '<', before).where('blocked_until', '<', before).execute();
}
