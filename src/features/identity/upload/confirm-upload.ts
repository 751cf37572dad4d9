/** Step two of an upload: what was previewed becomes the active certificate, in one transaction. */

import { type KeyObject, randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { toColonHex, toHex } from '../../../lib/bytes.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { Trx } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { IdentityDeps } from '../identity.ts';
import { openKey, versionRow } from '../key-material.ts';
import type { UploadConfirmation } from '../schemas.ts';
import { activate, existingSlot, stateText } from '../slot-state.ts';
import type { Slot } from '../slots.ts';
import * as store from '../store.ts';
import { openContent, type PreviewContent } from './preview-content.ts';

/**
 * Stores the previewed certificate. Throws, with nothing changed: `identity.no-preview` (404), `identity.preview-ended`
 * (410), `identity.preview-stale` (409) when the upload or the slot is no longer what was shown,
 * `identity.not-confirmed` (422) when something must be typed.
 */
export async function confirmUpload(
  deps: IdentityDeps,
  actor: Actor,
  slot: Slot,
  previewId: string,
  confirmation: UploadConfirmation,
): Promise<void> {
  const { storage, clock } = deps;
  await storage.transaction(async (trx) => {
    const now = clock.now();
    const preview = await goodPreview(trx, slot, previewId, confirmation, now);
    const before = await existingSlot(trx, slot);
    if (before.version !== preview.slot_version) throw stale('The certificate or the CSR was changed meanwhile.');
    const { content, key: uploaded } = openContent(storage.vault, preview.id, preview.content);
    if (content.typed !== null && confirmation.typed?.trim().toLowerCase() !== content.typed) {
      throw notConfirmed(content.typed);
    }
    const csr = await store.selectCsr(trx, slot, 'pending');
    const key = uploaded ?? (await heldKey(deps, trx, content, csr, before));
    const version = versionRow(
      storage.vault,
      {
        id: randomBytes(16).toString('hex'),
        slot,
        state: 'active',
        certificate: Buffer.from(content.leaf, 'base64'),
        chain: Buffer.concat(content.chain.map((c) => Buffer.from(c, 'base64'))),
        source: sources[content.keySource],
        created_at: now,
      },
      key,
    );
    await activate(trx, storage.vault, slot, version);
    const note = toColonHex(fingerprint(version.certificate, 'sha256'));
    await store.writeKnownKey(trx, { spki_sha256: version.key_id, what: 'certificate', slot, note, seen_at: now });
    if (csr !== undefined && csr.key_id === version.key_id) await store.endCsr(trx, csr, 'last', now);
    await store.deletePreview(trx, preview.id);
    const appended = confirmation.appendIssuer ? certificatesOf(content.appendable) : [];
    if (appended.length > 0) await deps.trustedCas.addWithin(trx, actor, appended);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.upload',
      object: slot,
      before: stateText(before),
      after: stateText(await store.selectSlot(trx, slot)),
      detail: {
        fingerprint: note,
        key: content.keySource,
        warnings: content.warnings,
        appended: appended.map((c) => toHex(fingerprint(c.der, 'sha256'))),
        ...(content.typed === null ? {} : { forced: true }),
      },
    });
  });
}

const sources = { uploaded: 'upload', 'pending-csr': 'csr', current: 'reused-key' } as const;

async function goodPreview(
  trx: Trx,
  slot: Slot,
  id: string,
  confirmation: UploadConfirmation,
  now: number,
): Promise<store.PreviewRow> {
  const preview = await store.selectPreview(trx, id);
  if (preview === undefined || preview.slot !== slot) {
    throw new Problem({
      code: 'identity.no-preview',
      status: 404,
      title: 'There is no such preview.',
      detail: `The preview ${printable(id, 64)} does not exist here; it may have been confirmed already.`,
      hint: again,
    });
  }
  if (now >= preview.expires_at) {
    throw new Problem({
      code: 'identity.preview-ended',
      status: 410,
      title: 'The preview has ended.',
      detail: 'It can be confirmed for 15 minutes. Nothing was changed.',
      hint: again,
    });
  }
  if (confirmation.digest !== undefined && confirmation.digest !== toHex(preview.digest)) {
    throw stale('The upload is not the one that was previewed.');
  }
  return preview;
}

const again = 'Upload the files again and look at the new preview.';

function stale(detail: string): Problem {
  return new Problem({
    code: 'identity.preview-stale',
    status: 409,
    title: 'What was previewed is no longer true.',
    detail: `${detail} Nothing was changed by this confirmation.`,
    hint: again,
  });
}

function notConfirmed(typed: string): Problem {
  return new Problem({
    code: 'identity.not-confirmed',
    status: 422,
    title: 'The confirmation is missing.',
    detail: 'The certificate has expired, and clients will refuse it. Nothing was changed.',
    hint: `Type "${typed}" to have it served all the same.`,
    extra: { typed },
  });
}

/** The key of the pending request or of the active certificate, whichever the preview was made for. */
async function heldKey(
  deps: IdentityDeps,
  trx: Trx,
  content: PreviewContent,
  csr: store.CsrRow | undefined,
  slot: store.SlotRow,
): Promise<KeyObject> {
  const { vault } = deps.storage;
  if (content.keySource === 'pending-csr') {
    if (csr?.sealed_key == null || csr.key_id !== content.leafKey) throw stale('The pending CSR is another one.');
    return openKey(vault, csr.id, csr.sealed_key);
  }
  const active = await store.selectVersion(trx, slot.active_id);
  if (active === undefined || active.key_id !== content.leafKey) throw stale('The current key is another one.');
  return openKey(vault, active.id, active.sealed_key);
}

function certificatesOf(list: readonly string[]): Certificate[] {
  return list.flatMap((text) => {
    const parsed = parseCertificate(Buffer.from(text, 'base64'));
    return parsed.ok ? [parsed.value] : [];
  });
}
