/** The changes of the trusted CA list inside a transaction: rows in, rows out, one audit row each. */
import { createHash, randomBytes } from 'node:crypto';
import type { Actor } from '../../lib/actor.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { toRfc4514 } from '../../pki/name/distinguished-name.ts';
import type { Trx } from '../../storage/schema.ts';
import { recordAudit } from '../audit/audit.ts';
import type { AppendPlan } from './plan-append.ts';
import { crlNumberText } from './plan-crls.ts';
import type { ListState } from './state.ts';
import {
  deleteCas,
  deleteCrls,
  forgetRemovedBefore,
  insertCas,
  insertCrls,
  keepRemoved,
  type StoredCa,
  type StoredCrl,
} from './store.ts';
import type { CaSource } from './trusted-ca.ts';

/** How long a deletion can be undone. */
export const undoTime = 24 * 3_600_000;

/** Adds what a plan took. `source` tells where the certificates come from. */
export async function addPlanned(
  trx: Trx,
  actor: Actor,
  plan: AppendPlan,
  state: ListState,
  options: { readonly source: CaSource; readonly now: number; readonly action: string },
): Promise<void> {
  await insertCas(trx, storedCas(plan, state, options.source, options.now));
  failPoint('trusted-ca.append');
  await deleteCrls(
    trx,
    plan.crls.flatMap((crl) => [...crl.supersedes]),
  );
  await insertCrls(
    trx,
    plan.crls.map((one) => ({
      id: one.member.fingerprint,
      issuer_key: one.series,
      der: one.crl.der,
      number: crlNumberText(one.crl) ?? null,
      this_update: one.crl.thisUpdate,
      next_update: one.crl.nextUpdate ?? null,
      added_at: options.now,
    })),
  );
  const { report } = plan;
  const added = [...plan.certificates.map((one) => one.hash), ...plan.crls.map((one) => one.member.fingerprint)];
  await recordAudit(trx, actor, {
    action: options.action,
    object: objectOf(added),
    before: digestOf(state),
    detail: {
      file: report.fileName,
      fingerprints: added.slice(0, 20),
      added: report.added,
      crls: report.crls,
      duplicates: report.duplicates,
      refused: report.refused,
      total: report.total,
    },
  });
}

/** Takes rows out and keeps them for `undoTime`; returns the id of the deletion. */
export async function takeOut(
  trx: Trx,
  actor: Actor,
  rows: { readonly cas: readonly StoredCa[]; readonly crls: readonly StoredCrl[] },
  now: number,
): Promise<string> {
  const removalId = randomBytes(16).toString('hex');
  const common = { removal_id: removalId, removed_at: now, removed_by: actor.name };
  await forgetRemovedBefore(trx, now - undoTime);
  await keepRemoved(trx, [
    ...rows.cas.map(({ fingerprint, der, source, pinned, position, added_at }) => ({
      ...common,
      fingerprint,
      der,
      source,
      pinned,
      position,
      added_at,
      type: 'certificate' as const,
    })),
    ...rows.crls.map(({ id, der, added_at }) => ({
      ...common,
      fingerprint: id,
      der,
      added_at,
      source: 'appended' as const,
      pinned: 0,
      position: 0,
      type: 'crl' as const,
    })),
  ]);
  failPoint('trusted-ca.remove');
  await deleteCas(
    trx,
    rows.cas.map((row) => row.fingerprint),
  );
  await deleteCrls(
    trx,
    rows.crls.map((row) => row.id),
  );
  return removalId;
}

/** SHA-256 over the fingerprints of the list, in its order. */
export function digestOf(state: ListState): string {
  const hash = createHash('sha256');
  for (const { row } of state.cas) hash.update(row.fingerprint);
  for (const { row } of state.crls) hash.update(row.id);
  return hash.digest('hex');
}

/** What an audit row names: the one fingerprint, or how many. */
export function objectOf(fingerprints: readonly string[]): string {
  return fingerprints.length === 1 ? (fingerprints[0] ?? '') : `${fingerprints.length} rows`;
}

function storedCas(plan: AppendPlan, state: ListState, source: CaSource, now: number): readonly StoredCa[] {
  const last = state.cas.reduce((max, { row }) => Math.max(max, row.position), 0);
  return plan.certificates.map(({ certificate, hash, pinned }, index) => ({
    fingerprint: hash,
    der: certificate.der,
    subject: toRfc4514(certificate.subject),
    issuer: toRfc4514(certificate.issuer),
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
    source,
    pinned: pinned ? 1 : 0,
    position: last + index + 1,
    added_at: now,
  }));
}
