/** The request of a renewal: the one that is pending, else one made anew from the last, its key stored before anybody sees it. */

import { type KeyObject, randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { publicKeyInfoOf } from '../../../pki/certificate/build.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { type CertificationRequest, parseCsr } from '../../../pki/csr/csr.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import type { Trx } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import { csrDefaults } from '../csr/csr-defaults.ts';
import { type CsrPlan, planCsr } from '../csr/csr-form.ts';
import { csrInvalid, requestDer } from '../csr/csr-lifecycle.ts';
import type { IdentityDeps } from '../identity.ts';
import { keyId, openKey, sealKey } from '../key-material.ts';
import { dnsNamesOf, namesOf } from '../names-coverage.ts';
import { existingSlot } from '../slot-state.ts';
import type { Slot } from '../slots.ts';
import * as store from '../store.ts';

export interface RenewalRequest {
  /** DER. */
  readonly csr: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  readonly keyId: string;
  /** Lower-case DNS names, the common name among them. */
  readonly names: readonly string[];
  /** What the request holds that CAs reached by ACME drop, in words. */
  readonly dropped: readonly string[];
}

export interface RenewalOptions {
  /** Whether a request made anew keeps the key of the active certificate. */
  readonly key: 'retain' | 'rotate';
  /** Runs first in the transaction; what it throws undoes all. */
  readonly within?: (trx: Trx) => Promise<void>;
}

/** A key made for a request that nobody has signed within this time is destroyed. */
export const renewalLifetime = 20 * 3_600_000;

/**
 * The pending CSR of the slot; else the request of an earlier attempt, while it is fresh; else a new one of the same
 * content as the last. Throws `identity.csr-invalid` (422) when the settings allow none.
 */
export async function csrForRenewal(
  deps: IdentityDeps,
  actor: Actor,
  slot: Slot,
  options: RenewalOptions,
): Promise<RenewalRequest> {
  const { storage, clock } = deps;
  const plan = planCsr(slot, await renewalForm(deps, slot), await deps.settings.get());
  const pending = await store.selectCsr(storage.db, slot, 'pending');
  if (pending === undefined && plan.errors.length > 0) throw csrInvalid(plan);
  const retains = options.key === 'retain' && (await ownKeyHeld(deps, slot));
  // looked at before: a key of its own for each call would be made for nothing, and RSA keys take long
  const before = pending === undefined && !retains ? await store.selectRenewal(storage.db, slot) : undefined;
  const reused = before !== undefined && isFresh(before, clock.now()) && asksFor(before, plan) ? before.id : undefined;
  const fresh = pending === undefined && !retains && reused === undefined ? await generateKey(plan.key) : undefined;
  const made = await storage.transaction(async (trx) => {
    await options.within?.(trx);
    const row = await existingSlot(trx, slot);
    const waiting = await store.selectCsr(trx, slot, 'pending');
    if (waiting?.sealed_key != null) return viewOf(waiting.der, waiting.key_id);
    const now = clock.now();
    const active = await store.selectVersion(trx, row.active_id);
    const earlier = await store.selectRenewal(trx, slot);
    if (reused !== undefined) return earlier?.id === reused ? viewOf(earlier.der, earlier.key_id) : undefined;
    const key: KeyObject =
      fresh?.privateKey ??
      (active === undefined ? undefined : openKey(storage.vault, active.id, active.sealed_key)) ??
      missingKey();
    const id = randomBytes(16).toString('hex');
    const der = requestDer(plan, key);
    const renewal = { id, slot, der, key_id: keyId(publicKeyInfoOf(key)), created_at: now };
    if (earlier !== undefined && isFresh(earlier, now) && asksFor(earlier, plan)) {
      // with a kept key for the same key
      if (!retains || earlier.key_id === renewal.key_id) return viewOf(earlier.der, earlier.key_id);
    }
    await store.deleteRenewals(trx, slot);
    await store.insertRenewal(trx, { ...renewal, sealed_key: sealKey(storage.vault, id, key) });
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.renewal-request',
      object: slot,
      after: der,
      detail: { key: retains ? 'retain' : plan.key, names: plan.names.length },
    });
    return viewOf(der, renewal.key_id);
  });
  // it was taken away in between
  return made ?? csrForRenewal(deps, actor, slot, options);
}

function isFresh({ created_at: at }: store.RenewalRow, now: number): boolean {
  return now - at < renewalLifetime;
}

/** An earlier request asks for the names that are needed now. */
function asksFor({ der }: store.RenewalRow, { subject, names }: CsrPlan): boolean {
  const common = subject.filter(({ type }) => type === 'CN').map(({ value }) => value.toLowerCase());
  const alternative = names.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toLowerCase());
  return viewOf(der, '').names.join() === [...new Set([...common, ...alternative])].join();
}

/** The form of the last request with all names that are needed now. */
async function renewalForm(deps: IdentityDeps, slot: Slot) {
  const { form } = await csrDefaults(deps, slot);
  const { commonName, ...rest } = form;
  return commonName === '' || commonName === undefined ? rest : form;
}

/** A temporary certificate's key was never meant to last. */
async function ownKeyHeld(deps: IdentityDeps, slot: Slot): Promise<boolean> {
  const row = await existingSlot(deps.storage.db, slot);
  const active = await store.selectVersion(deps.storage.db, row.active_id);
  return active !== undefined && active.source !== 'temporary' && parseCertificate(active.certificate).ok;
}

function viewOf(der: Uint8Array, key: string): RenewalRequest {
  const parsed = parseCsr(der);
  if (!parsed.ok) throw new Error(`the stored request cannot be read: ${parsed.error.message}`);
  const csr = parsed.value;
  const names = new Set([...commonNames(csr.subject).map((name) => name.toLowerCase()), ...dnsNamesOf(csr)]);
  return { csr: der, keyId: key, names: [...names], dropped: droppedOf(csr) };
}

/** Public CAs take DNS names and nothing else of what a request says. */
function droppedOf(csr: CertificationRequest): string[] {
  const attributes = csr.subject.rdns.flat().filter(({ oid }) => oid !== '2.5.4.3');
  const others = namesOf(csr).filter(({ kind }) => kind !== 'dns');
  return [...attributes.map(({ oid }) => attributeNames[oid] ?? oid), ...others.map(({ text }) => text)];
}

const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.6': 'country',
  '2.5.4.7': 'locality',
  '2.5.4.8': 'state',
  '2.5.4.10': 'organization',
  '2.5.4.11': 'organizational unit',
  '1.2.840.113549.1.9.1': 'e-mail',
};

function missingKey(): never {
  throw new Error('there is neither a key to keep nor a new one');
}
