/**
 * Step one of an upload: everything is read and checked, every fault told at once, and what passes is kept sealed for
 * a few minutes under an id that is bound to the bytes and to the state of the slot.
 */
import { randomBytes } from 'node:crypto';
import { toBase64 } from '../../../lib/bytes.ts';
import { Problem } from '../../../lib/problem.ts';
import { isoSeconds } from '../../../lib/time-text.ts';
import { usageNames } from '../../../pki/certificate/extended-key-usages.ts';
import { certificateText } from '../../../pki/text/certificate-text.ts';
import type { IdentityDeps } from '../identity.ts';
import { namesOf } from '../names-coverage.ts';
import type { Finding, UploadPreview, UploadRequest } from '../schemas.ts';
import type { Slot } from '../slots.ts';
import * as store from '../store.ts';
import { chainLinks, summaryOf } from '../view.ts';
import { type PreviewContent, sealContent } from './preview-content.ts';
import { type ReadUpload, readUpload } from './read-upload.ts';
import { type Answer, uploadChecks } from './upload-checks.ts';
import { type CollectedFacts, collectFacts } from './upload-facts.ts';

/** How long a preview can be confirmed, in milliseconds. */
const previewLifetime = 15 * 60_000;
const previewsPerSlot = 5;

interface Found {
  readonly check: string;
  readonly answer: Answer;
}

/** Checks an upload for `slot` and keeps it. Throws the Problem `File upload failed.` with every error and warning. */
export async function previewUpload(deps: IdentityDeps, slot: Slot, request: UploadRequest): Promise<UploadPreview> {
  // The slot's version is read first: what changes while the upload is checked makes the preview stale.
  const version = (await store.selectSlot(deps.storage.db, slot))?.version ?? 0;
  const read = await readUpload(request, deps.openUpload);
  try {
    return await judgeUpload(deps, slot, request, read, version);
  } finally {
    read.wipe();
  }
}

/** Drops every preview that ended, with the key it may hold. */
export async function forgetEndedPreviews(deps: Pick<IdentityDeps, 'storage' | 'clock'>): Promise<void> {
  await deps.storage.transaction((trx) => store.deleteEndedPreviews(trx, deps.clock.now()));
}

async function judgeUpload(
  deps: IdentityDeps,
  slot: Slot,
  request: UploadRequest,
  read: ReadUpload,
  version: number,
): Promise<UploadPreview> {
  const collected = await collectFacts(deps, slot, request, read);
  const found = collected === undefined ? [] : ask(collected);
  const errors = [
    ...read.errors.map((answer) => ({ check: 'readable', answer })),
    ...found.filter(({ answer }) => answer.severity === 'error'),
  ];
  const warnings = found.filter(({ answer }) => answer.severity === 'warning');
  if (collected === undefined || errors.length > 0) throw uploadFailed(errors, warnings, read.notes);

  const content = contentOf(request, read, collected, warnings);
  const id = randomBytes(16).toString('hex');
  const now = deps.clock.now();
  const key = content.keySource === 'uploaded' ? read.key?.keyObject : undefined;
  const row = {
    id,
    slot,
    digest: Buffer.from(read.digest, 'hex'),
    slot_version: version,
    content: sealContent(deps.storage.vault, id, content, key),
    created_at: now,
    expires_at: now + previewLifetime,
  };
  await deps.storage.transaction((trx) => store.insertPreview(trx, row, previewsPerSlot));
  // A key must not outlive the preview it waits in. When this process ends first, the next start does it.
  setTimeout(() => void forgetEndedPreviews(deps).catch(() => undefined), previewLifetime + 1000).unref();
  return shown(row, read, collected, content, warnings);
}

function ask({ facts }: CollectedFacts): Found[] {
  return uploadChecks.flatMap((row) => row.answer(facts).map((answer) => ({ check: row.check, answer })));
}

function contentOf(
  request: UploadRequest,
  read: ReadUpload,
  { facts, served }: CollectedFacts,
  warnings: readonly Found[],
): PreviewContent {
  return {
    leaf: toBase64(facts.leaf.der),
    chain: served.map((c) => toBase64(c.der)),
    keySource: request.reuseKey ? 'current' : read.key === undefined ? 'pending-csr' : 'uploaded',
    leafKey: facts.leafKey,
    appendable: facts.appendable.map((c) => toBase64(c.der)),
    typed: warnings.find(({ answer }) => answer.typed !== undefined)?.answer.typed ?? null,
    warnings: warnings.map(({ answer }) => answer.code),
  };
}

function shown(
  row: { readonly id: string; readonly slot: Slot; readonly slot_version: number; readonly expires_at: number },
  read: ReadUpload,
  { facts, served, notes }: CollectedFacts,
  content: PreviewContent,
  warnings: readonly Found[],
): UploadPreview {
  return {
    previewId: row.id,
    digest: read.digest,
    slot: row.slot,
    slotVersion: row.slot_version,
    expiresAt: isoSeconds(row.expires_at),
    keySource: content.keySource,
    certificate: {
      ...summaryOf(facts.leaf),
      names: namesOf(facts.leaf),
      extendedKeyUsage: usageNames(facts.leaf.extendedKeyUsage),
      text: certificateText(facts.leaf),
    },
    chain: chainLinks([facts.leaf, ...served], facts.completed.anchor),
    warnings: warnings.map(findingOf),
    notes: [...read.notes, ...notes],
    checks: uploadChecks.map(({ check, title }) => {
      const answer = warnings.filter((w) => w.check === check).map((w) => w.answer.detail);
      return { check, title, outcome: answer.length === 0 ? 'passed' : 'warning', answer };
    }),
    appendable: facts.appendable.map(summaryOf),
    typed: content.typed,
  };
}

function findingOf({ check, answer }: Found): Finding {
  const { code, detail, hint, affected = [] } = answer;
  return { code, check, detail, affected: [...affected], ...(hint === undefined ? {} : { hint }) };
}

/** All errors in one Problem; its detail is theirs, one after the other. */
function uploadFailed(errors: readonly Found[], warnings: readonly Found[], notes: readonly string[]): Problem {
  const findings = errors.map(findingOf);
  const hint = findings.find((f) => f.hint !== undefined)?.hint;
  return new Problem({
    code: 'identity.upload-failed',
    status: 422,
    title: 'File upload failed.',
    detail: findings.map((f) => f.detail).join('; '),
    ...(hint === undefined ? {} : { hint }),
    errors: findings.map(({ code, check, detail, hint: next }) => ({
      code,
      field: check,
      detail,
      ...(next === undefined ? {} : { hint: next }),
    })),
    extra: { warnings: warnings.map(findingOf), notes },
  });
}
