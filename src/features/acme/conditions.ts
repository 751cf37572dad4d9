/** What about ACME deserves an alarm now: renewals that fail, in stages; deployments that failed; limits nearly used up. */
import type { Condition } from '../../lib/condition.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import { parseSlot, slotLabel } from '../identity/identity.ts';
import type { AcmeDeps } from './acme-deps.ts';
import { type FailureStage, failureStages } from './client/timing/next-attempt.ts';
import { providerRoom } from './providers/limits.ts';
import { listProviders } from './providers/manage-providers.ts';
import { fingerprintOf } from './renewal/fingerprint-of.ts';
import { knownOf, type SlotKnown } from './slots/slot-facts.ts';
import { revocationOf } from './slots/slot-state.ts';
import * as store from './store.ts';

/** `now` in milliseconds since 1970. */
export async function acmeConditions(deps: AcmeDeps, now: number): Promise<Condition[]> {
  const conditions: Condition[] = [];
  const used = new Set<string>();
  for (const { slot } of await store.selectSlots(deps.storage.db)) {
    try {
      const known = await knownOf(deps, parseSlot(slot));
      for (const id of known.settings.providers) used.add(id);
      conditions.push(...slotConditions(known, now));
    } catch {
      // the slot went away; the scheduler forgets it
    }
  }
  for (const provider of await listProviders(deps)) {
    if (!used.has(provider.id)) continue;
    for (const { what, used: count, allowed, near } of await providerRoom(deps, provider)) {
      if (!near) continue;
      conditions.push({
        code: 'acme.limit-near',
        object: provider.id,
        severity: 'warning',
        message: `${provider.name}: ${count} of ${allowed} ${what} are used up.`,
        hint: 'Order less often; what is over the limit is refused for hours or days.',
      });
    }
  }
  return conditions;
}

function slotConditions({ slot, state, plan, current, served }: SlotKnown, now: number): Condition[] {
  const conditions: Condition[] = [];
  const add = (code: string, severity: Condition['severity'], message: string, hint: string): void => {
    conditions.push({ code, object: slot, severity, message, hint });
  };
  const label = slotLabel(slot);
  const { lastSign, lastDeploy, failingSince } = state;
  const why = lastSign?.words ?? '';
  const hint = lastSign?.hint === '' || lastSign === null ? 'See the last sign status.' : lastSign.hint;
  if (lastSign?.ok === false) {
    const next =
      plan.attemptAt === undefined ? 'Nothing more is tried by itself.' : `Next try: ${isoSeconds(plan.attemptAt)}.`;
    const tries = state.failures === 0 ? '' : ` ${state.failures} attempts failed.`;
    add('acme.sign-failed', state.permanent ? 'alert' : 'warning', `${label}: ${why}${tries} ${next}`, hint);
  }
  const revoked = served && revocationOf(state, fingerprintOf(served.leaf));
  if (revoked !== undefined) {
    const message = `${label}: the certificate in use was revoked on ${isoSeconds(revoked.at)} (${revoked.reason}).`;
    add('acme.revoked-in-use', 'critical', message, 'Sign and deploy another: peers that check refuse this one.');
  }
  if (state.stopped) {
    const message = `${label}: signing has failed for thirty days; nothing more is tried until you say so.`;
    add('acme.stopped-trying', 'alert', message, 'Mend the cause, then use Retry now.');
  }
  if (failingSince !== null && current !== undefined) {
    const { notBefore, notAfter } = current.leaf;
    const stages = failureStages(now, { firstFailedAt: failingSince, notBefore, notAfter });
    // the latest of each kind: an alarm is raised anew when the next stage is reached
    for (const stage of [stages.findLast(isFailing), stages.findLast((one) => !isFailing(one))]) {
      if (stage === undefined) continue;
      const { code, severity, words } = stageWords[stage];
      add(code, severity, `${label}: ${words} It ends on ${isoSeconds(notAfter)}. ${why}`, hint);
    }
  }
  if (lastDeploy?.ok === false) add('acme.deploy-failed', 'critical', `${label}: ${lastDeploy.words}`, lastDeploy.hint);
  return conditions;
}

function isFailing(stage: FailureStage): boolean {
  return stage.startsWith('failing');
}

const stageWords: Readonly<Record<FailureStage, { code: string; severity: Condition['severity']; words: string }>> = {
  'failing-1-day': {
    code: 'acme.failing-1-day',
    severity: 'warning',
    words: 'Signing has failed for a day.',
  },
  'failing-7-days': {
    code: 'acme.failing-7-days',
    severity: 'alert',
    words: 'Signing has failed for a week.',
  },
  'ends-in-30-days': {
    code: 'acme.ends-in-30-days',
    severity: 'warning',
    words: 'Signing fails, and the certificate ends within 30 days.',
  },
  'ends-in-14-days': {
    code: 'acme.ends-in-14-days',
    severity: 'alert',
    words: 'Signing fails, and the certificate ends within 14 days.',
  },
  'ends-in-7-days': {
    code: 'acme.ends-in-7-days',
    severity: 'alert',
    words: 'Signing fails, and the certificate ends within 7 days.',
  },
  'ends-in-3-days': {
    code: 'acme.ends-in-3-days',
    severity: 'critical',
    words: 'Signing fails, and the certificate ends within 3 days.',
  },
  'ends-in-1-day': {
    code: 'acme.ends-in-1-day',
    severity: 'critical',
    words: 'Signing fails, and the certificate ends within a day.',
  },
};
