/** A slot as the API shows it: settings, what is served, what waits, what runs, how it went, what comes next. */
import { toColonHex } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { isoTime, isoTimeOrNull } from '../../../lib/time-text.ts';
import { fingerprint } from '../../../pki/certificate/certificate.ts';
import { usageNames } from '../../../pki/certificate/extended-key-usages.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { presentedNames } from '../../../pki/name/match-name.ts';
import { type Slot, slotLabel } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { rateLimits, rateRoom } from '../client/timing/rate-room.ts';
import { orderView } from '../orders/order-record.ts';
import { readProvider } from '../providers/provider.ts';
import { fingerprintOf } from '../renewal/fingerprint-of.ts';
import type { AcmeOrderView, AcmePending, AcmeRenewal, AcmeSlotView } from '../schemas.ts';
import * as store from '../store.ts';
import { isForClients } from './deploy.ts';
import { knownOf, type SlotKnown } from './slot-facts.ts';
import { issuerOf, type Outcome, revocationOf } from './slot-state.ts';

/** Throws `identity.no-such-slot` (404). */
export async function slotView(deps: AcmeDeps, slot: Slot): Promise<AcmeSlotView> {
  const known = await knownOf(deps, slot);
  const { served, state } = known;
  const running = await store.selectRunningOf(deps.storage.db, slot);
  return {
    slot,
    label: slotLabel(slot),
    version: known.version,
    settings: known.settings,
    certificate:
      served === undefined
        ? null
        : {
            notBefore: isoTime(served.leaf.notBefore),
            notAfter: isoTime(served.leaf.notAfter),
            fingerprintSha256: toColonHex(fingerprint(served.leaf.der)),
            byProvider: issuerOf(state, fingerprintOf(served.leaf)) ?? null,
          },
    pending: await pendingView(deps, known),
    running: running === undefined ? null : await shownOrder(deps, running),
    lastSign: outcomeView(state.lastSign),
    lastDeploy: outcomeView(state.lastDeploy),
    renewal: renewalView(known, deps.clock.now()),
    warnings: warningsOf(known),
  };
}

/** The order with the name of its provider. */
export async function shownOrder(deps: AcmeDeps, row: store.OrderRow): Promise<AcmeOrderView> {
  const provider = await store.selectProvider(deps.storage.db, row.provider);
  return orderView(row, provider === undefined ? undefined : readProvider(provider));
}

async function pendingView(deps: AcmeDeps, known: SlotKnown): Promise<AcmePending | null> {
  const { pending, slot, plan, state, settings } = known;
  if (pending === undefined) return null;
  const { leaf } = pending;
  const warnings = await deps.identity.pendingWarnings(slot);
  return {
    subject: printable(toRfc4514(leaf.subject), 500),
    issuer: printable(toRfc4514(leaf.issuer), 500),
    names: presentedNames(leaf, Number.POSITIVE_INFINITY).map((name) => printable(name, 300)),
    notBefore: isoTime(leaf.notBefore),
    notAfter: isoTime(leaf.notAfter),
    fingerprintSha256: toColonHex(fingerprint(leaf.der)),
    extendedKeyUsage: usageNames(leaf.extendedKeyUsage),
    signedAt: isoTime(pending.createdAt),
    provider: issuerOf(state, fingerprintOf(leaf)) ?? '',
    deployAt: isoTimeOrNull(plan.deployAt),
    warnings: [
      ...warnings.map(({ code, detail, hint }) => ({ code, detail, ...(hint !== undefined && { hint }) })),
      ...(settings.copyAsClient && !isForClients(leaf) ? [notForClients] : []),
    ],
  };
}

function renewalView({ plan, state, current, settings }: SlotKnown, now: number): AcmeRenewal {
  const left = rateRoom(rateLimits['operator-retries'], state.byHand, now).left;
  const { suggested } = state;
  const fits = current !== undefined && state.certificate === fingerprintOf(current.leaf);
  return {
    at: isoTimeOrNull(plan.renewAt),
    reason: settings.providers.length === 0 ? 'ACME is not used: no provider is chosen.' : reasons[plan.rule],
    window:
      suggested === null || !fits
        ? null
        : {
            start: isoTime(suggested.start),
            end: isoTime(suggested.end),
            explanation: suggested.explanation === '' ? null : suggested.explanation,
          },
    nextAsk: fits && state.askAt > 0 ? isoTime(state.askAt) : null,
    failures: state.failures,
    failingSince: isoTimeOrNull(state.failingSince),
    nextAttempt: isoTimeOrNull(plan.attemptAt),
    attemptsLeft: plan.attemptsLeft ?? null,
    stopped: state.stopped,
    retryNowLeft: left,
  };
}

const reasons: Readonly<Record<SlotKnown['plan']['rule'], string>> = {
  off: 'The automated scheduler is off.',
  first: 'No certificate of a CA is loaded yet.',
  suggested: 'The CA suggests it.',
  lifetime: 'By the lifetime: a third of it is left, half of it below ten days.',
  emergency: 'Less than a twentieth of the lifetime is left.',
  last: 'Less than a fiftieth of the lifetime is left.',
};

function warningsOf({ settings, slot, pending, served, state }: SlotKnown): AcmeSlotView['warnings'] {
  const leaf = pending?.leaf ?? (served?.source === 'temporary' ? undefined : served?.leaf);
  const warnings: AcmeSlotView['warnings'] = [];
  if ((settings.copyAsClient || slot === 'client') && leaf !== undefined && !isForClients(leaf)) {
    warnings.push(notForClients);
  }
  const revoked = served && revocationOf(state, fingerprintOf(served.leaf));
  if (revoked !== undefined) {
    warnings.push({
      code: 'acme.revoked-in-use',
      detail: `The certificate in use was revoked on ${isoTime(revoked.at)} (${revoked.reason}).`,
      hint: 'Sign and deploy another: peers that check refuse this one.',
    });
  }
  return warnings;
}

const notForClients = {
  code: 'acme.not-for-clients',
  detail: 'The certificate lacks the extended key usage clientAuth: as client certificate peers will refuse it.',
  hint: 'Public CAs issue no clientAuth since 2026: use the private CA as provider of the client certificate.',
};

function outcomeView(outcome: Outcome | null): AcmeSlotView['lastSign'] {
  return outcome === null ? null : { ...outcome, at: isoTime(outcome.at) };
}
