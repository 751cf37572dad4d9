/** The audit log: who did what, from where, to which object, with which outcome. One row per change, written with it. */
import { hash } from 'node:crypto';
import type { Actor } from '../../lib/actor.ts';
import { Problem } from '../../lib/problem.ts';
import type { Trx } from '../../storage/schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { type AuditFilter, insertAuditRows, type NewAuditRow, selectAuditRows } from './store.ts';

export interface AuditEntry {
  /** Feature and verb: `trusted-ca.append`. */
  readonly action: string;
  /** What it was done to: a fingerprint, a slot, a user's name; empty when there is no single thing. */
  readonly object: string;
  /** State before and after; only their SHA-256 is kept. */
  readonly before?: Uint8Array | string;
  readonly after?: Uint8Array | string;
  readonly result?: 'done' | 'refused';
  /** Further facts in plain JSON, never a secret. At most 4 KiB; what is longer is cut and said so. */
  readonly detail?: object;
  /** The action changes nothing of the gateway's (a download, a log-in): an auditor may do it too. */
  readonly harmless?: boolean;
}

/** One row as the API and the page show it. */
export interface AuditRow {
  readonly seq: number;
  /** UTC with microseconds. */
  readonly at: string;
  readonly actor: { readonly kind: Actor['kind']; readonly id: string; readonly name: string };
  readonly address: string;
  readonly requestId: string;
  readonly action: string;
  readonly object: string;
  readonly beforeHash: string | null;
  readonly afterHash: string | null;
  readonly result: 'done' | 'refused';
  readonly detail: unknown;
}

export interface Audit {
  /** The newest rows first; `before` is the `seq` to go on from. */
  list(filter: AuditFilter): Promise<{ readonly rows: readonly AuditRow[]; readonly next: number | null }>;
  /** A row in a transaction of its own: for refusals and log-ins, where there is no change to go with. */
  record(actor: Actor, entry: AuditEntry): Promise<void>;
}

export function createAudit(deps: { readonly storage: Storage }): Audit {
  return {
    list: (filter) => selectAuditRows(deps.storage.db, filter),
    record: (actor, entry) => deps.storage.transaction((trx) => recordAudit(trx, actor, entry)),
  };
}

/**
 * Writes the one row that goes with a change, in the change's own transaction: both are kept or neither. Throws
 * `audit.not-allowed`, which undoes the change, when an auditor is the actor of something that was done: the last of
 * the checks that an auditor changes nothing.
 */
export async function recordAudit(trx: Trx, actor: Actor, entry: AuditEntry): Promise<void> {
  await recordAudits(trx, [{ actor, entry }]);
}

/** The same for several changes that are made in one transaction: a row for each of them. */
export async function recordAudits(
  trx: Trx,
  changes: readonly { readonly actor: Actor; readonly entry: AuditEntry }[],
): Promise<void> {
  await insertAuditRows(
    trx,
    changes.map(({ actor, entry }) => rowOf(actor, entry)),
  );
}

function rowOf(actor: Actor, entry: AuditEntry): NewAuditRow {
  const result = entry.result ?? 'done';
  if (result === 'done' && actor.role !== 'administrator' && !entry.harmless) {
    throw new Problem({
      code: 'audit.not-allowed',
      status: 403,
      title: 'Not allowed',
      detail: 'An auditor reads and changes nothing.',
      hint: 'Ask an administrator to do it.',
    });
  }
  return {
    at_us: nowInMicroseconds(),
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    address: actor.address,
    request_id: actor.requestId,
    action: entry.action,
    object: entry.object,
    before_hash: hashOf(entry.before),
    after_hash: hashOf(entry.after),
    result,
    detail: detailText(entry.detail),
  };
}

const maxDetail = 4096;

function detailText(detail: object | undefined): string {
  const text = JSON.stringify(detail ?? {});
  return text.length > maxDetail ? JSON.stringify({ cut: text.slice(0, maxDetail / 2), length: text.length }) : text;
}

function hashOf(state: Uint8Array | string | undefined): string | null {
  return state === undefined ? null : hash('sha256', state);
}

/** Wall time; the digits below a millisecond come from the monotonic clock as long as the two agree. */
function nowInMicroseconds(): number {
  const wall = Date.now();
  const precise = performance.timeOrigin + performance.now();
  return Math.round((Math.abs(precise - wall) < 5 ? precise : wall) * 1000);
}
