/** The settings of the ACME server in the database. */
import type { Db } from '../../storage/schema.ts';
import { type AcmeServerSettings, defaultAcmeServerSettings } from './acme-server-settings.ts';

const key = 'acme-server';

/** What is stored, over the defaults, so that a member added by a later release has its value. */
export async function readAcmeServerSettings(db: Db): Promise<AcmeServerSettings> {
  const row = await db.selectFrom('settings').selectAll().where('key', '=', key).executeTakeFirst();
  if (row === undefined) return defaultAcmeServerSettings;
  const stored = JSON.parse(row.value) as Partial<AcmeServerSettings>;
  const d = defaultAcmeServerSettings;
  return { ...d, ...stored, limits: { ...d.limits, ...stored.limits }, version: row.version };
}

/** Replaces the row. The caller has compared the versions in the same transaction. */
export async function writeAcmeServerSettings(db: Db, settings: AcmeServerSettings): Promise<void> {
  const { version, ...value } = settings;
  const row = { key, value: JSON.stringify(value), version };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: row.value, version }))
    .execute();
}
