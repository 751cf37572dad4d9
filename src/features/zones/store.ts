/** Zones, states and closed connections in the database. */
import type { Db, ZoneClosedTable, ZoneStatesTable } from '../../storage/schema.ts';
import type { Zone, ZoneFields } from './zone.ts';

export type StateRow = ZoneStatesTable;
export type ClosedRow = Omit<ZoneClosedTable, 'seq'>;

/** In order, the default zone last; it is there whether it was ever changed or not. */
export async function readZones(db: Db): Promise<readonly Zone[]> {
  const rows = await db.selectFrom('zones').selectAll().orderBy('position').orderBy('id').execute();
  const zones = rows.map(({ id, version, fields }): Zone => ({ ...(JSON.parse(fields) as ZoneFields), id, version }));
  const own = zones.filter(({ kind }) => kind !== 'default');
  return [...own, zones.find(({ kind }) => kind === 'default') ?? defaultZone];
}

/** Adds a zone, or replaces the one of this id. */
export async function writeZone(db: Db, { id, version, ...fields }: Zone, position: number): Promise<void> {
  const row = { name_key: nameKey(fields.name), position, version, fields: JSON.stringify(fields) };
  await db
    .insertInto('zones')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function deleteZone(db: Db, id: string): Promise<void> {
  await db.deleteFrom('zones').where('id', '=', id).execute();
  await db.deleteFrom('zone_states').where('zone', '=', id).execute();
}

/** Names differ by more than capitals. */
export function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

export function readStates(db: Db): Promise<StateRow[]> {
  return db.selectFrom('zone_states').selectAll().orderBy('zone').orderBy('peer').execute();
}

export async function writeState(db: Db, row: StateRow): Promise<void> {
  const { zone: _, peer: __, ...rest } = row;
  await db
    .insertInto('zone_states')
    .values(row)
    .onConflict((conflict) => conflict.columns(['zone', 'peer']).doUpdateSet(rest))
    .execute();
}

/** Forgets what was reported about peers that the zone has no longer. */
export async function deleteStates(db: Db, zone: string, peers: readonly string[]): Promise<void> {
  if (peers.length === 0) return;
  await db.deleteFrom('zone_states').where('zone', '=', zone).where('peer', 'in', peers).execute();
}

/** Newest first. */
export function readClosed(db: Db, limit: number): Promise<ClosedRow[]> {
  return db.selectFrom('zone_closed').selectAll().orderBy('seq', 'desc').limit(limit).execute();
}

/** Keeps the newest `most`. */
export async function addClosed(db: Db, rows: readonly ClosedRow[], most: number): Promise<void> {
  if (rows.length === 0) return;
  for (let i = 0; i < rows.length; i += 100) {
    await db
      .insertInto('zone_closed')
      .values(rows.slice(i, i + 100))
      .execute();
  }
  const last = await db.selectFrom('zone_closed').select('seq').orderBy('seq', 'desc').offset(most).limit(1).execute();
  if (last[0] !== undefined) await db.deleteFrom('zone_closed').where('seq', '<=', last[0].seq).execute();
}

const defaultZone: Zone = {
  id: 'default',
  version: 0,
  name: 'Default zone',
  kind: 'default',
  peers: [],
  port: 5061,
  tlsVerify: false,
  subjectName: '',
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
};
