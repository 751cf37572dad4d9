/**
 * An attempt to get a certificate for a slot: one order after the other until a provider signs, under the lease of the
 * slot; what was cut off is gone on with first. What came of it is kept as the state of the slot.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, systemActor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { type Lease, takeLease } from '../../../storage/lease.ts';
import { recordAudit } from '../../audit/audit.ts';
import { type Slot, slotLabel } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { ariCertificateId } from '../client/resource/renewal-info.ts';
import { nextAttempt } from '../client/timing/next-attempt.ts';
import { orderRunning } from '../problems.ts';
import { directoryOf } from '../providers/accounts.ts';
import { checkRoom } from '../providers/limits.ts';
import { findProvider } from '../providers/manage-providers.ts';
import type { Provider } from '../providers/provider.ts';
import { fingerprintOf } from '../renewal/fingerprint-of.ts';
import { changeState, issuerOf, readSlotState, withoutFuture } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import type { ChallengeDesk } from './challenge-desk.ts';
import { identifiersOf } from './order-context.ts';
import { emptyOrder, type OrderFields, readOrderFields } from './order-record.ts';
import { endOrder, runOrder } from './run-order.ts';

export interface Attempts {
  /** Begins an attempt and answers its first order. Throws `acme.order-running` (409). */
  begin(attempt: Attempt): Promise<store.OrderRow>;
  /** The same, and waits until it has ended. */
  finish(attempt: Attempt): Promise<void>;
  /** Goes on with orders that a process left behind; ends when all of them have. Answers how many another one still holds. */
  resume(): Promise<number>;
  /**
   * Ends the order as abandoned, and with it what is asked of the CA at this moment. Proofs are taken away; one that
   * takes long to go is not waited for. The scheduler leaves the slot alone for a day.
   */
  abandon(actor: Actor, id: string): Promise<void>;
  running(slot: Slot): boolean;
  /** Ends the work where it stands. */
  stop(): Promise<void>;
}

export interface Attempt {
  readonly actor: Actor;
  readonly slot: Slot;
  readonly purpose: 'manual' | 'renewal' | 'test';
  /** Ids, the first is asked first. */
  readonly providers: readonly string[];
}

/** Orders that are remembered for each slot. */
const keptOrders = 50;
const day = 86_400_000;
/** Milliseconds that a stopped order may take for cleaning up before the person who stopped it is answered. */
const cleaning = 5_000;

export function createAttempts(deps: AcmeDeps, desk: ChallengeDesk): Attempts {
  const stopping = new AbortController();
  const work = new Map<Slot, { readonly ended: Promise<void>; readonly abort: AbortController }>();

  const start = async (attempt: Attempt): Promise<{ first: store.OrderRow; ended: Promise<void> }> => {
    const { slot, actor } = attempt;
    if (work.has(slot) || stopping.signal.aborted) throw orderRunning(slotLabel(slot));
    const begun = Promise.withResolvers<void>();
    const abort = new AbortController();
    work.set(slot, { ended: begun.promise, abort });
    let lease: Lease | undefined;
    const leave = async (): Promise<void> => {
      await lease?.release().catch(deps.onError);
      work.delete(slot);
      begun.resolve();
    };
    try {
      lease = await takeLease(deps.storage, `acme ${slot}`);
      if (lease === undefined) throw orderRunning(slotLabel(slot));
      const signal = AbortSignal.any([stopping.signal, abort.signal]);
      const held = { deps, desk, lease, actor, signal };
      const first = (await store.selectRunningOf(deps.storage.db, slot)) ?? (await beginOrder(held, attempt, 0));
      const ended = followOrders(held, attempt, first).catch(deps.onError).finally(leave);
      return { first, ended };
    } catch (error) {
      await leave();
      throw error;
    }
  };

  return {
    begin: async (attempt) => (await start(attempt)).first,
    finish: async (attempt) => (await start(attempt)).ended,
    resume: async () => {
      const rows = await store.selectRunning(deps.storage.db);
      const all = rows.map(async (row) => {
        const attempt = attemptOf(row);
        if (!work.has(attempt.slot)) await (await start(attempt)).ended;
      });
      // a process that was killed keeps its leases for some seconds
      return (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected').length;
    },
    abandon: async (actor, id) => {
      const row = await store.selectOrder(deps.storage.db, id);
      if (row?.state !== 'running') return;
      const hint = 'Sign again when you want to go on. The scheduler, where it is on, tries again in a day.';
      const stopped = new AcmeProblem('acme.stopped', 'A person has stopped it.', {}, hint);
      const { purpose, step } = row;
      const slot = row.slot as Slot;
      await endOrder(deps, id, 'abandoned', stopped, async (trx) => {
        const now = deps.clock.now();
        const pause = { tryNow: false, failedAt: now, nextAttempt: now + day };
        if (purpose !== 'test') await changeState(trx, slot, () => pause);
        await recordAudit(trx, actor, { action: 'acme.order-stop', object: row.id, detail: { slot, step } });
      });
      const own = work.get(slot);
      own?.abort.abort(stopped);
      if (own !== undefined) await firstOf(own.ended, cleaning);
    },
    running: (slot) => work.has(slot),
    stop: async () => {
      stopping.abort(new Error('the gateway ends'));
      await Promise.all([...work.values()].map(({ ended }) => ended));
    },
  };
}

async function firstOf(ended: Promise<void>, milliseconds: number): Promise<void> {
  const answered = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: answered.signal }).catch(() => undefined);
  await Promise.race([ended, late]);
  answered.abort();
}

type Held = Parameters<typeof runOrder>[0];

/** A manual order that was cut off is gone on with, without falling back to a provider nobody chose for it. */
function attemptOf(row: store.OrderRow): Attempt {
  const { slot, purpose, provider } = row;
  return { actor: systemActor('acme'), slot: slot as Slot, purpose, providers: [provider] };
}

async function followOrders(held: Held, attempt: Attempt, first: store.OrderRow): Promise<void> {
  let row = first;
  for (let i = Math.max(0, attempt.providers.indexOf(first.provider)) + 1; ; i++) {
    row = row.state === 'running' ? await runOrder(held, row.id) : row;
    const more = row.state === 'failed' && !held.signal.aborted && i < attempt.providers.length;
    if (row.state === 'failed' && !more) await keepFailure(held, attempt, row);
    // alarms look at what was kept of the failure
    held.deps.events.emit('changed', { feature: 'acme' });
    if (!more) return;
    row = await beginOrder(held, attempt, i);
  }
}

async function beginOrder(held: Held, attempt: Attempt, index: number): Promise<store.OrderRow> {
  const { deps, lease } = held;
  const { slot, purpose, actor } = attempt;
  const provider = await findProvider(deps, attempt.providers[index] ?? '');
  const now = deps.clock.now();
  const fields: OrderFields = {
    ...emptyOrder,
    directory: provider.kind === 'acme' ? directoryOf(provider, purpose) : '',
    profile: provider.profile,
    replaces: purpose === 'test' ? '' : await replacedBy(deps, slot, provider),
    log: [{ step: 'begin', at: now, words: provider.name }],
  };
  const row: store.OrderRow = {
    id: randomBytes(16).toString('hex'),
    slot,
    provider: provider.id,
    purpose,
    state: 'running',
    step: 'request',
    url: null,
    fields: JSON.stringify(fields),
    created_at: now,
    updated_at: now,
  };
  failPoint('acme.begin');
  await deps.storage.transaction(async (trx) => {
    await lease.guard(trx);
    await store.insertOrder(trx, row, keptOrders);
    const detail = { provider: provider.name, purpose };
    await recordAudit(trx, actor, { action: 'acme.sign', object: slot, after: row.id, detail });
  });
  failPoint('acme.begin-done');
  try {
    if (provider.kind === 'acme') await checkRoom(deps, fields.directory, await namesOf(deps, slot));
  } catch (error) {
    await endOrder(deps, row.id, 'failed', error, lease.guard);
    return (await store.selectOrder(deps.storage.db, row.id)) ?? row;
  }
  return row;
}

async function namesOf({ identity }: AcmeDeps, slot: Slot) {
  const { names } = await identity.renewalNames(slot);
  return identifiersOf(names.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toLowerCase()));
}

/** RFC 9773 5: the certificate in use, when this provider has issued it. */
async function replacedBy(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<string> {
  const served = await deps.identity.served(slot);
  const state = readSlotState(await store.selectSlot(deps.storage.db, slot));
  if (served === undefined || issuerOf(state, fingerprintOf(served.leaf)) !== provider.id) return '';
  return ariCertificateId(served.leaf) ?? '';
}

/** Counts the failure and works out when to try again; a test leaves the schedule alone. */
async function keepFailure({ deps, lease }: Held, attempt: Attempt, row: store.OrderRow): Promise<void> {
  const { problem } = readOrderFields(row);
  const provider = await findProvider(deps, row.provider);
  await deps.storage.transaction(async (trx) => {
    await lease.guard(trx);
    const now = deps.clock.now();
    await changeState(trx, attempt.slot, (kept) => {
      const state = withoutFuture(kept, now);
      const { code = '', detail: words = '', hint = '', retryAt, permanent = false } = problem ?? {};
      const lastSign = { at: now, ok: false, code, words, hint, provider: provider.id };
      if (attempt.purpose === 'test') return {};
      if (attempt.purpose === 'manual' && !state.tryNow && state.failures === 0) return { lastSign };
      const failingSince = state.failingSince ?? now;
      const failures = state.failures + 1;
      const { at } = nextAttempt({
        firstFailedAt: failingSince,
        failedAt: now,
        failures,
        permanent,
        random: (deps.random ?? Math.random)(),
        ...(retryAt !== undefined && { retryAt }),
        ...(state.goneOnAt !== null && { goneOnAt: state.goneOnAt }),
      });
      const counted = { failures, failingSince, failedAt: now, permanent, nextAttempt: at ?? null };
      return { lastSign, ...counted, stopped: at === undefined, tryNow: false };
    });
  });
}
