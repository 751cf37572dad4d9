/** Alarms in the database. */
import { randomBytes } from 'node:crypto';
import type { Condition } from '../../lib/condition.ts';
import type { AlarmsTable, Db } from '../../storage/schema.ts';
import type { Alarm } from './alarms.ts';

/** Open alarms; with `cleared` also those that ended. */
export async function readAlarms(db: Db, cleared: boolean): Promise<Alarm[]> {
  const all = db.selectFrom('alarms').selectAll();
  const rows = await (cleared ? all : all.where('cleared_at', 'is', null)).execute();
  return rows.map(toAlarm);
}

export async function findAlarm(db: Db, id: string): Promise<Alarm | undefined> {
  const row = await db.selectFrom('alarms').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toAlarm(row);
}

export async function raiseAlarms(db: Db, conditions: readonly Condition[], at: number): Promise<void> {
  for (const { code, object, severity, message, hint } of conditions) {
    const id = randomBytes(16).toString('hex');
    const open = { cleared_at: null, acknowledged_by: null, acknowledged_at: null };
    await db
      .insertInto('alarms')
      .values({ id, code, object, severity, message, hint, raised_at: at, ...open })
      .execute();
  }
}

/** The same alarm in other words: a date that moved, another severity. */
export async function updateWords(db: Db, alarms: readonly Alarm[]): Promise<void> {
  for (const { id, severity, message, hint } of alarms) {
    await db.updateTable('alarms').set({ severity, message, hint }).where('id', '=', id).execute();
  }
}

export async function clearAlarms(db: Db, ids: readonly string[], at: number): Promise<void> {
  for (const id of ids) await db.updateTable('alarms').set({ cleared_at: at }).where('id', '=', id).execute();
}

export async function acknowledge(db: Db, id: string, by: string, at: number): Promise<void> {
  await db.updateTable('alarms').set({ acknowledged_by: by, acknowledged_at: at }).where('id', '=', id).execute();
}

export async function forgetClearedBefore(db: Db, time: number): Promise<void> {
  await db.deleteFrom('alarms').where('cleared_at', '<', time).execute();
}

function toAlarm(row: AlarmsTable): Alarm {
  return {
    id: row.id,
    code: row.code,
    object: row.object,
    severity: row.severity,
    message: row.message,
    hint: row.hint,
    raisedAt: row.raised_at,
    clearedAt: row.cleared_at ?? undefined,
    acknowledgedBy: row.acknowledged_by ?? undefined,
    acknowledgedAt: row.acknowledged_at ?? undefined,
  };
}
