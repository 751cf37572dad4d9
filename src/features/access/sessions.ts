/** Log-ins of people: sessions kept by hash, ended by idleness, age, log-out and changes of the user. */

import type { Actor } from '../../lib/actor.ts';
import { Problem } from '../../lib/problem.ts';
import type { Secret } from '../../lib/secret.ts';
import { recordAudit } from '../audit/audit.ts';
import type { AccessDeps, Origin, SessionView } from './access.ts';
import type { Guessing } from './guessing.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { checkPassword } from './password-rules.ts';
import { type Caller, stepUpAge } from './roles.ts';
import { newSecretToken, tokenHash } from './secret-token.ts';
import {
  deleteEndedSessions,
  deleteOldestSessions,
  deleteSession,
  deleteSessionsOf,
  insertSession,
  selectSession,
  selectUser,
  selectUserByName,
  type UserRow,
  updateSession,
  updateUser,
} from './store.ts';
import { canonicalUserName } from './users.ts';

/** In milliseconds. */
const sessionLife = { idle: 15 * 60_000, absolute: 8 * 60 * 60_000, touch: 60_000 } as const;
const maxSessionsPerUser = 5;

export interface NewSession {
  readonly session: SessionView;
  /** For the cookie. */
  readonly token: Secret<string>;
}

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions({ storage, clock }: AccessDeps, guessing: Guessing) {
  const open = async (
    user: UserRow,
    from: Origin,
    action: string,
    replaced?: string,
    authenticatedAt = clock.now(),
  ): Promise<NewSession> => {
    const token = newSecretToken();
    const now = clock.now();
    await storage.transaction(async (trx) => {
      await deleteEndedSessions(trx, now - sessionLife.idle, now - sessionLife.absolute);
      if (replaced !== undefined) await deleteSession(trx, replaced);
      await insertSession(trx, {
        token_hash: tokenHash(token.reveal()),
        user_id: user.id,
        created_at: now,
        last_seen_at: now,
        authenticated_at: authenticatedAt,
        address: from.address,
      });
      await deleteOldestSessions(trx, user.id, maxSessionsPerUser);
      await recordAudit(trx, userActor(user, from), { action, object: user.name, harmless: true });
    });
    return { session: sessionView(user, authenticatedAt, now), token };
  };

  /** Gives the session a new token: a reference seen before the password check is worth nothing after it. */
  const renew = async (actor: Actor, sessionId: string, action: string, change?: { readonly hash: string }) => {
    const token = newSecretToken();
    const now = clock.now();
    const user = await storage.transaction(async (trx) => {
      const renewed = tokenHash(token.reveal());
      await updateSession(trx, sessionId, { token_hash: renewed, last_seen_at: now, authenticated_at: now });
      if (change !== undefined) {
        await updateUser(trx, actor.id, { password_hash: change.hash, password_changed_at: now });
        await deleteSessionsOf(trx, actor.id, renewed);
      }
      await recordAudit(trx, actor, { action, object: actor.name, harmless: true });
      return selectUser(trx, actor.id);
    });
    if (user === undefined) throw notLoggedIn();
    return { session: sessionView(user, now), token };
  };

  /** Counts the try, then checks; the same answer whether the user is unknown, disabled or the password wrong. */
  const checked = async (name: string, password: Secret<string>, from: Origin, action: string): Promise<UserRow> => {
    const account = canonicalUserName(name);
    await guessing.begin(account, from.address);
    const user = await selectUserByName(storage.db, account);
    const { right, outdated } = await verifyPassword(password, user?.password_hash);
    if (user === undefined || !right || user.disabled === 1) {
      // an unknown name is not written down: it may be a password typed into the wrong field
      const actor = user === undefined ? anonymousActor(from) : userActor(user, from);
      await storage.transaction((trx) =>
        recordAudit(trx, actor, { action, object: user?.name ?? '', result: 'refused', detail: { known: !!user } }),
      );
      throw wrongPassword();
    }
    await guessing.succeeded(account, from.address);
    if (outdated) {
      const hash = await hashPassword(password);
      await storage.transaction((trx) => updateUser(trx, user.id, { password_hash: hash }));
    }
    return user;
  };

  return {
    open,
    /** `replaced`: the session the browser had before, ended by this. Throws `access.wrong-password` (401). */
    async logIn(from: Origin, name: string, password: Secret<string>, replaced?: string): Promise<NewSession> {
      return open(await checked(name, password, from, 'access.log-in'), from, 'access.log-in', replaced);
    },
    /**
     * For somebody whose client certificate names a user; undefined when no such user may log in. Dangerous changes
     * still need the password: a certificate may be used while nobody sits before the screen.
     */
    async logInByCertificate(from: Origin, name: string, replaced?: string): Promise<NewSession | undefined> {
      const user = await selectUserByName(storage.db, canonicalUserName(name));
      if (user === undefined || user.disabled === 1) return undefined;
      return open(user, from, 'access.log-in-by-certificate', replaced, 0);
    },
    /** The step-up: a fresh password check for dangerous changes. Throws `access.wrong-password`. */
    async confirm(actor: Actor, sessionId: string | undefined, password: Secret<string>): Promise<NewSession> {
      const id = ownSession(sessionId);
      await checked(actor.name, password, actor, 'access.confirm');
      return renew(actor, id, 'access.confirm');
    },
    /** Ends all other sessions of the user. */
    async changeOwnPassword(
      actor: Actor,
      sessionId: string | undefined,
      { current, next }: { readonly current: Secret<string>; readonly next: Secret<string> },
    ): Promise<NewSession> {
      const id = ownSession(sessionId);
      checkPassword(next.reveal(), actor.name);
      await checked(actor.name, current, actor, 'access.change-password');
      return renew(actor, id, 'access.change-password', { hash: await hashPassword(next) });
    },
    async logOut(actor: Actor, sessionId: string | undefined): Promise<void> {
      const id = ownSession(sessionId);
      await storage.transaction(async (trx) => {
        await deleteSession(trx, id);
        await recordAudit(trx, actor, { action: 'access.log-out', object: actor.name, harmless: true });
      });
    },
    /** For a token or the local command line the times are null. */
    async view(actor: Actor, sessionId: string | undefined): Promise<SessionView> {
      const row = sessionId === undefined ? undefined : await selectSession(storage.db, sessionId);
      if (row === undefined) {
        const { id, name, role } = actor;
        return { user: { id, name, role }, confirmedUntil: null, endsAt: null, idleMinutes: null };
      }
      return sessionView({ id: row.user_id, name: row.name, role: row.role }, row.authenticated_at, row.created_at);
    },
    /** Who the cookie stands for; undefined when the session is unknown, idle, too old, or its user disabled. */
    async authenticate(token: string, from: Origin): Promise<Caller | undefined> {
      const hash = tokenHash(token);
      const row = await selectSession(storage.db, hash);
      const now = clock.now();
      if (row === undefined || now - row.created_at > sessionLife.absolute) return undefined;
      if (now - row.last_seen_at > sessionLife.idle) return undefined;
      if (now - row.last_seen_at > sessionLife.touch) {
        await storage.transaction((trx) => updateSession(trx, hash, { last_seen_at: now }));
      }
      const actor = userActor({ id: row.user_id, name: row.name, role: row.role }, from);
      return { actor, via: 'session', sessionId: hash, authenticatedAt: row.authenticated_at };
    },
  };
}

export function userActor(user: Pick<UserRow, 'id' | 'name' | 'role'>, from: Origin): Actor {
  const { address, requestId } = from;
  return { kind: 'user', id: user.id, name: user.name, role: user.role, address, requestId };
}

/** Somebody who has not shown a credential yet. */
export function anonymousActor({ address, requestId }: Origin): Actor {
  return { kind: 'system', id: 'anonymous', name: 'anonymous', role: 'auditor', address, requestId };
}

function sessionView(
  user: Pick<UserRow, 'id' | 'name' | 'role'>,
  authenticatedAt: number,
  createdAt = authenticatedAt,
): SessionView {
  return {
    user: { id: user.id, name: user.name, role: user.role },
    confirmedUntil: new Date(authenticatedAt + stepUpAge).toISOString(),
    endsAt: new Date(createdAt + sessionLife.absolute).toISOString(),
    idleMinutes: sessionLife.idle / 60_000,
  };
}

function ownSession(sessionId: string | undefined): string {
  if (sessionId !== undefined) return sessionId;
  throw new Problem({
    code: 'access.no-session',
    status: 409,
    title: 'This is for people who logged in',
    detail: 'A token or the local command line has no session.',
  });
}

export function notLoggedIn(): Problem {
  return new Problem({
    code: 'access.not-logged-in',
    status: 401,
    title: 'Not logged in',
    detail: 'The request carries no valid session or token.',
    hint: 'Log in (POST /api/v1/session), or send a token as Authorization: Bearer tg_….',
  });
}

function wrongPassword(): Problem {
  return new Problem({
    code: 'access.wrong-password',
    status: 401,
    title: 'Log-in failed',
    detail: 'The name or the password is wrong, or the user is disabled.',
    hint: 'Forgotten? On the gateway itself: tollgate user set-password NAME.',
  });
}
