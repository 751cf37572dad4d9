/** The first user: made through a one-time link that is printed at start, valid 15 minutes. There is no default password. */

import type { Actor } from '../../lib/actor.ts';
import { Problem } from '../../lib/problem.ts';
import { Secret } from '../../lib/secret.ts';
import { recordAudit } from '../audit/audit.ts';
import type { AccessDeps, Origin } from './access.ts';
import { newSecretToken, tokenHash } from './secret-token.ts';
import { anonymousActor, type NewSession, type Sessions, userActor } from './sessions.ts';
import { insertUser, markSetupLinkUsed, replaceSetupLink, selectSetupLink, userExists } from './store.ts';
import { newUserRow } from './users.ts';

const setupLinkLife = 15 * 60_000;

export interface SetupLink {
  /** `/setup#…`, to be put behind the gateway's origin. The fragment never reaches a log. */
  readonly path: Secret<string>;
  readonly expiresAt: number;
}

export type Setup = ReturnType<typeof createSetup>;

export function createSetup({ storage, clock }: AccessDeps, sessions: Sessions) {
  return {
    needed: async (): Promise<boolean> => !(await userExists(storage.db)),
    /** A new link, which ends the one before; undefined once a user exists. */
    async renewLink(actor: Actor): Promise<SetupLink | undefined> {
      const token = newSecretToken();
      const now = clock.now();
      return storage.transaction(async (trx) => {
        if (await userExists(trx)) return undefined;
        const expiresAt = now + setupLinkLife;
        const row = { token_hash: tokenHash(token.reveal()), created_at: now, expires_at: expiresAt, used_at: null };
        await replaceSetupLink(trx, row);
        await recordAudit(trx, actor, { action: 'access.setup-link', object: '' });
        return { path: new Secret(`/setup#${token.reveal()}`), expiresAt };
      });
    },
    /** Makes the first administrator and logs in. Throws `access.setup-refused`, `access.setup-done`. */
    async complete(
      from: Origin,
      token: Secret<string>,
      user: { readonly name: string; readonly password: Secret<string> },
    ): Promise<NewSession> {
      const hash = tokenHash(token.reveal());
      await checkLink(hash, from);
      const row = await newUserRow({ ...user, role: 'administrator' }, clock.now());
      await storage.transaction(async (trx) => {
        if (await userExists(trx)) throw setupDone();
        await markSetupLinkUsed(trx, hash, clock.now());
        await insertUser(trx, row);
        await recordAudit(trx, userActor(row, from), { action: 'access.setup', object: row.name });
      });
      return sessions.open(row, from, 'access.log-in');
    },
  };

  async function checkLink(hash: string, from: Origin): Promise<void> {
    if (await userExists(storage.db)) throw setupDone();
    const link = await selectSetupLink(storage.db, hash);
    if (link !== undefined && link.used_at === null && clock.now() < link.expires_at) return;
    await storage.transaction((trx) =>
      recordAudit(trx, anonymousActor(from), { action: 'access.setup', object: '', result: 'refused' }),
    );
    throw new Problem({
      code: 'access.setup-refused',
      status: 403,
      title: 'This set-up link is not valid',
      detail: 'It is wrong, older than 15 minutes, or a newer one was made.',
      hint: 'On the gateway itself: tollgate user setup-link. Or start the gateway again.',
    });
  }
}

function setupDone(): Problem {
  return new Problem({
    code: 'access.setup-done',
    status: 409,
    title: 'The gateway is set up already',
    detail: 'A user exists, so set-up links no longer work.',
    hint: 'Log in, or ask an administrator for an account.',
  });
}
