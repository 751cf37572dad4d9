/** Certificates that peers have shown, in the database. */
import type { Db, ZonePeersTable } from '../../../storage/schema.ts';

export type PeerTableRow = ZonePeersTable;
/** What is stored of one certificate, and how often it was met since it was stored last. */
export type PeerNote = Omit<PeerTableRow, 'first_seen'>;

/** Last seen first. */
export function readPeers(db: Db): Promise<PeerTableRow[]> {
  return db.selectFrom('zone_peers').selectAll().orderBy('last_seen', 'desc').orderBy('fingerprint').execute();
}

export function readPeer(db: Db, fingerprint: string): Promise<PeerTableRow | undefined> {
  return db.selectFrom('zone_peers').selectAll().where('fingerprint', '=', fingerprint).executeTakeFirst();
}

export async function countPeers(db: Db): Promise<number> {
  const row = await db
    .selectFrom('zone_peers')
    .select((e) => e.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** True when the certificate was not known before. */
export async function notePeer(db: Db, note: PeerNote, firstSeen: number): Promise<boolean> {
  const { fingerprint, der: _, who: __, not_after: ___, seen, ...latest } = note;
  const updated = await db
    .updateTable('zone_peers')
    .set((e) => ({ ...latest, seen: e('seen', '+', seen) }))
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst();
  if (updated.numUpdatedRows > 0n) return false;
  await db
    .insertInto('zone_peers')
    .values({ ...note, first_seen: firstSeen })
    .execute();
  return true;
}

/** Forgets what goes beyond `most`: first what was refused, then what was not seen for longest. */
export async function forgetPeers(db: Db, most: number): Promise<void> {
  const over = (await countPeers(db)) - most;
  if (over <= 0) return;
  const oldest = db
    .selectFrom('zone_peers')
    .select('fingerprint')
    .orderBy('accepted')
    .orderBy('last_seen')
    .orderBy('fingerprint')
    .limit(over);
  await db.deleteFrom('zone_peers').where('fingerprint', 'in', oldest).execute();
}
