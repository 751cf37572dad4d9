/**
 * Validations in the background: each challenge once at a time, some at once, a few tries each, the outcome in the
 * database. What a stop of the program cut short is begun again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { failPoint } from '../../../lib/fail-point.ts';
import { recordAudit } from '../../audit/audit.ts';
import { selectAccount } from '../accounts/account-store.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import { accountActor, type Core, noRequest } from '../protocol/core.ts';
import type { AcmeRequest } from '../protocol/exchange.ts';
import { tooMany } from '../protocol/rates.ts';
import type { ValidationSubject } from '../validation/validate.ts';
import {
  type AuthorizationRow,
  type ChallengeRow,
  moveChallenge,
  selectAuthorization,
  selectChallenge,
  selectProcessingChallenges,
  updateAuthorization,
} from './authorization-store.ts';

export interface ValidationRunner {
  /** Throws `rateLimited` when too many wait, of this account or in all. */
  refuseWhenBusy(accountId: string): void;
  /** Begins the validation of a challenge whose row says `processing`; an account has a few at once. */
  begin(challengeId: string, accountId: string, request: AcmeRequest): void;
  /** Begins again what was under way when the program ended. */
  resume(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

const atOnce = 32;
/** So that one account whose hosts never answer does not keep the others waiting. */
const atOnceOfAccount = 8;
/** Those of one large order; an account with more must not keep the others out. */
const mostWaitingOfAccount = 150;
const mostWaiting = 5_000;

interface Waiting {
  readonly id: string;
  readonly accountId: string;
  readonly request: AcmeRequest;
}

/** `pauses`: milliseconds before the second and each further try. */
export function createValidationRunner(core: Core, pauses: readonly number[] = [1_000, 3_000]): ValidationRunner {
  const running = new Map<string, { readonly accountId: string; readonly work: Promise<void> }>();
  const waiting: Waiting[] = [];

  const hasRoom = ({ accountId }: Waiting): boolean =>
    [...running.values()].filter((one) => one.accountId === accountId).length < atOnceOfAccount;
  const pump = (): void => {
    while (running.size < atOnce) {
      const place = waiting.findIndex(hasRoom);
      const [next] = place === -1 ? [] : waiting.splice(place, 1);
      if (next === undefined) return;
      const { id, accountId, request } = next;
      const work = validateChallenge(core, id, request, pauses)
        .catch(core.onError)
        .finally(() => {
          running.delete(id);
          pump();
        });
      running.set(id, { accountId, work });
    }
  };
  const begin = (id: string, accountId: string, request: AcmeRequest): void => {
    if (running.has(id) || waiting.some((one) => one.id === id)) return;
    waiting.push({ id, accountId, request });
    pump();
  };
  return {
    refuseWhenBusy(accountId) {
      const own = waiting.filter((one) => one.accountId === accountId).length;
      if (own >= mostWaitingOfAccount || waiting.length >= mostWaiting)
        throw tooMany('validations', 'Too many validations wait.', 10);
    },
    begin,
    async resume() {
      for (const { id } of await selectProcessingChallenges(core.storage.db)) begin(id, '', noRequest);
    },
    async settled() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ work }) => work));
    },
  };
}

async function validateChallenge(
  core: Core,
  id: string,
  request: AcmeRequest,
  pauses: readonly number[],
): Promise<void> {
  const { db } = core.storage;
  const challenge = await selectChallenge(db, id);
  const authorization = challenge && (await selectAuthorization(db, challenge.authorization_id));
  const account = authorization && (await selectAccount(db, authorization.account_id));
  if (challenge?.status !== 'processing' || authorization === undefined || account === undefined) return;
  const { type, value } = authorization;
  const subject = {
    type: challenge.type,
    identifier: { type, value },
    token: challenge.token,
    keyAuthorization: `${challenge.token}.${account.thumbprint}`,
  };
  let problem = await validateOnce(core, subject);
  for (const pause of pauses) {
    if (problem === undefined) break;
    await sleep(pause, undefined, { ref: false });
    problem = await validateOnce(core, subject);
  }
  await decide(core, challenge, authorization, problem, request);
}

/** A fault of ours decides as well: a challenge that nobody decides would keep its client waiting. */
async function validateOnce(core: Core, subject: ValidationSubject): Promise<AcmeProblem | undefined> {
  try {
    return await core.validate(subject, core.settings());
  } catch (error) {
    core.onError(error);
    return { type: 'serverInternal', reason: 'internal', detail: 'An error in the CA. Its log has the cause.' };
  }
}

/** A proof that comes when another challenge has decided, or the authorization was given up, proves nothing. */
const tooLate: AcmeProblem = {
  type: 'malformed',
  reason: 'authorization-over',
  detail: 'The authorization of this challenge was decided or given up before.',
};

/** Challenge and authorization change together, with the one audit row. */
async function decide(
  core: Core,
  challenge: ChallengeRow,
  authorization: AuthorizationRow,
  problem: AcmeProblem | undefined,
  request: AcmeRequest,
): Promise<void> {
  const { type, value, id, account_id: accountId } = authorization;
  const now = core.clock.now();
  await core.storage.transaction(async (trx) => {
    const open = (await selectAuthorization(trx, id))?.status === 'pending';
    const fault = problem ?? (open ? undefined : tooLate);
    const moved = await moveChallenge(trx, challenge.id, 'processing', {
      status: fault === undefined ? 'valid' : 'invalid',
      validated_at: fault === undefined ? now : null,
      failed_at: problem === undefined ? null : now,
      error: fault === undefined ? null : JSON.stringify(fault),
    });
    if (!moved || !open) return;
    // an hour at least, so that the order can be finished
    const hours = Math.max(1, core.settings().authorizationHours);
    await updateAuthorization(
      trx,
      id,
      problem === undefined ? { status: 'valid', expires_at: now + hours * 3_600_000 } : { status: 'invalid' },
    );
    failPoint('acme-server.validated');
    await recordAudit(trx, accountActor(accountId, request), {
      action: 'acme-server.validation',
      object: `${type}:${value}`,
      result: problem === undefined ? 'done' : 'refused',
      detail: {
        challenge: challenge.type,
        authorization: id,
        ...(problem && { reason: problem.reason, words: problem.detail }),
      },
    });
  });
}
