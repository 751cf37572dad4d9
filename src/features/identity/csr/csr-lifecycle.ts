/** Certificate signing requests from the form to their end: preview, generate, show, discard. */
import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { Problem } from '../../../lib/problem.ts';
import { publicKeyInfoOf } from '../../../pki/certificate/build.ts';
import { usageNames } from '../../../pki/certificate/extended-key-usages.ts';
import type { KeyUsage } from '../../../pki/certificate/extension/key-usage.ts';
import { buildCsr } from '../../../pki/csr/build.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import { encodePem } from '../../../pki/pem.ts';
import { csrText } from '../../../pki/text/csr-text.ts';
import type { Db, Trx } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { IdentityDeps } from '../identity.ts';
import { keyId, openKey, sealKey } from '../key-material.ts';
import { namesOf } from '../names-coverage.ts';
import type { CsrForm, CsrPreview, CsrView, Name } from '../schemas.ts';
import { existingSlot } from '../slot-state.ts';
import { domainOf, type Slot, slotLabel } from '../slots.ts';
import * as store from '../store.ts';
import { csrSummaryOf, readCsr } from '../view.ts';
import { caCommands } from './ca-commands.ts';
import { type CsrPlan, planCsr, sanNames } from './csr-form.ts';

/** The final list of names, the reminders and the faults of a request. Changes nothing. */
export async function previewCsr(deps: IdentityDeps, slot: Slot, form: CsrForm): Promise<CsrPreview> {
  await existingSlot(deps.storage.db, slot);
  const settings = await deps.settings.get();
  const plan = planCsr(slot, form, settings);
  return {
    subject: plan.subject.map(({ type, value }) => `${type} = ${value}`).join(', '),
    names: plan.names.map(({ kind, value, reason }) => ({ kind, value, reason, text: nameText(kind, value) })),
    key: plan.reuseKey ? 'current' : plan.key,
    digest: plan.digest,
    extendedKeyUsage: [...plan.extendedKeyUsage],
    chatNodeAliases: domainOf(slot) === undefined ? settings.unifiedCommunications.chatNodeAliases.join(', ') : '',
    reminders: [...plan.reminders],
    errors: [...plan.errors],
  };
}

/**
 * Makes a key, unless the current one is kept, and a request signed by it. Throws `identity.csr-pending` (409),
 * `identity.csr-invalid` (422) with every field at fault, `identity.no-current-key` (409).
 */
export async function generateCsr(deps: IdentityDeps, actor: Actor, slot: Slot, form: CsrForm): Promise<CsrView> {
  const { storage, clock } = deps;
  await existingSlot(storage.db, slot);
  if ((await store.selectCsr(storage.db, slot, 'pending')) !== undefined) throw csrPending(slot);
  const plan = planCsr(slot, form, await deps.settings.get());
  if (plan.errors.length > 0) throw csrInvalid(plan);
  const fresh = plan.reuseKey ? undefined : (await generateKey(plan.key)).privateKey;
  await storage.transaction(async (trx) => {
    const row = await existingSlot(trx, slot);
    if ((await store.selectCsr(trx, slot, 'pending')) !== undefined) throw csrPending(slot);
    const key = fresh ?? (await currentKey(deps, trx, row));
    const now = clock.now();
    const id = randomBytes(16).toString('hex');
    const der = requestDer(plan, key);
    await store.insertCsr(trx, {
      id,
      slot,
      state: 'pending',
      der,
      sealed_key: sealKey(storage.vault, id, key),
      key_id: keyId(publicKeyInfoOf(key)),
      form: JSON.stringify(form),
      created_at: now,
      ended_at: null,
    });
    await store.raiseSlotVersion(trx, slot);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.csr-generate',
      object: slot,
      after: der,
      detail: { key: plan.reuseKey ? 'current' : plan.key, digest: plan.digest, names: plan.names.length },
    });
  });
  return csrView(deps, slot);
}

/** The pending request, else the last one. Throws `identity.no-csr` (404). */
export async function csrView(deps: IdentityDeps, slot: Slot): Promise<CsrView> {
  const row = await shownCsr(deps.storage.db, slot);
  const summary = csrSummaryOf(row);
  if (summary === null) throw noCsr(slot);
  const csr = readCsr(row);
  const usages = usageNames(csr.extendedKeyUsage);
  const names = namesOf(csr);
  return {
    ...summary,
    slot,
    pem: encodePem('CERTIFICATE REQUEST', row.der),
    text: csrText(csr),
    extendedKeyUsage: usages,
    commands: caCommands(usages.includes('clientAuth')),
    reminders: names.length < 2 ? [] : [multiDomain(names)],
  };
}

/** The bytes of the request that `csrView` shows. */
export async function csrDer(deps: IdentityDeps, slot: Slot): Promise<Uint8Array> {
  return (await shownCsr(deps.storage.db, slot)).der;
}

/** Ends the pending request and destroys its key; a certificate that uses the same key keeps it. */
export async function discardCsr(deps: IdentityDeps, actor: Actor, slot: Slot): Promise<void> {
  const { storage, clock } = deps;
  await storage.transaction(async (trx) => {
    await existingSlot(trx, slot);
    const csr = await store.selectCsr(trx, slot, 'pending');
    if (csr === undefined) throw noCsr(slot);
    const now = clock.now();
    await store.endCsr(trx, csr, 'discarded', now);
    const held = await store.selectHeldByKey(trx, csr.key_id);
    if (held.length === 0) {
      const known = { spki_sha256: csr.key_id, what: 'discarded-csr', slot, note: '', seen_at: now };
      await store.writeKnownKey(trx, known);
    }
    await store.raiseSlotVersion(trx, slot);
    failPoint('identity.audit');
    await recordAudit(trx, actor, {
      action: 'identity.csr-discard',
      object: slot,
      before: csr.der,
      detail: { keyDestroyed: held.length === 0 },
    });
  });
}

async function shownCsr(db: Db, slot: Slot): Promise<store.CsrRow> {
  await existingSlot(db, slot);
  const row = (await store.selectCsr(db, slot, 'pending')) ?? (await store.selectCsr(db, slot, 'last'));
  if (row === undefined) throw noCsr(slot);
  return row;
}

async function currentKey(deps: IdentityDeps, trx: Trx, row: store.SlotRow): Promise<KeyObject> {
  const active = await store.selectVersion(trx, row.active_id);
  if (active === undefined) throw noCurrentKey(row.slot as Slot);
  return openKey(deps.storage.vault, active.id, active.sealed_key);
}

/** The request of a plan, signed by `key`; DER. */
export function requestDer(plan: CsrPlan, key: KeyObject): Uint8Array {
  // RFC 5246 7.4.2: RSA key transport of old clients needs keyEncipherment; other kinds of keys only sign.
  const rsa = createPublicKey(key).asymmetricKeyType === 'rsa';
  const keyUsage: KeyUsage[] = rsa ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
  const { subject, extendedKeyUsage, digest } = plan;
  return buildCsr({ subject, names: sanNames(plan.names), extendedKeyUsage, keyUsage, digest, key });
}

function nameText(kind: string, value: string): string {
  if (kind === 'srv') return `othername: SRVName::${value}`;
  return kind === 'xmpp' ? `othername: XmppAddr::${value}` : `DNS:${value}`;
}

function multiDomain(names: readonly Name[]): CsrView['reminders'][number] {
  return {
    code: 'identity.multi-domain',
    message: `The request holds ${names.length} names.`,
    hint: 'Order a multi-domain certificate from the CA, otherwise it may drop all but the first name.',
  };
}

function csrPending(slot: Slot): Problem {
  return new Problem({
    code: 'identity.csr-pending',
    status: 409,
    title: 'A certificate signing request is already pending.',
    detail: `${slotLabel(slot)}: only one CSR can be in progress at a time, because the gateway keeps the key that belongs to it.`,
    hint: 'Upload the certificate made from it, or use Discard CSR to start again.',
  });
}

/** The Problem `identity.csr-invalid` (422) with every field at fault. */
export function csrInvalid(plan: CsrPlan): Problem {
  return new Problem({
    code: 'identity.csr-invalid',
    status: 422,
    title: 'The certificate signing request cannot be made.',
    detail: plan.errors.map((e) => `${e.field}: ${e.detail}`).join(' '),
    ...(plan.errors[0]?.hint === undefined ? {} : { hint: plan.errors[0].hint }),
    errors: plan.errors,
  });
}

function noCsr(slot: Slot): Problem {
  return new Problem({
    code: 'identity.no-csr',
    status: 404,
    title: 'There is no certificate signing request.',
    detail: `${slotLabel(slot)}: no CSR is pending, and none was made before.`,
    hint: 'Use Generate CSR.',
  });
}

function noCurrentKey(slot: Slot): Problem {
  return new Problem({
    code: 'identity.no-current-key',
    status: 409,
    title: 'There is no current private key.',
    detail: `${slotLabel(slot)}: no certificate is loaded, so there is no key to re-use.`,
    hint: 'Untick Re-use current private key: a new key is made.',
  });
}
