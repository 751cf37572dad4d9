/** What a person does with a slot: settings, sign, test, try again, deploy, discard, revoke. */
import type { Actor } from '../../../lib/actor.ts';
import { toHex } from '../../../lib/bytes.ts';
import { Problem } from '../../../lib/problem.ts';
import { staleChange } from '../../../lib/stale-change.ts';
import { encodePem } from '../../../pki/pem.ts';
import { certificateText } from '../../../pki/text/certificate-text.ts';
import { recordAudit } from '../../audit/audit.ts';
import { type Slot, slotLabel } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { RevocationReason } from '../client/resource/revocation-reason.ts';
import { rateLimits, rateRoom } from '../client/timing/rate-room.ts';
import type { Attempts } from '../orders/attempts.ts';
import { noProviderSet, noStaging, nothingToRevoke, retryLimit, slotInvalid, stagingOnly } from '../problems.ts';
import { openAccount } from '../providers/accounts.ts';
import { asAccount } from '../providers/ended-account.ts';
import { findProvider, listProviders } from '../providers/manage-providers.ts';
import { fingerprintOf } from '../renewal/fingerprint-of.ts';
import type { AcmeOrderView, AcmeSlotPatch, AcmeSlotSettings } from '../schemas.ts';
import * as store from '../store.ts';
import { knownOf } from './slot-facts.ts';
import { readSlotSettings } from './slot-settings.ts';
import { changeState, issuerOf, readSlotState } from './slot-state.ts';
import { shownOrder } from './slot-view.ts';

/** Throws `acme.stale` (409), `acme.slot-invalid` (422), `acme.staging-only` (422). */
export async function changeSlot(deps: AcmeDeps, actor: Actor, slot: Slot, patch: AcmeSlotPatch): Promise<void> {
  const { version, ...given } = patch;
  const known = await knownOf(deps, slot);
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const settings: AcmeSlotSettings = { ...known.settings, ...wanted };
  await checkSettings(deps, slot, settings);
  await deps.storage.transaction(async (trx) => {
    const row = await store.selectSlot(trx, slot);
    const current = row?.version ?? 0;
    const what = 'the certificate’s ACME settings';
    if (current !== version) throw staleChange({ code: 'acme.stale', what, expected: version, current });
    const text = JSON.stringify(settings);
    await store.writeSlot(trx, { slot, version: version + 1, settings: text, state: row?.state ?? '{}' });
    await recordAudit(trx, actor, {
      action: 'acme.slot-change',
      object: slot,
      before: JSON.stringify(readSlotSettings(row)),
      after: text,
      detail: { changed: Object.keys(wanted) },
    });
  });
}

/** Begins an order: with that provider, else with those of the slot in their order. */
export async function signSlot(
  deps: AcmeDeps,
  attempts: Attempts,
  actor: Actor,
  slot: Slot,
  provider: string | undefined,
): Promise<AcmeOrderView> {
  const { settings } = await knownOf(deps, slot);
  const providers = provider === undefined ? settings.providers : [provider];
  if (providers.length === 0) throw noProviderSet(slotLabel(slot));
  for (const id of providers) {
    const { staging, name } = await findProvider(deps, id);
    if (staging) throw stagingOnly(name);
  }
  return shownOrder(deps, await attempts.begin({ actor, slot, purpose: 'manual', providers }));
}

/** Test this set-up: at the staging directory, with nothing kept. Throws `acme.no-staging` (409). */
export async function testSlot(
  deps: AcmeDeps,
  attempts: Attempts,
  actor: Actor,
  slot: Slot,
  id: string,
): Promise<AcmeOrderView> {
  const provider = await findProvider(deps, id);
  if (provider.kind !== 'acme' || (!provider.staging && provider.stagingUrl === '')) throw noStaging(provider.name);
  await knownOf(deps, slot);
  return shownOrder(deps, await attempts.begin({ actor, slot, purpose: 'test', providers: [id] }));
}

/** One more attempt with the next look of the scheduler. Throws `acme.retry-limit` (429). */
export async function retrySlot(deps: AcmeDeps, actor: Actor, slot: Slot): Promise<void> {
  const { settings } = await knownOf(deps, slot);
  if (settings.providers.length === 0) throw noProviderSet(slotLabel(slot));
  await deps.storage.transaction(async (trx) => {
    const now = deps.clock.now();
    await changeState(trx, slot, (state) => {
      const room = rateRoom(rateLimits['operator-retries'], state.byHand, now);
      if (room.left === 0) throw retryLimit(room.freeAt);
      const byHand = [...state.byHand, now].slice(-10);
      return { byHand, tryNow: true, stopped: false, goneOnAt: now };
    });
    await recordAudit(trx, actor, { action: 'acme.retry', object: slot });
  });
}

/** PEM of the certificate that waits with its chain. Throws `acme.nothing-pending` (404). */
export async function pendingPem(deps: AcmeDeps, slot: Slot): Promise<string> {
  const { leaf, chain } = await pendingOf(deps, slot);
  return [leaf, ...chain].map(({ der }) => encodePem('CERTIFICATE', der)).join('');
}

export async function pendingText(deps: AcmeDeps, slot: Slot): Promise<string> {
  return certificateText((await pendingOf(deps, slot)).leaf);
}

/** Revokes at the CA that issued the certificate (RFC 8555 7.6), and lets the scheduler order another one. */
export async function revokeSlot(
  deps: AcmeDeps,
  actor: Actor,
  slot: Slot,
  which: 'active' | 'pending',
  reason: RevocationReason,
): Promise<void> {
  const held = which === 'pending' ? await pendingOf(deps, slot) : await deps.identity.served(slot);
  const state = readSlotState(await store.selectSlot(deps.storage.db, slot));
  const id = held === undefined ? undefined : issuerOf(state, fingerprintOf(held.leaf));
  if (held === undefined || id === undefined) throw nothingToRevoke(slotLabel(slot));
  const provider = await findProvider(deps, id);
  if (provider.kind === 'acme') {
    const account = await openAccount(deps, actor, provider, provider.directoryUrl);
    const { client, close } = account;
    await asAccount(client, client.revoke(held.leaf.der, reason)).finally(close);
  } else await deps.privateCa?.revoke(actor, toHex(held.leaf.serial), reason);
  await deps.storage.transaction(async (trx) => {
    const { scheduler } = readSlotSettings(await store.selectSlot(trx, slot));
    const newKey = reason === 'key-compromise';
    await changeState(trx, slot, (now) => ({
      tryNow: which === 'active' && scheduler ? true : now.tryNow,
      newKey: newKey || now.newKey,
      revoked: { certificate: fingerprintOf(held.leaf), at: deps.clock.now(), reason },
    }));
    const detail = { which, reason, provider: provider.name, serial: toHex(held.leaf.serial) };
    await recordAudit(trx, actor, { action: 'acme.revoke', object: slot, before: held.leaf.der, detail });
  });
  if (which === 'pending') await deps.identity.discardPending(actor, slot);
}

async function pendingOf(deps: AcmeDeps, slot: Slot) {
  const pending = await deps.identity.pending(slot);
  if (pending !== undefined) return pending;
  throw new Problem({
    code: 'acme.nothing-pending',
    status: 404,
    title: 'No certificate waits to be deployed.',
    detail: `${slotLabel(slot)}: nothing was signed since the last deployment.`,
    hint: 'Use Sign CSR with ACME Provider.',
  });
}

async function checkSettings(deps: AcmeDeps, slot: Slot, settings: AcmeSlotSettings): Promise<void> {
  const providers = await listProviders(deps);
  for (const id of settings.providers) {
    const provider = providers.find((one) => one.id === id);
    if (provider === undefined) {
      throw slotInvalid(
        'providers',
        'A provider that was chosen does not exist.',
        'Choose among those that are listed.',
      );
    }
    if (provider.staging) throw stagingOnly(provider.name);
  }
  if (new Set(settings.providers).size < settings.providers.length) {
    throw slotInvalid('providers', 'A provider was chosen twice.', 'Name each once, in the order to ask them.');
  }
  if (settings.scheduler && settings.providers.length === 0) {
    throw slotInvalid('scheduler', 'The scheduler needs a provider.', 'Choose a provider first.');
  }
  if (settings.copyAsClient && slot !== 'server') {
    throw slotInvalid(
      'copyAsClient',
      'Only the server certificate can be copied as client certificate.',
      'Switch it off.',
    );
  }
}
