/** The settings in the database: one row, JSON, with its version. */
import type { Db } from '../../storage/schema.ts';
import { defaultSettings } from './default-settings.ts';
import type { Settings } from './settings.ts';

const key = 'gateway';

/** What is stored, over the defaults, so that a member added by a later release has its value. */
export async function readSettings(db: Db): Promise<Settings> {
  const row = await db.selectFrom('settings').selectAll().where('key', '=', key).executeTakeFirst();
  if (row === undefined) return defaultSettings;
  const stored = JSON.parse(row.value) as Partial<Settings>;
  const d = defaultSettings;
  return {
    ...d,
    ...stored,
    unifiedCommunications: { ...d.unifiedCommunications, ...stored.unifiedCommunications },
    listeners: { ...d.listeners, ...stored.listeners },
    sip: { ...d.sip, ...stored.sip },
    limits: { ...d.limits, ...stored.limits },
    version: row.version,
  };
}

/** Replaces the row. The caller has compared the versions in the same transaction. */
export async function writeSettings(db: Db, settings: Settings): Promise<void> {
  const { version, ...value } = settings;
  const row = { key, value: JSON.stringify(value), version };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: row.value, version }))
    .execute();
}
