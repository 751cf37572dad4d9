/**
 * Goes through the steps of an order, from wherever it stands: each step does its part at the CA, then one transaction
 * under the lease keeps what came of it. Killed at any moment, it goes on from the last step that was kept.
 */

import type { Actor } from '../../../lib/actor.ts';
import { type FailPoint, failPoint } from '../../../lib/fail-point.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Lease } from '../../../storage/lease.ts';
import type { Trx } from '../../../storage/schema.ts';
import { parseSlot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { isPermanent } from '../client/timing/next-attempt.ts';
import { keptProblem } from '../problems.ts';
import { forgetTerms, loseAccount, type OpenAccount, openAccount } from '../providers/accounts.ts';
import { reasonOf } from '../providers/ended-account.ts';
import { rememberWait } from '../providers/limits.ts';
import { findProvider } from '../providers/manage-providers.ts';
import { type Provider, readSecrets } from '../providers/provider.ts';
import { readSlotSettings } from '../slots/slot-settings.ts';
import { readSlotState } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import type { ChallengeDesk } from './challenge-desk.ts';
import type { OrderContext, StepResult } from './order-context.ts';
import { type OrderFields, type OrderStep, readOrderFields } from './order-record.ts';
import { presentProofs, removeProofs, steps } from './steps.ts';

export interface OrderWork {
  readonly deps: AcmeDeps;
  readonly desk: ChallengeDesk;
  readonly lease: Lease;
  readonly actor: Actor;
  /** Ends the work where it stands, what is asked of the CA too; an order that nobody has stopped goes on at the next start. */
  readonly signal: AbortSignal;
}

/** Runs an order to its end; answers how it ended. An order that was cut off stays `running`. */
export async function runOrder(work: OrderWork, id: string): Promise<store.OrderRow> {
  const { deps, signal } = work;
  let account: OpenAccount | undefined;
  let presented = false;
  try {
    for (;;) {
      const row = await store.selectOrder(deps.storage.db, id);
      if (row === undefined) throw new Error('the order is gone');
      const { state } = row;
      if (state === 'done' || state === 'failed') return row;
      const context = await contextOf(work, row, async () => {
        account ??= await openFor(work, row);
        return account;
      });
      if (state === 'abandoned') {
        await removeProofs(context).catch(deps.onError);
        return row;
      }
      signal.throwIfAborted();
      try {
        // proofs live in memory: after a restart they are put in place again
        if (!presented && (row.step === 'respond' || row.step === 'validate')) await presentProofs(context);
        presented = true;
        await oneStep(context, row.step as OrderStep);
      } catch (error) {
        if (isLost(error)) throw error;
        if (await isStopped(deps, id)) continue;
        // the gateway ends: the order waits for the next start, and so do its proofs
        if (signal.aborted) throw error;
        const lost = error instanceof AcmeProblem && error.code === 'acme.account-needed';
        if (lost && account !== undefined && !context.fields.accountLost) {
          await beginWithNewAccount(context, account);
          account.close();
          account = undefined;
          continue;
        }
        await removeProofs(context).catch(deps.onError);
        await failOrder(context, account, error);
      }
    }
  } finally {
    account?.close();
  }
}

/** The order as failed or abandoned, with the reason; nothing when it has ended before. `guard` runs first. */
export async function endOrder(
  deps: AcmeDeps,
  id: string,
  state: 'failed' | 'abandoned',
  error: unknown,
  guard: (trx: Trx) => Promise<void>,
): Promise<void> {
  const problem = { ...keptProblem(error), ...(error instanceof AcmeProblem && { permanent: isPermanent(error) }) };
  await deps.storage.transaction(async (trx) => {
    // read here: a step may have kept something meanwhile
    const row = await store.selectOrder(trx, id);
    if (row?.state !== 'running') return;
    await guard(trx);
    const fields: OrderFields = { ...readOrderFields(row), problem };
    const { step, url } = row;
    const change = { step, url, state, fields: JSON.stringify(fields), updated_at: deps.clock.now() };
    await store.updateOrder(trx, row.id, change);
  });
}

async function oneStep(context: OrderContext, step: OrderStep): Promise<void> {
  if (step === 'begin') throw new Error('an order that was kept has begun');
  failPoint(`acme.${step}` as FailPoint);
  const result = await steps[step](context);
  if (result.next === 'finalize' && step === 'validate') await removeProofs(context);
  failPoint(`acme.${step}-done` as FailPoint);
  await keep(context, step, result);
}

async function keep(context: OrderContext, step: OrderStep, result: StepResult): Promise<void> {
  const { deps, row, fields, lease } = context;
  const { next, words, change = {}, url = row.url, alongside } = result;
  const now = deps.clock.now();
  const after: OrderFields = { ...fields, ...change, log: [...fields.log, { step, at: now, words }] };
  const within = async (trx: Trx): Promise<void> => {
    await lease.guard(trx);
    const state = next === 'done' ? 'done' : 'running';
    const kept = { step: next === 'done' ? step : next, state, url, fields: JSON.stringify(after), updated_at: now };
    if (!(await store.updateOrder(trx, row.id, kept as Parameters<typeof store.updateOrder>[2]))) throw stopped();
    await alongside?.(trx);
  };
  if (result.keep === undefined) await deps.storage.transaction(within);
  else await result.keep(within);
}

async function failOrder(context: OrderContext, account: OpenAccount | undefined, thrown: unknown): Promise<void> {
  const { deps, actor, row, fields, lease } = context;
  const error = account === undefined ? thrown : await reasonOf(account.client, thrown);
  const termsWanted = error instanceof AcmeProblem && error.code === 'acme.terms-not-accepted';
  if (termsWanted && account !== undefined) await forgetTerms(deps, actor, account.row);
  if (fields.directory !== '') await rememberWait(deps, fields.directory, error);
  await endOrder(deps, row.id, 'failed', error, lease.guard);
}

/** RFC 8555 6.7 accountDoesNotExist: what was begun with that account is lost, and begun again once. */
async function beginWithNewAccount({ deps, row, fields, lease }: OrderContext, account: OpenAccount): Promise<void> {
  await loseAccount(deps, account.row);
  const words = 'The CA no longer knows the account; a new one is made.';
  const log = [...fields.log, { step: 'account', at: deps.clock.now(), words }];
  const begun = { authorizations: [], challenges: [], proofs: [], finalize: '' };
  const after: OrderFields = { ...fields, ...begun, accountLost: true, log };
  await deps.storage.transaction(async (trx) => {
    await lease.guard(trx);
    const kept = { step: 'account', state: 'running', url: null, updated_at: deps.clock.now() } as const;
    await store.updateOrder(trx, row.id, { ...kept, fields: JSON.stringify(after) });
  });
}

async function contextOf(
  { deps, desk, lease, actor, signal }: OrderWork,
  row: store.OrderRow,
  account: () => Promise<OpenAccount>,
): Promise<OrderContext> {
  const slot = parseSlot(row.slot);
  const provider = await findProvider(deps, row.provider);
  const known = await store.selectSlot(deps.storage.db, slot);
  const settings = readSlotSettings(known);
  return {
    deps,
    actor,
    row,
    fields: readOrderFields(row),
    slot,
    provider,
    lease,
    signal,
    account,
    settings: readSlotState(known).newKey ? { ...settings, key: 'rotate' } : settings,
    solver: async () => {
      const stored = await store.selectProvider(deps.storage.db, provider.id);
      return desk.solverFor(provider.challenge, stored === undefined ? {} : readSecrets(deps.storage.vault, stored));
    },
  };
}

async function openFor({ deps, actor, lease, signal }: OrderWork, row: store.OrderRow): Promise<OpenAccount> {
  const provider: Provider = await findProvider(deps, row.provider);
  return openAccount(deps, actor, provider, readOrderFields(row).directory, { within: lease.guard, signal });
}

/** Whether a person has ended it. */
async function isStopped({ storage }: OrderWork['deps'], id: string): Promise<boolean> {
  return (await store.selectOrder(storage.db, id))?.state === 'abandoned';
}

function isLost(error: unknown): boolean {
  return error instanceof Problem && error.details.code === 'storage.lease-lost';
}

function stopped(): AcmeProblem {
  return new AcmeProblem('acme.stopped', 'The order was stopped.');
}
