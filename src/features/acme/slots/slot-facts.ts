/** Everything that is known of a slot, read once: settings, state, the certificates it holds, what it waits for. */
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { PendingCertificate, Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { fingerprintOf } from '../renewal/fingerprint-of.ts';
import { type SlotPlan, slotPlan } from '../renewal/slot-plan.ts';
import type { AcmeSlotSettings } from '../schemas.ts';
import * as store from '../store.ts';
import { readSlotSettings } from './slot-settings.ts';
import { readSlotState, type SlotState, withoutFuture } from './slot-state.ts';

export interface SlotKnown {
  readonly slot: Slot;
  readonly version: number;
  readonly settings: AcmeSlotSettings;
  readonly state: SlotState;
  readonly served: Awaited<ReturnType<AcmeDeps['identity']['served']>>;
  readonly pending: PendingCertificate | undefined;
  /** The certificate whose end counts: the one that waits, else the one that is served, unless it is only temporary. */
  readonly current: { readonly leaf: Certificate; readonly pending: boolean } | undefined;
  readonly plan: SlotPlan;
}

/** Throws `identity.no-such-slot` (404). */
export async function knownOf(deps: AcmeDeps, slot: Slot): Promise<SlotKnown> {
  const { identity, storage, clock } = deps;
  const row = await store.selectSlot(storage.db, slot);
  const settings = readSlotSettings(row);
  const now = clock.now();
  const state = withoutFuture(readSlotState(row), now);
  const pending = await identity.pending(slot);
  const served = await identity.served(slot);
  const active = served === undefined || served.source === 'temporary' ? undefined : served.leaf;
  const leaf = pending?.leaf ?? active;
  const current = leaf === undefined ? undefined : { leaf, pending: pending !== undefined };
  const known = leaf !== undefined && state.certificate === fingerprintOf(leaf);
  const plan = slotPlan({
    now,
    settings,
    active,
    current: leaf,
    state: known ? state : { ...state, suggested: null },
    signedAt: pending === undefined ? undefined : Math.min(pending.createdAt, now),
  });
  return { slot, version: row?.version ?? 0, settings, state, served, pending, current, plan };
}
