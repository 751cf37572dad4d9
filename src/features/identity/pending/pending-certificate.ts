/** The signed certificate that waits to be deployed: taken from a CA, shown, deployed, discarded. */

import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { toColonHex, toHex } from '../../../lib/bytes.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { Problem } from '../../../lib/problem.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { joinDer, splitChain } from '../../../pki/certificate/chain-bytes.ts';
import { completeChain } from '../../../pki/chain/complete-chain.ts';
import type { Trx } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { IdentityDeps } from '../identity.ts';
import { damageOf, openKey, versionRow } from '../key-material.ts';
import { requiredNames } from '../required-names.ts';
import { activate, existingSlot, stateText } from '../slot-state.ts';
import { type Slot, slotLabel } from '../slots.ts';
import * as store from '../store.ts';
import { peerWithKey } from '../upload/key-owners.ts';
import { type Answer, uploadChecks } from '../upload/upload-checks.ts';
import { type ChainRefusal, readSignedChain } from './signed-chain.ts';

export interface SignedCertificate {
  /** DER, the leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Of the request that it answers. */
  readonly keyId: string;
  readonly names: readonly string[];
  /** Roots that the chain may end at, besides the trusted CA list. */
  readonly roots: readonly Certificate[];
  readonly source: 'acme' | 'private-ca';
  /** Runs first in the transaction; what it throws undoes all. */
  readonly within?: (trx: Trx) => Promise<void>;
}

export interface PendingCertificate {
  readonly id: string;
  readonly leaf: Certificate;
  readonly chain: readonly Certificate[];
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface DeployOptions {
  /** The client slot gets the certificate too. */
  readonly copyAsClient?: boolean;
  readonly within?: (trx: Trx) => Promise<void>;
}

/**
 * Keeps what a CA has signed as the pending certificate; one that waited before makes way. Nothing that is served
 * changes. Throws `identity.signed-refused` (422) when it is not what was asked for, `identity.key-gone` (409).
 */
export async function acceptSigned(
  deps: IdentityDeps,
  actor: Actor,
  slot: Slot,
  signed: SignedCertificate,
): Promise<PendingCertificate> {
  const { storage, clock } = deps;
  const now = clock.now();
  const roots = [...signed.roots, ...(await deps.trustedCas.issuers())];
  const read = readSignedChain(signed.chain, { keyId: signed.keyId, names: signed.names, now, roots });
  if (!read.ok) throw refused(slot, read.error);
  const { leaf, chain } = read.value;
  return storage.transaction(async (trx) => {
    await signed.within?.(trx);
    await existingSlot(trx, slot);
    const key = await keyOf(deps, trx, slot, signed.keyId);
    const row = versionRow(
      storage.vault,
      {
        id: randomBytes(16).toString('hex'),
        slot,
        state: 'pending-acme',
        certificate: leaf.der,
        chain: joinDer(chain),
        source: signed.source,
        created_at: now,
      },
      key,
    );
    const old = await store.selectPending(trx, slot);
    if (old !== undefined) await store.deleteVersion(trx, old.id);
    await store.insertVersion(trx, row);
    await store.deleteRenewals(trx, slot);
    await store.raiseSlotVersion(trx, slot);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.pending-store',
      object: slot,
      after: leaf.der,
      detail: { fingerprint: toColonHex(fingerprint(leaf.der)), source: signed.source },
    });
    return { id: row.id, leaf, chain, source: row.source, createdAt: now };
  });
}

/** The certificate that waits; undefined when there is none, or none that could be served. */
export async function pendingOf(deps: IdentityDeps, slot: Slot): Promise<PendingCertificate | undefined> {
  await existingSlot(deps.storage.db, slot);
  const row = await store.selectPending(deps.storage.db, slot);
  if (row === undefined || damageOf(deps.storage.vault, row) !== undefined) return undefined;
  const leaf = parseCertificate(row.certificate);
  if (!leaf.ok) return undefined;
  return {
    id: row.id,
    leaf: leaf.value,
    chain: splitChain(row.chain),
    source: row.source,
    createdAt: row.created_at,
  };
}

/** What an upload of the same certificate would warn about. */
export async function pendingWarnings(deps: IdentityDeps, slot: Slot): Promise<readonly Answer[]> {
  const pending = await pendingOf(deps, slot);
  if (pending === undefined) return [];
  const { db } = deps.storage;
  const row = await store.selectPending(db, slot);
  const { leaf, chain } = pending;
  const leafKey = row?.key_id ?? '';
  const completed = completeChain(leaf, chain, await deps.trustedCas.issuers());
  const facts = {
    slot,
    now: deps.clock.now(),
    leaf,
    leafKey,
    completed,
    uploadedKey: undefined,
    keyUnread: false,
    pendingCsrKey: leafKey,
    activeKey: undefined,
    reuseKey: false,
    force: false,
    required: requiredNames(slot, await deps.settings.get()),
    clientLoaded: (await store.selectSlot(db, 'client'))?.active_id != null,
    ownerOf: () => undefined,
    zonesAffected: (await deps.zonesAffected?.(slot, leaf)) ?? [],
    purposesWithoutCrl: (await deps.purposesWithoutCrl?.(leaf, completed.chain[1] ?? completed.anchor)) ?? [],
    peerWithKey: await peerWithKey(db, leafKey),
    appendable: [],
  };
  return uploadChecks.flatMap(({ answer }) => answer(facts)).filter(({ severity }) => severity === 'warning');
}

/** The pending certificate becomes the active one, the active one the previous; a CSR with its key ends. */
export async function deployPending(
  deps: IdentityDeps,
  actor: Actor,
  slot: Slot,
  options: DeployOptions,
): Promise<void> {
  const { storage, clock } = deps;
  await storage.transaction(async (trx) => {
    await options.within?.(trx);
    const before = await existingSlot(trx, slot);
    const pending = await store.selectPending(trx, slot);
    if (pending === undefined) throw nothingPending(slot);
    const damage = damageOf(storage.vault, pending);
    if (damage !== undefined) throw pendingDamaged(slot, damage);
    const now = clock.now();
    await store.deleteVersion(trx, pending.id);
    await activate(trx, storage.vault, slot, { ...pending, state: 'active', activated_at: now });
    const note = toColonHex(fingerprint(pending.certificate));
    await store.writeKnownKey(trx, { spki_sha256: pending.key_id, what: 'certificate', slot, note, seen_at: now });
    const csr = await store.selectCsr(trx, slot, 'pending');
    if (csr !== undefined && csr.key_id === pending.key_id) await store.endCsr(trx, csr, 'last', now);
    if (options.copyAsClient === true && slot !== 'client') await copyToClient(deps, trx, pending, now);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.deploy-pending',
      object: slot,
      before: stateText(before),
      after: stateText(await store.selectSlot(trx, slot)),
      detail: { fingerprint: note, source: pending.source, copiedAsClient: options.copyAsClient === true },
    });
  });
}

/** Throws the certificate that waits away, with its key unless a pending CSR has it too. */
export async function discardPending(deps: IdentityDeps, actor: Actor, slot: Slot): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    await existingSlot(trx, slot);
    const pending = await store.selectPending(trx, slot);
    if (pending === undefined) throw nothingPending(slot);
    await store.deleteVersion(trx, pending.id);
    await store.raiseSlotVersion(trx, slot);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.pending-discard',
      object: slot,
      before: pending.certificate,
      detail: { fingerprint: toHex(fingerprint(pending.certificate)) },
    });
  });
}

/** Throws `identity.nothing-pending` (404). */
function nothingPending(slot: Slot): Problem {
  return new Problem({
    code: 'identity.nothing-pending',
    status: 404,
    title: 'No certificate waits to be deployed.',
    detail: `${slotLabel(slot)}: nothing was signed since the last deployment.`,
    hint: 'Sign the CSR first.',
  });
}

/** The key of a request: of the renewal, else of the pending CSR, else the one that is kept. */
async function keyOf(deps: IdentityDeps, trx: Trx, slot: Slot, key: string) {
  const { vault } = deps.storage;
  const renewal = await store.selectRenewal(trx, slot);
  if (renewal?.key_id === key) return openKey(vault, renewal.id, renewal.sealed_key);
  const csr = await store.selectCsr(trx, slot, 'pending');
  if (csr?.key_id === key && csr.sealed_key !== null) return openKey(vault, csr.id, csr.sealed_key);
  const row = await store.selectSlot(trx, slot);
  const active = await store.selectVersion(trx, row?.active_id);
  if (active?.key_id === key) return openKey(vault, active.id, active.sealed_key);
  throw new Problem({
    code: 'identity.key-gone',
    status: 409,
    title: 'The key of the request is gone.',
    detail: `${slotLabel(slot)}: the CSR was discarded while a CA was signing it. What is served has not changed.`,
    hint: 'Sign again: a new request is made.',
  });
}

async function copyToClient(deps: IdentityDeps, trx: Trx, pending: store.VersionRow, now: number): Promise<void> {
  const { vault } = deps.storage;
  const { certificate, chain, source } = pending;
  const id = randomBytes(16).toString('hex');
  const key = openKey(vault, pending.id, pending.sealed_key);
  const copy = { id, slot: 'client', state: 'active', certificate, chain, source, created_at: now } as const;
  await activate(trx, vault, 'client', versionRow(vault, copy, key));
}

function refused(slot: Slot, { code, detail }: ChainRefusal): Problem {
  return new Problem({
    code: 'identity.signed-refused',
    status: 422,
    title: 'The certificate of the CA is not taken.',
    detail: `${slotLabel(slot)}: ${detail} What is served has not changed.`,
    hint:
      code === 'no-root'
        ? 'Append the root and the intermediates of the CA to the trusted CA list, then sign again.'
        : 'See what the CA says; it is not asked again at once.',
    extra: { refusal: code },
  });
}

function pendingDamaged(slot: Slot, damage: string): Problem {
  return new Problem({
    code: 'identity.pending-damaged',
    status: 409,
    title: 'The certificate that waits cannot be served.',
    detail: `${slotLabel(slot)}: ${damage}. The active certificate stays.`,
    hint: 'Discard it and sign again.',
  });
}
