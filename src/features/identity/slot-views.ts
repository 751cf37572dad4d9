/** Reads a slot's stored state and puts together what is shown of it and what is served. */
import { toBase64, toHex } from '../../lib/bytes.ts';
import { fingerprint, parseCertificate } from '../../pki/certificate/certificate.ts';
import { splitChain } from '../../pki/certificate/chain-bytes.ts';
import { encodePem } from '../../pki/pem.ts';
import { type SlotState, slotConditions } from './conditions.ts';
import type { EdgeIdentity, IdentityDeps } from './identity.ts';
import { damageOf, withKey } from './key-material.ts';
import { missingNames } from './names-coverage.ts';
import { type RequiredName, requiredNames } from './required-names.ts';
import type { Condition, IdentityOverview, IdentityView } from './schemas.ts';
import { existingSlot } from './slot-state.ts';
import { domainOf, type Slot, slotLabel } from './slots.ts';
import * as store from './store.ts';
import { activeOf, csrSummaryOf, versionOf } from './view.ts';

/** What a slot holds and which version of it can be served. */
export interface LoadedSlot {
  readonly slot: Slot;
  readonly row: store.SlotRow;
  readonly active: store.VersionRow | undefined;
  readonly previous: store.VersionRow | undefined;
  readonly activeDamage: string | undefined;
  readonly previousDamage: string | undefined;
  /** The active version, the previous one when the active is damaged, or none. */
  readonly good: store.VersionRow | undefined;
}

/** Every slot in the order of the page: server, client, domains by name. */
export async function loadSlots(deps: IdentityDeps): Promise<LoadedSlot[]> {
  const rows = await store.selectSlots(deps.storage.db);
  const domains = rows.map((row) => row.slot as Slot).filter((slot) => domainOf(slot) !== undefined);
  const loaded: LoadedSlot[] = [];
  for (const slot of ['server', 'client', ...domains] as const) loaded.push(await loadSlot(deps, slot));
  return loaded;
}

/** One slot. Throws `identity.no-such-slot` (404). */
export async function loadSlot(deps: IdentityDeps, slot: Slot): Promise<LoadedSlot> {
  const { db, vault } = deps.storage;
  const row = await existingSlot(db, slot);
  const active = await store.selectVersion(db, row.active_id);
  const previous = await store.selectVersion(db, row.previous_id);
  const activeDamage = active === undefined ? undefined : damageOf(vault, active);
  const previousDamage = previous === undefined ? undefined : damageOf(vault, previous);
  const lastGood = previousDamage === undefined ? previous : undefined;
  const good = activeDamage === undefined ? active : lastGood;
  return { slot, row, active, previous, activeDamage, previousDamage, good };
}

/** What is wrong with a slot now. */
export async function conditionsOf(deps: IdentityDeps, loaded: LoadedSlot, now: number): Promise<Condition[]> {
  const { slot, good } = loaded;
  const parsed = good === undefined ? undefined : parseCertificate(good.certificate);
  const state: SlotState = {
    slot,
    served: parsed?.ok ? parsed.value : undefined,
    temporary: good?.source === 'temporary',
    damage: loaded.activeDamage,
    lastGood: good !== undefined,
    required: requiredNames(slot, await deps.settings.get()),
  };
  return slotConditions(state, now);
}

/** A slot in short, for lists. */
export async function overviewOf(deps: IdentityDeps, loaded: LoadedSlot): Promise<IdentityOverview> {
  const { slot, row, active, previous } = loaded;
  const pending = await store.selectCsr(deps.storage.db, slot, 'pending');
  const shown = active === undefined ? undefined : versionOf(active);
  return {
    slot,
    label: slotLabel(slot),
    version: row.version,
    served: servedBy(loaded),
    expires: shown === undefined ? null : `Currently loaded certificate expires on ${shown.notAfter}`,
    active: shown ?? null,
    previous: (previous && versionOf(previous)) ?? null,
    pendingCsr: csrSummaryOf(pending),
    conditions: await conditionsOf(deps, loaded, deps.clock.now()),
  };
}

/** A slot in full. Throws `identity.no-such-slot` (404). */
export async function viewOf(deps: IdentityDeps, slot: Slot): Promise<IdentityView> {
  const loaded = await loadSlot(deps, slot);
  const { active, previous } = loaded;
  const trusted = await deps.trustedCas.issuers();
  const { names, missing } = await requiredOf(deps, loaded);
  const versions = await store.selectVersions(deps.storage.db, slot);
  return {
    ...(await overviewOf(deps, loaded)),
    active: (active && activeOf(active, trusted, loaded.activeDamage)) ?? null,
    previous: (previous && activeOf(previous, trusted, loaded.previousDamage)) ?? null,
    lastCsr: csrSummaryOf(await store.selectCsr(deps.storage.db, slot, 'last')),
    requiredNames: names,
    missingNames: missing,
    usedBy: await usedBy(deps, loaded),
    history: versions.flatMap((version) => versionOf(version) ?? []),
  };
}

/** The names the settings demand of a slot, and those that the served certificate lacks. */
export async function requiredOf(
  deps: IdentityDeps,
  { slot, good }: LoadedSlot,
): Promise<{ names: RequiredName[]; missing: RequiredName[] }> {
  const names = [...requiredNames(slot, await deps.settings.get())];
  const parsed = good === undefined ? undefined : parseCertificate(good.certificate);
  return { names, missing: parsed?.ok ? missingNames(parsed.value, names) : [] };
}

/** The version that is served as an edge takes it; undefined when the slot has none. */
export function edgeIdentity(deps: IdentityDeps, { slot, good }: LoadedSlot): EdgeIdentity | undefined {
  if (good === undefined) return undefined;
  const domain = domainOf(slot);
  return {
    slot,
    names: domain === undefined ? [] : [domain],
    certificatePem: pemOf(good),
    keyPkcs8: withKey(deps.storage.vault, good.id, good.sealed_key, toBase64),
    fingerprint: toHex(fingerprint(good.certificate, 'sha256')),
  };
}

/** Leaf and chain, PEM. */
export function pemOf(version: store.VersionRow): string {
  const chain = splitChain(version.chain).map((c) => c.der);
  return [version.certificate, ...chain].map((der) => encodePem('CERTIFICATE', der)).join('');
}

function servedBy({ slot, active, good }: LoadedSlot): IdentityOverview['served'] {
  if (good !== undefined) return good === active ? 'own' : 'previous';
  return slot === 'client' ? 'server' : 'none';
}

async function usedBy(deps: IdentityDeps, { slot, good }: LoadedSlot): Promise<string[]> {
  const domain = domainOf(slot);
  if (domain !== undefined)
    return good === undefined ? [] : [`HTTPS and SIP TLS, when a client asks for ${domain} by SNI`];
  if (slot === 'client') return ['TLS connections that the gateway opens'];
  const client = await store.selectSlot(deps.storage.db, 'client');
  const listeners = ['HTTPS: web page and API', 'SIP TLS'];
  return client?.active_id == null ? [...listeners, 'TLS connections that the gateway opens'] : listeners;
}
