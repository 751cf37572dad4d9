/** Revokes, holds and releases (RFC 5280 5.3.1), and tells what is revoked. */
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Db, Trx } from '../../../storage/schema.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import { noteLack } from '../publish/crl/crl-lacks.ts';
import {
  type CertificateRow,
  certificatesWith,
  revokedAfter,
  type StatusUpdate,
  statusesAfter,
  updateStatus,
} from '../store.ts';
import { type CertificateStatus, type RevocationReason, type RevokedBlock, revocationReasons } from './revocations.ts';

export interface Revocation {
  readonly row: CertificateRow;
  readonly reason: RevocationReason;
  readonly now: number;
  /** What else goes into the same transaction. */
  readonly also?: (trx: Trx) => Promise<void>;
}

/** Changes the status of the certificate in this row as it stands. Answers the row as it is then. */
export async function revokeRow(
  storage: Storage,
  actor: Actor,
  { row, reason, now, also }: Revocation,
): Promise<CertificateRow> {
  const held = reason === 'certificate-hold';
  return changeStatus(storage, actor, row, {
    action: held ? 'private-ca.hold' : 'private-ca.revoke',
    detail: { reason },
    also,
    change: (current) => {
      if (current.status === 'revoked' || (held && current.status === 'on-hold')) throw alreadyRevoked(current);
      return {
        status: held ? 'on-hold' : 'revoked',
        // what was on hold counts as revoked from that time on
        revoked_at: current.revoked_at ?? Math.floor(now / 1000) * 1000,
        reason: reason === 'unspecified' ? null : revocationReasons[reason],
      };
    },
  });
}

/** Ends a hold: the certificate is good again. */
export async function releaseRow(
  storage: Storage,
  actor: Actor,
  { row, also }: Pick<Revocation, 'row' | 'also'>,
): Promise<CertificateRow> {
  return changeStatus(storage, actor, row, {
    action: 'private-ca.release',
    detail: {},
    also,
    change: ({ status }) => {
      if (status !== 'on-hold') throw notOnHold(row.serial, status);
      return { status: 'good', revoked_at: null, reason: null };
    },
  });
}

/** Pages of this many rows keep the event loop free between them. */
const page = 10_000;

/** What is revoked or on hold, ordered by serial number. */
export async function* revokedBlocks(
  db: Db,
  authority: string,
  { partition = 0, expiredBefore = 0 }: { partition?: number; expiredBefore?: number } = {},
): AsyncGenerator<RevokedBlock> {
  for (let after = ''; ; ) {
    const rows = await revokedAfter(db, { authority, partition, expiredBefore, after, limit: page });
    if (rows.length === 0) return;
    yield block(rows);
    if (rows.length < page) return;
    after = rows.at(-1)!.serial;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Not expired, in the order they were issued. */
export async function* currentStatuses(db: Db, authority: string, now: number): AsyncGenerator<CertificateStatus> {
  for (let after = 0; ; ) {
    const rows = await statusesAfter(db, authority, { after, now, limit: page });
    for (const row of rows) yield statusOf(row);
    if (rows.length < page) return;
    after = rows.at(-1)!.seq;
  }
}

export function statusOf(
  row: Pick<CertificateRow, 'serial' | 'status' | 'revoked_at' | 'reason' | 'not_after' | 'partition'>,
): CertificateStatus {
  const { serial, status, reason, partition } = row;
  return { serial, status, reason, partition, revokedAt: row.revoked_at, notAfter: row.not_after };
}

function block(rows: readonly { serial: string; revoked_at: number | null; reason: number | null }[]): RevokedBlock {
  const octets = rows.reduce((sum, { serial }) => sum + serial.length / 2, 0);
  const serials = Buffer.allocUnsafe(octets);
  const ends = new Uint32Array(rows.length);
  const revokedAt = new Float64Array(rows.length);
  const reasons = new Uint8Array(rows.length);
  let at = 0;
  for (const [i, row] of rows.entries()) {
    at += serials.write(row.serial, at, 'hex');
    ends[i] = at;
    revokedAt[i] = row.revoked_at ?? 0;
    reasons[i] = row.reason ?? 255;
  }
  return { count: rows.length, serials, ends, revokedAt, reasons };
}

interface StatusChanging {
  readonly action: string;
  readonly detail: object;
  readonly change: (current: CertificateRow) => StatusUpdate;
  readonly also?: Revocation['also'] | undefined;
}

/** The row is read again inside the transaction: two who revoke at once do not both succeed. */
function changeStatus(
  storage: Storage,
  actor: Actor,
  { serial, authority }: CertificateRow,
  { action, detail, change, also }: StatusChanging,
): Promise<CertificateRow> {
  return storage.transaction(async (trx: Trx) => {
    failPoint('private-ca.status');
    const [current] = await certificatesWith(trx, serial, authority);
    if (current === undefined) throw new Error('a certificate is gone, though none is ever deleted');
    const update = change(current);
    await updateStatus(trx, current.seq, update);
    await noteLack(trx, authority, [...new Set([0, current.partition])]);
    await also?.(trx);
    const facts = { ...detail, authority, subject: current.subject };
    const [before, after] = [current.status, update.status];
    await recordAudit(trx, actor, { action, object: serial, before, after, detail: facts });
    failPoint('private-ca.status-written');
    return { ...current, ...update };
  });
}

function alreadyRevoked({ serial, status, revoked_at: at }: CertificateRow): Problem {
  const since = at === null ? '' : ` since ${new Date(at).toISOString()}`;
  return new Problem({
    code: 'private-ca.already-revoked',
    status: 409,
    title: 'The certificate is revoked already.',
    detail: `${printable(serial)} is ${status === 'on-hold' ? 'on hold' : 'revoked'}${since}.`,
    hint: 'A revocation cannot be undone or changed; only a hold can be released, or turned into a revocation.',
  });
}

function notOnHold(serial: string, status: CertificateRow['status']): Problem {
  return new Problem({
    code: 'private-ca.not-on-hold',
    status: 409,
    title: 'The certificate is not on hold.',
    detail: `${printable(serial)} is ${status === 'good' ? 'good' : 'revoked for good'}.`,
    hint: 'Only a hold can be released. Issue a new certificate instead.',
  });
}
