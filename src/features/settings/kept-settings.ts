/**
 * How every feature keeps its settings: one versioned value. A change names the version it was made from, so that two
 * operators cannot overwrite each other unseen, and is written with its audit row.
 */
import type { Actor } from '../../lib/actor.ts';
import { staleChange } from '../../lib/stale-change.ts';
import { readKept, writeKept } from '../../storage/kept-values.ts';
import type { Db, Trx } from '../../storage/schema.ts';
import { recordAudit } from '../audit/audit.ts';

interface Versioned {
  /** Grows by one with every change; 0 before the first. */
  readonly version: number;
}

/** The settings of one feature. */
export interface KeptSettings<T extends Versioned> {
  readonly key: string;
  /** As in a sentence: `the settings of the ACME server`. */
  readonly what: string;
  /** The code of the refusal of a change from an old version: `acme-server.stale`. */
  readonly staleCode: string;
  /** Of the audit row. */
  readonly action: string;
  readonly object: string;
  /** What is kept, over the defaults, so that a member added by a later release has its value. */
  readonly complete: (kept: Partial<T>) => T;
}

export interface SettingsChange<T> {
  readonly actor: Actor;
  /** The version the change was made from. */
  readonly version: number;
  /** The settings as they shall be; may throw, and nothing is changed. The version in them is not looked at. */
  readonly change: (before: T) => T;
  /** For the audit row. */
  readonly detail: object;
}

/** What holds now. */
export async function readSettings<T extends Versioned>(db: Db, kept: KeptSettings<T>): Promise<T> {
  const row = await readKept(db, kept.key);
  return { ...kept.complete((row?.value ?? {}) as Partial<T>), version: row?.version ?? 0 };
}

/** Changes settings and answers what holds from then on. Throws the Problem `staleCode` (409). */
export async function changeSettings<T extends Versioned>(
  trx: Trx,
  kept: KeptSettings<T>,
  { actor, version, change, detail }: SettingsChange<T>,
): Promise<T> {
  const before = await readSettings(trx, kept);
  if (before.version !== version)
    throw staleChange({ code: kept.staleCode, what: kept.what, expected: version, current: before.version });
  const { version: _, ...value } = change(before);
  await writeKept(trx, kept.key, value, version + 1);
  const after = await readSettings(trx, kept);
  await recordAudit(trx, actor, {
    action: kept.action,
    object: kept.object,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
    detail: { ...detail, version: after.version },
  });
  return after;
}
