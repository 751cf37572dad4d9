/** What a slot waits for, at this moment: the time of its next certificate, of the next attempt, of the deployment; pure but for what is given. */
import { attemptsLeft, type RenewalPlan, renewalPlan } from '../client/timing/renewal-plan.ts';
import type { AcmeSlotSettings } from '../schemas.ts';
import type { SlotState } from '../slots/slot-state.ts';
import { deployTime } from './deploy-time.ts';

interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface SlotFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings: AcmeSlotSettings;
  readonly state: SlotState;
  /** Of the certificate whose end counts; undefined where a first one is needed. */
  readonly current: Validity | undefined;
  /** The certificate in use, unless it is only temporary. */
  readonly active: Validity | undefined;
  /** When the certificate that waits was signed. */
  readonly signedAt: number | undefined;
}

export interface SlotPlan {
  /** When the next certificate is wanted; undefined while the scheduler is off. */
  readonly renewAt: number | undefined;
  readonly rule: RenewalPlan['rule'] | 'first' | 'off';
  /** When the next order is tried; undefined when only a person can say so. */
  readonly attemptAt: number | undefined;
  readonly deployAt: number | undefined;
  /** Attempts that fit before the end; undefined without an end. */
  readonly attemptsLeft: number | undefined;
}

export function slotPlan(facts: SlotFacts): SlotPlan {
  const { now, settings, state, current, active, signedAt } = facts;
  const on = settings.scheduler && settings.providers.length > 0;
  const deployAt = on && signedAt !== undefined ? deployTime({ signedAt, settings, active }) : undefined;
  const left = current === undefined ? undefined : attemptsLeft(now, current.notAfter);
  if (!on) {
    const attemptAt = state.tryNow ? now : undefined;
    return { renewAt: undefined, rule: 'off', attemptAt, deployAt, attemptsLeft: left };
  }
  const suggested = state.suggested ?? undefined;
  const plan =
    current === undefined
      ? ({ renewAt: now, rule: 'first' } as const)
      : renewalPlan({ ...current, now, random: state.random, ...(suggested !== undefined && { suggested }) });
  return {
    renewAt: plan.renewAt,
    rule: plan.rule,
    deployAt,
    attemptsLeft: left,
    attemptAt: attemptTime(facts, plan),
  };
}

const hour = 3_600_000;
const day = 24 * hour;

/** When little is left, waiting after failures is shortened, yet never to a burst. */
function attemptTime({ now, state, current }: SlotFacts, plan: { renewAt: number; rule: SlotPlan['rule'] }) {
  if (state.tryNow) return now;
  const pressing = plan.rule === 'emergency' || plan.rule === 'last';
  const failedAt = state.failedAt ?? 0;
  if (state.stopped) return pressing ? Math.max(plan.renewAt, failedAt + day) : undefined;
  const next = state.nextAttempt ?? 0;
  if (!pressing || current === undefined || now > current.notAfter) return Math.max(plan.renewAt, next);
  const soon = failedAt + Math.max(hour, (current.notAfter - current.notBefore) / 50);
  return Math.max(plan.renewAt, Math.min(next, soon));
}
