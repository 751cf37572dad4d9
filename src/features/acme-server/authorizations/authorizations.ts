/** Authorizations and challenges over ACME (RFC 8555 7.5): read, give up, say that a challenge is ready. */
import { z } from 'zod';
import { recordAudit } from '../../audit/audit.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import { accountActor, type Call, type Core } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { accountMessage, readPayload } from '../protocol/message.ts';
import {
  type AuthorizationRow,
  type ChallengeRow,
  moveChallenge,
  selectAuthorization,
  selectChallenge,
  selectChallenges,
  updateAuthorization,
} from './authorization-store.ts';
import { authorizationStatus, authorizationView, challengeView } from './authorization-view.ts';
import type { ValidationRunner } from './validation-runner.ts';

const deactivation = z.object({ status: z.literal('deactivated') });
const pollAfter = { 'retry-after': '1' };

/** Read by POST-as-GET, or given up with `{"status":"deactivated"}` (RFC 8555 7.5.2). */
export async function authorization(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const { payload, account } = await accountMessage(core, call);
  let row = await ownAuthorization(core, id, account.id);
  const now = core.clock.now();
  if (payload.length > 0) {
    const set = readPayload(payload, deactivation);
    if (!['pending', 'valid'].includes(authorizationStatus(row, now)))
      throw malformed('authorization-over', `The authorization is ${authorizationStatus(row, now)} already.`);
    await core.storage.transaction(async (trx) => {
      await updateAuthorization(trx, id, set);
      await recordAudit(trx, accountActor(account.id, call.request), {
        action: 'acme-server.authorization-deactivate',
        object: id,
        detail: { name: `${row.type}:${row.value}` },
      });
    });
    row = { ...row, ...set };
  }
  const view = authorizationView(call, row, await selectChallenges(core.storage.db, id), now);
  return jsonAnswer(200, view, row.status === 'pending' ? pollAfter : {});
}

/** Any payload but none says: now (RFC 8555 7.5.1). Said again, it changes nothing. */
export async function challenge(
  core: Core,
  call: Call,
  id: string,
  runner: Pick<ValidationRunner, 'begin' | 'refuseWhenBusy'>,
): Promise<AcmeAnswer> {
  const { payload, account } = await accountMessage(core, call);
  const { db } = core.storage;
  const row = await selectChallenge(db, id);
  if (row === undefined) throw nothingThere();
  const { status, expires_at: end } = await ownAuthorization(core, row.authorization_id, account.id);
  let shown: ChallengeRow = row;
  if (payload.length > 0) {
    readPayload(payload, z.looseObject({}));
    if (row.status === 'pending') {
      if (status !== 'pending' || end <= core.clock.now())
        throw malformed(
          'authorization-over',
          'The authorization of this challenge is decided or expired. Order again.',
        );
      runner.refuseWhenBusy(account.id);
      // durable before the answer, so that a restart goes on with it
      await moveChallenge(db, id, 'pending', { status: 'processing' });
      runner.begin(id, account.id, call.request);
      shown = { ...row, status: 'processing' };
    }
  }
  return jsonAnswer(200, challengeView(call, shown), {
    link: `<${call.base}/authz/${row.authorization_id}>;rel="up"`,
    location: `${call.base}/challenge/${id}`,
    ...(shown.status === 'processing' ? pollAfter : {}),
  });
}

/** Nobody learns whether there is one of somebody else. */
async function ownAuthorization({ storage }: Core, id: string, accountId: string): Promise<AuthorizationRow> {
  const row = await selectAuthorization(storage.db, id);
  if (row?.account_id !== accountId) throw nothingThere();
  return row;
}

export function nothingThere(): AcmeError {
  return new AcmeError('malformed', 'not-found', 'There is nothing of this account at this address.', { status: 404 });
}
