/** The SQL of the audit log: rows are inserted and read, never changed. */
import type { Insertable } from 'kysely';
import { insertRows } from '../../storage/insert-rows.ts';
import type { Db, Schema, Trx } from '../../storage/schema.ts';
import type { AuditRow } from './audit.ts';

export interface AuditFilter {
  /** 1 to 500. */
  readonly limit: number;
  /** Only rows with a smaller `seq`. */
  readonly before?: number | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly result?: 'done' | 'refused' | undefined;
}

export type NewAuditRow = Insertable<Schema['audit']>;

export function insertAuditRows(trx: Trx, rows: readonly NewAuditRow[]): Promise<void> {
  return insertRows(trx, 'audit', rows);
}

/** An `action` ending in a dot selects all actions of that feature. */
export async function selectAuditRows(db: Db, filter: AuditFilter) {
  let query = db
    .selectFrom('audit')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1);
  if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
  if (filter.actor !== undefined) query = query.where('actor_name', '=', filter.actor);
  if (filter.object !== undefined) query = query.where('object', '=', filter.object);
  if (filter.result !== undefined) query = query.where('result', '=', filter.result);
  if (filter.action?.endsWith('.')) {
    query = query.where('action', '>=', filter.action).where('action', '<', `${filter.action.slice(0, -1)}/`);
  } else if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  const found = await query.execute();
  const rows = found.slice(0, filter.limit).map(toAuditRow);
  return { rows, next: found.length > filter.limit ? (rows.at(-1)?.seq ?? null) : null };
}

type Stored = Awaited<ReturnType<typeof selectStored>>;
const selectStored = (db: Db) => db.selectFrom('audit').selectAll().executeTakeFirstOrThrow();

function toAuditRow(row: Stored): AuditRow {
  const micros = String(row.at_us % 1_000_000).padStart(6, '0');
  return {
    seq: row.seq,
    at: new Date(Math.floor(row.at_us / 1000)).toISOString().replace(/\.\d+Z$/, `.${micros}Z`),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    address: row.address,
    requestId: row.request_id,
    action: row.action,
    object: row.object,
    beforeHash: row.before_hash,
    afterHash: row.after_hash,
    result: row.result,
    detail: JSON.parse(row.detail) as unknown,
  };
}
