/** Taking rows off the list: deletion, reset to the default list, and putting back within a day. */

import type { Actor } from '../../lib/actor.ts';
import { toHex } from '../../lib/bytes.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { parseCertificate, fingerprint as sha256 } from '../../pki/certificate/certificate.ts';
import { parseCrl } from '../../pki/crl/crl.ts';
import { recordAudit } from '../audit/audit.ts';
import { addPlanned, digestOf, objectOf, takeOut, undoTime } from './change.ts';
import { breakages, issuersOf } from './impact.ts';
import type { JudgedFile, JudgedMember } from './judge-file.ts';
import { deleteAllConfirmation } from './limits.ts';
import { type AppendPlan, planAppend } from './plan-append.ts';
import { appendProblem, confirmationNeeded, unknownRemoval, unknownRows } from './problems.ts';
import { labelOf, listRows } from './rows.ts';
import { defaultCertificates } from './seed.ts';
import type { ListState } from './state.ts';
import { forgetRemoval, markSource, type RemovedRow, readCas, readCrls, readRemoved, type StoredCa } from './store.ts';
import type { Removal, RemovalReport, TrustedCa, TrustedCaWork } from './trusted-ca.ts';

/** What `removeRows` would do. */
export async function previewRemoval(work: TrustedCaWork, rows: readonly string[] | 'all'): Promise<RemovalReport> {
  const state = await work.loader.load(work.storage.db);
  const gone = chosen(state, rows);
  return report(work, state, without(state, gone), undefined);
}

/** Deletes rows; refuses to take the last certificate without the typed confirmation. */
export async function removeRows(
  work: TrustedCaWork,
  actor: Actor,
  rows: readonly string[] | 'all',
  confirmation: string | undefined,
): Promise<RemovalReport> {
  const { state, gone, removalId } = await work.storage.transaction(async (trx) => {
    const before = await work.loader.load(trx);
    const [cas, crls] = [await readCas(trx), await readCrls(trx)];
    const all = rows === 'all' ? [...cas.map((row) => row.fingerprint), ...crls.map((row) => row.id)] : rows;
    const known = new Set([...cas.map((row) => row.fingerprint), ...crls.map((row) => row.id)]);
    const unknown = all.filter((fingerprint) => !known.has(fingerprint));
    if (unknown.length > 0) throw unknownRows(unknown);
    const wanted = new Set(all);
    const taken = {
      cas: cas.filter((row) => wanted.has(row.fingerprint)),
      crls: crls.filter((row) => wanted.has(row.id)),
    };
    if (taken.cas.length > 0 && taken.cas.length === cas.length && confirmation !== deleteAllConfirmation) {
      throw confirmationNeeded();
    }
    const id = await takeOut(trx, actor, taken, work.clock.now());
    await recordAudit(trx, actor, {
      action: 'trusted-ca.remove',
      object: objectOf(all),
      before: digestOf(before),
      detail: { fingerprints: all.slice(0, 20), removed: all.length, removalId: id },
    });
    return { state: before, gone: wanted, removalId: id };
  });
  return report(work, state, without(state, gone), removalId);
}

/** What `resetList` would do and break. */
export async function previewDefaults(work: TrustedCaWork): Promise<RemovalReport> {
  const state = await work.loader.load(work.storage.db);
  const { after } = await planReset(work, state);
  return report(work, state, after, undefined);
}

/** Makes the list the default one; what it takes out can be put back. */
export async function resetList(work: TrustedCaWork, actor: Actor): Promise<RemovalReport> {
  const { before, after, removalId } = await work.storage.transaction(async (trx) => {
    const state = await work.loader.load(trx);
    const plan = await planReset(work, state, trx);
    const [cas, crls] = [await readCas(trx), await readCrls(trx)];
    const gone = { cas: cas.filter((row) => !plan.keep.has(row.fingerprint)), crls };
    const id = gone.cas.length + gone.crls.length > 0 ? await takeOut(trx, actor, gone, work.clock.now()) : undefined;
    const kept = cas.filter((row) => plan.keep.has(row.fingerprint) && row.source === 'appended');
    await markSource(
      trx,
      kept.map((row) => row.fingerprint),
      'default',
    );
    failPoint('trusted-ca.reset');
    const options = { source: 'default', now: work.clock.now(), action: 'trusted-ca.reset' } as const;
    await addPlanned(trx, actor, plan.add, plan.kept, options);
    if (plan.temporary !== undefined) await markSource(trx, [plan.temporary], 'temporary');
    return { before: state, after: await work.loader.load(trx), removalId: id };
  });
  return report(work, before, after, removalId);
}

/** Deletions since `since`, newest first. */
export async function listRemovals(work: TrustedCaWork, since: number): Promise<readonly Removal[]> {
  const removed = Map.groupBy(await readRemoved(work.storage.db, since), (row) => row.removal_id);
  return [...removed].map(([id, rows]) => ({
    id,
    removedAt: rows[0]?.removed_at ?? 0,
    removedBy: rows[0]?.removed_by ?? '',
    undoUntil: (rows[0]?.removed_at ?? 0) + undoTime,
    rows: rows.map((row) => ({ fingerprint: row.fingerprint, type: row.type, label: removedLabel(row) })),
  }));
}

/** Puts back the rows of a deletion that are not on the list meanwhile. */
export async function undoRemoval(work: TrustedCaWork, actor: Actor, removalId: string): Promise<readonly TrustedCa[]> {
  const { restored, state } = await work.storage.transaction(async (trx) => {
    const since = work.clock.now() - undoTime;
    const rows = (await readRemoved(trx, since)).filter((row) => row.removal_id === removalId);
    if (rows.length === 0) throw unknownRemoval(removalId);
    const before = await work.loader.load(trx);
    const file = judgedAgain(rows);
    const plan = planAppend(file, before, 'undo', work.clock.now());
    const problem = appendProblem(plan.report, true);
    if (problem !== undefined) throw problem;
    const options = { source: 'appended', now: work.clock.now(), action: 'trusted-ca.undo' } as const;
    await addPlanned(trx, actor, plan, before, options);
    for (const source of ['default', 'temporary'] as const) {
      const fingerprints = rows.filter((row) => row.source === source).map((row) => row.fingerprint);
      await markSource(trx, fingerprints, source);
    }
    await forgetRemoval(trx, removalId);
    failPoint('trusted-ca.undo');
    const back = [...plan.certificates.map((one) => one.hash), ...plan.crls.map((one) => one.member.fingerprint)];
    return { restored: new Set(back), state: await work.loader.load(trx) };
  });
  const all = listRows(state, await work.users(), work.clock.now());
  return all.filter((row) => restored.has(row.fingerprint));
}

function chosen(state: ListState, rows: readonly string[] | 'all'): ReadonlySet<string> {
  const known = [
    ...state.cas.map(({ row }) => row.fingerprint),
    ...state.crls.map(({ row }) => row.id),
    ...state.damaged,
  ];
  if (rows === 'all') return new Set(known);
  const unknown = rows.filter((fingerprint) => !known.includes(fingerprint));
  if (unknown.length > 0) throw unknownRows(unknown);
  return new Set(rows);
}

function without(state: ListState, gone: ReadonlySet<string>): ListState {
  return {
    cas: state.cas.filter(({ row }) => !gone.has(row.fingerprint)),
    crls: state.crls.filter(({ row }) => !gone.has(row.id)),
    damaged: state.damaged.filter((fingerprint) => !gone.has(fingerprint)),
  };
}

async function report(
  work: TrustedCaWork,
  before: ListState,
  after: ListState,
  removalId: string | undefined,
): Promise<RemovalReport> {
  const users = await work.users();
  const now = work.clock.now();
  const has = (state: ListState): ReadonlySet<string> =>
    new Set([...state.cas.map(({ row }) => row.fingerprint), ...state.crls.map(({ row }) => row.id)]);
  const [old, left] = [has(before), has(after)];
  return {
    removalId,
    removed: listRows(before, users, now).filter((row) => !left.has(row.fingerprint)),
    restored: listRows(after, users, now).filter((row) => !old.has(row.fingerprint)),
    breaks: breakages(users, issuersOf(before.cas), issuersOf(after.cas)),
    total: after.cas.length,
    confirmation:
      removalId === undefined && before.cas.length > 0 && after.cas.length === 0 ? deleteAllConfirmation : undefined,
  };
}

interface ResetPlan {
  /** Default members, by fingerprint. */
  readonly keep: ReadonlySet<string>;
  readonly kept: ListState;
  readonly add: AppendPlan;
  readonly after: ListState;
  readonly temporary: string | undefined;
}

async function planReset(work: TrustedCaWork, state: ListState, db = work.storage.db): Promise<ResetPlan> {
  const { certificates, temporary } = await defaultCertificates(work, db);
  const judged = certificates.map((certificate) => ({
    kind: 'certificate' as const,
    certificate,
    hash: toHex(sha256(certificate.der)),
    judgement: { verdict: 'added' as const },
  }));
  const keep = new Set(judged.map(({ hash }) => hash));
  const now = work.clock.now();
  const kept: ListState = { cas: state.cas.filter(({ row }) => keep.has(row.fingerprint)), crls: [], damaged: [] };
  const add = planAppend({ members: judged, notes: [] }, kept, 'default list', now);
  const added = add.certificates.map(({ certificate, hash }, index) => ({
    certificate,
    row: { ...emptyRow, fingerprint: hash, der: certificate.der, position: 1_000_000 + index, added_at: now },
  }));
  return { keep, kept, add, temporary, after: { cas: [...kept.cas, ...added], crls: [], damaged: [] } };
}

const emptyRow: StoredCa = {
  fingerprint: '',
  der: new Uint8Array(),
  subject: '',
  issuer: '',
  not_before: 0,
  not_after: 0,
  source: 'default',
  pinned: 0,
  position: 0,
  added_at: 0,
};

/** Rows that were on the list before were judged then; what cannot be read any more stays out. */
function judgedAgain(rows: readonly RemovedRow[]): JudgedFile {
  const members = rows.flatMap((row): JudgedMember[] => {
    if (row.type === 'crl') {
      const crl = parseCrl(row.der);
      return crl.ok ? [{ kind: 'crl', crl: crl.value }] : [];
    }
    const certificate = parseCertificate(row.der);
    if (!certificate.ok) return [];
    const verdict = row.pinned === 0 ? 'added' : 'pinned';
    return [{ kind: 'certificate', certificate: certificate.value, hash: row.fingerprint, judgement: { verdict } }];
  });
  return { members, notes: [] };
}

function removedLabel(row: RemovedRow): string {
  if (row.type === 'crl') {
    const crl = parseCrl(row.der);
    return crl.ok ? `CRL of ${labelOf(crl.value.issuer)}` : row.fingerprint;
  }
  const certificate = parseCertificate(row.der);
  return certificate.ok ? labelOf(certificate.value.subject) : row.fingerprint;
}
