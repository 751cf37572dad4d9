/** The certificate that waits becomes the one that is served; how that went is kept. */
import type { Actor } from '../../../lib/actor.ts';
import { anyExtendedKeyUsage, clientAuth } from '../../../pki/certificate/extended-key-usages.ts';
import type { Serving, Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { keptProblem } from '../problems.ts';
import * as store from '../store.ts';
import { readSlotSettings } from './slot-settings.ts';
import { changeState } from './slot-state.ts';

/** Throws what `identity.deployPending` throws; a failure is kept as the last deploy status. */
export async function deploySlot(deps: AcmeDeps, actor: Actor, slot: Slot): Promise<Serving> {
  const { storage, identity, clock } = deps;
  const { copyAsClient } = readSlotSettings(await store.selectSlot(storage.db, slot));
  try {
    const { served, notServed } = await identity.deployPending(actor, slot, { copyAsClient });
    const words = notServed ?? (copyAsClient ? 'Deployed, and copied as client certificate.' : 'Deployed.');
    const hint = served ? '' : 'The next change is published again; see whether the edge processes run.';
    await keep(deps, slot, { at: clock.now(), ok: served, code: served ? '' : 'acme.not-served', words, hint });
    return { served, notServed };
  } catch (error) {
    const { code, detail, hint } = keptProblem(error);
    // nothing was there to go wrong
    if (code === 'identity.nothing-pending') throw error;
    await keep(deps, slot, { at: clock.now(), ok: false, code, words: detail, hint });
    throw error;
  }
}

/** Whether TLS servers would take the certificate from a client (RFC 5280 4.2.1.12). */
export function isForClients(leaf: { readonly extendedKeyUsage?: readonly string[] | undefined }): boolean {
  const usages = leaf.extendedKeyUsage;
  return usages === undefined || usages.includes(clientAuth) || usages.includes(anyExtendedKeyUsage);
}

async function keep(
  { storage }: AcmeDeps,
  slot: Slot,
  outcome: { at: number; ok: boolean; code: string; words: string; hint: string },
): Promise<void> {
  await storage.transaction((trx) =>
    changeState(trx, slot, (state) => ({
      lastDeploy: { ...outcome, provider: state.lastSign?.provider ?? '' },
    })),
  );
}
