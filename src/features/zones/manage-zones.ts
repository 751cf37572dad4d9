/** Changes of zones and access rules: each one transaction with one audit row. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../lib/actor.ts';
import { staleChange } from '../../lib/stale-change.ts';
import type { Trx } from '../../storage/schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import { changeSettings, type KeptSettings, readSettings } from '../settings/settings.ts';
import { patternFault } from './access-rules/access-rules.ts';
import { defaultZoneStays, invalidZone, unknownZone } from './problems.ts';
import type { VersionedAccessRules, ZonePatch, ZoneRequest } from './schemas.ts';
import { deleteStates, deleteZone, nameKey, readStates, readZones, writeZone } from './store.ts';
import type { Zone, ZoneFields } from './zone.ts';
import { canonicalZone, type ZoneSurroundings, zoneFaults } from './zone-input.ts';

const maximumZones = 1_000;
/** Where the default zone stands: after all others. */
const lastPosition = 1_000_000;

const keptAccessRules: KeptSettings<VersionedAccessRules> = {
  key: 'zones.access-rules',
  what: 'the access rules',
  staleCode: 'zones.stale',
  action: 'zones.access-rules',
  object: 'default',
  complete: (kept) => ({ version: 0, unmatched: 'allow', rules: [], ...kept }),
};

export interface ManageDeps {
  readonly storage: Storage;
  readonly surroundings: () => Promise<Omit<ZoneSurroundings, 'others'>>;
}

/** Throws `zones.invalid` (422) with every field that is wrong. */
export async function addZone(deps: ManageDeps, actor: Actor, request: ZoneRequest): Promise<string> {
  const around = await deps.surroundings();
  return deps.storage.transaction(async (trx) => {
    const others = await readZones(trx);
    const fields = checked(request, { ...around, others });
    if (others.length > maximumZones)
      throw invalidZone([{ field: 'name', detail: `${maximumZones} zones are the most.` }]);
    const zone: Zone = { ...fields, id: randomBytes(8).toString('hex'), version: 1 };
    await writeZone(trx, zone, others.length);
    await recordAudit(trx, actor, {
      action: 'zones.create',
      object: zone.name,
      after: JSON.stringify(zone),
      detail: { id: zone.id, ...fields },
    });
    return zone.id;
  });
}

/** Throws `zones.unknown` (404), `zones.stale` (409), `zones.invalid` (422). */
export async function changeZone(deps: ManageDeps, actor: Actor, id: string, patch: ZonePatch): Promise<void> {
  const around = await deps.surroundings();
  await deps.storage.transaction(async (trx) => {
    const zones = await readZones(trx);
    const zone = find(zones, id);
    const { version, ...changes } = patch;
    if (version !== zone.version) {
      const what = `the zone ${zone.name}`;
      throw staleChange({ code: 'zones.stale', what, expected: version, current: zone.version });
    }
    const { id: _, version: __, ...before } = zone;
    const others = zones.filter((other) => other !== zone);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const fields = checked({ ...before, ...given } as ZoneFields, { ...around, others });
    const after: Zone = { ...fields, id, version: zone.version + 1 };
    await writeZone(trx, after, zone.kind === 'default' ? lastPosition : zones.indexOf(zone) + 1);
    await forgetPeers(trx, after);
    await recordAudit(trx, actor, {
      action: 'zones.update',
      object: after.name,
      before: JSON.stringify(zone),
      after: JSON.stringify(after),
      detail: { id, changed: differences(before, fields) },
    });
  });
}

export async function removeZone({ storage }: ManageDeps, actor: Actor, id: string): Promise<void> {
  await storage.transaction(async (trx) => {
    const zone = find(await readZones(trx), id);
    if (zone.kind === 'default') throw defaultZoneStays();
    await deleteZone(trx, id);
    await recordAudit(trx, actor, {
      action: 'zones.remove',
      object: zone.name,
      before: JSON.stringify(zone),
      detail: { id },
    });
  });
}

/** Throws `zones.invalid` (422) unless `ids` are exactly the zones there are, the default zone left out. */
export async function orderZones({ storage }: ManageDeps, actor: Actor, ids: readonly string[]): Promise<void> {
  await storage.transaction(async (trx) => {
    const zones = (await readZones(trx)).filter(({ kind }) => kind !== 'default');
    const same = ids.length === zones.length && zones.every(({ id }) => ids.includes(id));
    if (!same)
      throw invalidZone([
        {
          field: 'ids',
          detail: 'The order must name every zone but the default one, each once.',
          hint: 'Load the list again: a zone may have been added or deleted.',
        },
      ]);
    for (const [i, id] of ids.entries()) await writeZone(trx, find(zones, id), i + 1);
    await recordAudit(trx, actor, {
      action: 'zones.order',
      object: `${ids.length} zones`,
      before: zones.map(({ id }) => id).join(),
      after: ids.join(),
      detail: { names: ids.map((id) => find(zones, id).name).slice(0, 100) },
    });
  });
}

/** Until somebody changes them there are no rules, and strangers are allowed. */
export async function accessRules({ storage }: Pick<ManageDeps, 'storage'>): Promise<VersionedAccessRules> {
  return readSettings(storage.db, keptAccessRules);
}

/** Replaces all rules. Throws `zones.stale` (409), `zones.invalid` (422). */
export async function changeAccessRules(
  { storage }: ManageDeps,
  actor: Actor,
  given: VersionedAccessRules,
): Promise<void> {
  const { version, unmatched } = given;
  const rules = given.rules.map((rule) => ({ ...rule, name: rule.name.trim() }));
  const faults = rules.flatMap((rule, i) => {
    const fault = patternFault(rule);
    const twice = rules.findIndex(({ name }) => nameKey(name) === nameKey(rule.name)) !== i;
    return [
      ...(fault === undefined ? [] : [{ field: `rules.${i}.pattern`, detail: `Rule ${rule.name}: ${fault}.` }]),
      ...(twice ? [{ field: `rules.${i}.name`, detail: `Two rules are called ${rule.name}.` }] : []),
    ];
  });
  if (faults.length > 0) throw invalidZone(faults);
  const detail = { unmatched, rules: rules.map(({ name, action, pattern }) => `${action} ${name}: ${pattern}`) };
  const change = () => ({ version, unmatched, rules });
  await storage.transaction((trx) => changeSettings(trx, keptAccessRules, { actor, version, change, detail }));
}

function checked(given: ZoneFields, around: ZoneSurroundings): ZoneFields {
  const fields = canonicalZone(given);
  const faults = zoneFaults(fields, around);
  if (faults.length > 0) throw invalidZone(faults);
  return fields;
}

function find(zones: readonly Zone[], id: string): Zone {
  const zone = zones.find((one) => one.id === id);
  if (zone === undefined) throw unknownZone(id);
  return zone;
}

async function forgetPeers(trx: Trx, { id, kind, peers, port }: Zone): Promise<void> {
  if (kind === 'default' || kind === 'traversal-server') return;
  const known = new Set(peers.map((host) => `${host.includes(':') ? `[${host}]` : host}:${port}`));
  const gone = (await readStates(trx)).filter(({ zone, peer }) => zone === id && !known.has(peer));
  await deleteStates(
    trx,
    id,
    gone.map(({ peer }) => peer),
  );
}

function differences(before: ZoneFields, after: ZoneFields): object {
  const keys = Object.keys(after) as (keyof ZoneFields)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(changed.map((key) => [key, { from: before[key], to: after[key] }]));
}
