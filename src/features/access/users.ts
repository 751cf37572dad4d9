/** Local accounts: made by administrators, at least one administrator always left, nobody changes their own role. */

import type { Actor, Role } from '../../lib/actor.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { Secret } from '../../lib/secret.ts';
import { recordAudit } from '../audit/audit.ts';
import type { AccessDeps, UserView } from './access.ts';
import { hashPassword } from './password-hash.ts';
import { checkPassword } from './password-rules.ts';
import { newId } from './secret-token.ts';
import {
  deleteSessionsOf,
  deleteUser,
  insertUser,
  otherAdministrators,
  revokeTokensOf,
  selectUser,
  selectUserByName,
  selectUsers,
  type UserRow,
  updateUser,
} from './store.ts';

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  readonly password: Secret<string>;
}

export type Users = ReturnType<typeof createUsers>;

export function createUsers({ storage, clock }: AccessDeps) {
  return {
    list: async (): Promise<readonly UserView[]> => (await selectUsers(storage.db)).map(userView),
    get: async (id: string): Promise<UserView> => userView(found(await selectUser(storage.db, id), id)),
    /** Takes an id or a name. */
    async idOf(idOrName: string): Promise<string> {
      const row =
        (await selectUser(storage.db, idOrName)) ?? (await selectUserByName(storage.db, canonicalUserName(idOrName)));
      return found(row, idOrName).id;
    },
    /** Throws `access.user-name-taken`, `access.user-name-refused`, `access.password-refused`. */
    async create(actor: Actor, user: NewUser): Promise<UserView> {
      const row = await newUserRow(user, clock.now());
      return storage.transaction(async (trx) => {
        if ((await selectUserByName(trx, row.name)) !== undefined) throw nameTaken(row.name);
        await insertUser(trx, row);
        await recordAudit(trx, actor, {
          action: 'access.user-create',
          object: row.name,
          after: visible(row),
          detail: { role: row.role },
        });
        return userView(row);
      });
    },
    /** A lower role or being disabled ends the user's sessions and tokens. */
    async update(
      actor: Actor,
      id: string,
      change: { readonly role?: Role | undefined; readonly disabled?: boolean | undefined },
    ): Promise<UserView> {
      refuseOwn(actor, id, 'role or state');
      return storage.transaction(async (trx) => {
        const before = found(await selectUser(trx, id), id);
        const disabled = change.disabled === undefined ? before.disabled : Number(change.disabled);
        const after: UserRow = { ...before, role: change.role ?? before.role, disabled };
        if (after.role !== 'administrator' || after.disabled === 1) await keepOneAdministrator(trx, before);
        await updateUser(trx, id, { role: after.role, disabled: after.disabled });
        await deleteSessionsOf(trx, id);
        if (after.role !== before.role || after.disabled === 1) await revokeTokensOf(trx, id, clock.now());
        await recordAudit(trx, actor, {
          action: 'access.user-update',
          object: before.name,
          before: visible(before),
          after: visible(after),
          detail: { role: after.role, disabled: after.disabled === 1 },
        });
        return userView(after);
      });
    },
    /** For another user; one's own needs the old password, see `changeOwnPassword`. Ends the user's sessions. */
    async setPassword(actor: Actor, id: string, password: Secret<string>): Promise<void> {
      refuseOwn(actor, id, 'password without the old one');
      const user = found(await selectUser(storage.db, id), id);
      checkPassword(password.reveal(), user.name);
      const hash = await hashPassword(password);
      await storage.transaction(async (trx) => {
        await updateUser(trx, id, { password_hash: hash, password_changed_at: clock.now() });
        await deleteSessionsOf(trx, id);
        await recordAudit(trx, actor, { action: 'access.user-set-password', object: user.name });
      });
    },
    async remove(actor: Actor, id: string): Promise<void> {
      refuseOwn(actor, id, 'account');
      await storage.transaction(async (trx) => {
        const user = found(await selectUser(trx, id), id);
        await keepOneAdministrator(trx, user);
        await deleteSessionsOf(trx, id);
        const tokens = await revokeTokensOf(trx, id, clock.now());
        await deleteUser(trx, id);
        await recordAudit(trx, actor, {
          action: 'access.user-remove',
          object: user.name,
          before: visible(user),
          detail: { tokensRevoked: tokens },
        });
      });
    },
  };
}

/** Names compare without case. */
export function canonicalUserName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Checks name and password and hashes it; the row is not stored yet. */
export async function newUserRow(user: NewUser, now: number): Promise<UserRow> {
  const name = canonicalUserName(user.name);
  if (!/^[a-z0-9][a-z0-9._@-]{0,63}$/.test(name)) throw nameRefused(name);
  checkPassword(user.password.reveal(), name);
  const password_hash = await hashPassword(user.password);
  return { id: newId(), name, role: user.role, password_hash, password_changed_at: now, disabled: 0, created_at: now };
}

function userView(row: UserRow): UserView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    disabled: row.disabled === 1,
    createdAt: new Date(row.created_at).toISOString(),
    passwordChangedAt: new Date(row.password_changed_at).toISOString(),
  };
}

function visible(row: UserRow): string {
  return JSON.stringify(userView(row));
}

function found(row: UserRow | undefined, id: string): UserRow {
  if (row !== undefined) return row;
  throw new Problem({
    code: 'access.user-not-found',
    status: 404,
    title: 'There is no such user',
    detail: `No user has the name or id ${printable(id, 64)}.`,
    hint: 'tollgate user list shows all users.',
  });
}

function refuseOwn(actor: Actor, id: string, what: string): void {
  if (actor.kind !== 'user' || actor.id !== id) return;
  throw new Problem({
    code: 'access.own-account',
    status: 403,
    title: 'Not for your own account',
    detail: `Nobody changes their own ${what}.`,
    hint: what.startsWith('password')
      ? 'Change your own password with the old one (POST /api/v1/session/password).'
      : 'Ask another administrator.',
  });
}

async function keepOneAdministrator(trx: Parameters<typeof otherAdministrators>[0], user: UserRow): Promise<void> {
  if (user.role !== 'administrator' || user.disabled === 1) return;
  if ((await otherAdministrators(trx, user.id)) > 0) return;
  throw new Problem({
    code: 'access.last-administrator',
    status: 409,
    title: 'This is the last administrator',
    detail: `Without ${user.name} nobody could administer this gateway.`,
    hint: 'Make another administrator first.',
  });
}

function nameTaken(name: string): Problem {
  return new Problem({
    code: 'access.user-name-taken',
    status: 409,
    title: 'This name is taken',
    detail: `There is a user named ${name} already; upper and lower case count as the same.`,
    hint: 'Choose another name.',
  });
}

function nameRefused(name: string): Problem {
  const detail = `${printable(name, 64)} cannot be a user's name: 1 to 64 letters, digits, dots, hyphens, underscores or @, beginning with a letter or digit.`;
  return new Problem({
    code: 'access.user-name-refused',
    status: 422,
    title: 'This name cannot be used',
    detail,
    errors: [{ code: 'access.user-name-refused', field: 'name', detail }],
  });
}
