/**
 * The automated scheduler: looks at every slot, asks the CA when it would like to renew, signs when it is time, deploys
 * on the days that were set. All it knows stands in the database, so that a restart changes nothing; time is the clock's.
 */
import { systemActor } from '../../../lib/actor.ts';
import { Problem } from '../../../lib/problem.ts';
import { parseSlot, type Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { Attempts } from '../orders/attempts.ts';
import { deploySlot } from '../slots/deploy.ts';
import { knownOf, type SlotKnown } from '../slots/slot-facts.ts';
import { changeState } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import { fingerprintOf } from './fingerprint-of.ts';
import { createRenewalWindows, type RenewalWindows } from './renewal-window.ts';

export interface Scheduler {
  /** Does all that is due; answers when something is due next, in milliseconds since 1970. */
  tick(): Promise<number>;
  /** Closes what it keeps open. */
  close(): void;
}

const hour = 3_600_000;
/** Slots that are worked on at the same time: a CA is not asked everything at once. */
const atOnce = 4;
const actor = systemActor('acme scheduler');

export function createScheduler(deps: AcmeDeps, attempts: Attempts): Scheduler {
  const windows = createRenewalWindows(deps);
  return {
    close: windows.close,
    async tick() {
      const held = await attempts.resume();
      await deps.identity.forgetOldRenewals();
      const slots = (await store.selectSlots(deps.storage.db)).map(({ slot }) => parseSlot(slot)).values();
      let next = deps.clock.now() + (held > 0 ? 5000 : 6 * hour);
      const worker = async (): Promise<void> => {
        for (const slot of slots) next = Math.min(next, await lookAt(deps, attempts, windows, slot));
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      return Math.max(next, deps.clock.now() + 1000);
    },
  };
}

/** One slot; answers when it is looked at next. A fault of one slot stops no other. */
async function lookAt(deps: AcmeDeps, attempts: Attempts, windows: RenewalWindows, slot: Slot): Promise<number> {
  const later = deps.clock.now() + hour;
  try {
    let known = await settled(deps, windows, slot);
    if (known.plan.rule === 'off' && !known.state.tryNow) return Number.POSITIVE_INFINITY;
    if (await signWhenDue(deps, attempts, known)) known = await knownOf(deps, slot);
    if (await deployWhenDue(deps, known)) known = await settled(deps, windows, slot);
    return nextLook(known, deps.clock.now());
  } catch (error) {
    if (error instanceof Problem && error.details.code === 'identity.no-such-slot') {
      await deps.storage.transaction((trx) => store.deleteSlot(trx, slot));
      return Number.POSITIVE_INFINITY;
    }
    if (!(error instanceof Problem)) deps.onError(error);
    return later;
  }
}

/** A certificate seen for the first time gets its random number; then the CA's window is read when that is due. */
async function settled(deps: AcmeDeps, windows: RenewalWindows, slot: Slot): Promise<SlotKnown> {
  const known = await knownOf(deps, slot);
  if (known.current === undefined || known.plan.rule === 'off') return known;
  const certificate = fingerprintOf(known.current.leaf);
  if (known.state.certificate !== certificate) {
    const random = (deps.random ?? Math.random)();
    await deps.storage.transaction((trx) =>
      changeState(trx, slot, () => ({ certificate, random, suggested: null, askAt: 0 })),
    );
  }
  const asked = await windows.ask(slot, known.current.leaf);
  return asked || known.state.certificate !== certificate ? knownOf(deps, slot) : known;
}

async function signWhenDue(deps: AcmeDeps, attempts: Attempts, known: SlotKnown): Promise<boolean> {
  const { slot, plan, settings } = known;
  const now = deps.clock.now();
  const due = plan.attemptAt !== undefined && plan.attemptAt <= now;
  const wanted = known.state.tryNow || (plan.renewAt !== undefined && plan.renewAt <= now);
  if (!due || !wanted || attempts.running(slot) || settings.providers.length === 0) return false;
  await attempts.finish({ actor, slot, purpose: 'renewal', providers: settings.providers });
  return true;
}

async function deployWhenDue(deps: AcmeDeps, { slot, plan, state, pending }: SlotKnown): Promise<boolean> {
  const now = deps.clock.now();
  if (pending === undefined || plan.deployAt === undefined || plan.deployAt > now) return false;
  const failed = state.lastDeploy?.ok === false && state.lastDeploy.at > pending.createdAt;
  if (failed && state.lastDeploy !== null && Math.abs(now - state.lastDeploy.at) < hour) return false;
  await deploySlot(deps, actor, slot);
  deps.events.emit('changed', { feature: 'acme' });
  return true;
}

function nextLook({ plan, state, pending }: SlotKnown, now: number): number {
  const times = [plan.attemptAt, state.askAt === 0 ? undefined : state.askAt];
  if (pending !== undefined) {
    const failed = state.lastDeploy?.ok === false && state.lastDeploy.at > pending.createdAt;
    times.push(failed ? (state.lastDeploy?.at ?? now) + hour : plan.deployAt);
  }
  return Math.min(...times.map((time) => (time === undefined || time <= now ? now + hour : time)));
}
