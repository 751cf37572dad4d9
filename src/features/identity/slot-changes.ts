/** Changes that need no upload: first start, reset to default, roll-back, domains that come and go. */

import { randomBytes } from 'node:crypto';
import { type Actor, systemActor } from '../../lib/actor.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { Problem } from '../../lib/problem.ts';
import { parseCertificate } from '../../pki/certificate/certificate.ts';
import type { Trx } from '../../storage/schema.ts';
import { recordAudit } from '../audit/audit.ts';
import type { IdentityDeps } from './identity.ts';
import { damageOf, openKey, versionRow } from './key-material.ts';
import { activate, exchange, existingSlot, stateText } from './slot-state.ts';
import { domainOf, domainSlot, maximumDomains, type Slot, slotLabel } from './slots.ts';
import * as store from './store.ts';
import { type IssuedCertificate, makeTemporaryCa, makeTemporaryCertificate, temporaryName } from './temporary.ts';

/**
 * First start: makes the temporary CA and a server certificate issued by it, and has the CA trusted. Changes nothing
 * where a server certificate is there. Returns whether one was made.
 */
export async function ensureTemporary(deps: IdentityDeps): Promise<boolean> {
  const slot = await store.selectSlot(deps.storage.db, 'server');
  if (slot?.active_id == null) {
    await issueTemporary(deps, systemActor('first start'), 'identity.first-start');
  }
  const ca = await currentCa(deps);
  // Later calls change nothing; a first start that was cut off after its commit is completed.
  if (ca !== undefined) await deps.trustedCas.seed(ca.certificate);
  return slot?.active_id == null;
}

/** Reset to default: a fresh temporary server certificate; no own certificate for a client or a domain. */
export async function resetSlot(deps: IdentityDeps, actor: Actor, slot: Slot): Promise<void> {
  if (slot === 'server') return issueTemporary(deps, actor, 'identity.reset');
  await deps.storage.transaction(async (trx) => {
    const before = await existingSlot(trx, slot);
    if (before.active_id === null) throw alreadyDefault(slot);
    await activate(trx, deps.storage.vault, slot, undefined);
    await audit(trx, actor, 'identity.reset', slot, before);
  });
}

/** Serves the previous certificate again; what was active becomes the previous. */
export async function rollBackSlot(deps: IdentityDeps, actor: Actor, slot: Slot): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    const before = await existingSlot(trx, slot);
    const previous = await store.selectVersion(trx, before.previous_id);
    if (previous === undefined) throw nothingPrevious(slot);
    const damage = damageOf(deps.storage.vault, previous);
    if (damage !== undefined) throw previousDamaged(slot, damage);
    await exchange(trx, before, previous, deps.clock.now());
    await audit(trx, actor, 'identity.roll-back', slot, before);
  });
}

/** Adds an empty domain slot. */
export async function addDomain(deps: IdentityDeps, actor: Actor, domain: string): Promise<Slot> {
  const slot = domainSlot(domain);
  await deps.storage.transaction(async (trx) => {
    const slots = await store.selectSlots(trx);
    if (slots.some((row) => row.slot === slot)) throw domainExists(slot);
    if (slots.filter((row) => row.slot.startsWith('domain:')).length >= maximumDomains) throw tooManyDomains();
    await store.writeSlot(trx, slot, { activeId: null, previousId: null });
    await audit(trx, actor, 'identity.domain-add', slot, undefined);
  });
  return slot;
}

/** Removes a domain slot with its certificates, request and keys. */
export async function removeDomain(deps: IdentityDeps, actor: Actor, slot: Slot): Promise<void> {
  if (domainOf(slot) === undefined) throw notADomain(slot);
  await deps.storage.transaction(async (trx) => {
    const before = await existingSlot(trx, slot);
    const now = deps.clock.now();
    for (const version of await store.selectVersions(trx, slot)) {
      const known = { spki_sha256: version.key_id, what: 'certificate', slot, note: '', seen_at: now };
      await store.writeKnownKey(trx, known);
    }
    const csr = await store.selectCsr(trx, slot, 'pending');
    if (csr !== undefined) {
      const known = { spki_sha256: csr.key_id, what: 'discarded-csr', slot, note: '', seen_at: now };
      await store.writeKnownKey(trx, known);
    }
    await store.deleteSlot(trx, slot);
    await audit(trx, actor, 'identity.domain-remove', slot, before);
  });
}

async function issueTemporary(deps: IdentityDeps, actor: Actor, action: string): Promise<void> {
  const { storage, clock } = deps;
  const now = clock.now();
  const settings = await deps.settings.get();
  const stored = await currentCa(deps);
  const usable = stored !== undefined && damageOf(storage.vault, stored) === undefined ? caOf(deps, stored) : undefined;
  // A CA in its last year could not issue for a whole one.
  const keep = usable !== undefined && usable.notAfter > now + 366 * 86_400_000;
  const made = keep ? undefined : await makeTemporaryCa(now);
  const ca = made === undefined ? usable : parsedCa(made);
  if (ca === undefined) throw new Error('the temporary CA just made cannot be read');
  const name = temporaryName(settings.fqdn, deps.hostName);
  const leaf = await makeTemporaryCertificate(ca, ca.key, name, now);
  await storage.transaction(async (trx) => {
    const before = await store.selectSlot(trx, 'server');
    if (made !== undefined) {
      await activate(trx, storage.vault, store.temporaryCaSlot, row(deps, store.temporaryCaSlot, made, now));
      if (action !== 'identity.first-start') await deps.trustedCas.adoptTemporaryCa(trx, actor, made.der);
    }
    const version = row(deps, 'server', leaf, now);
    await activate(trx, storage.vault, 'server', version);
    const known = { spki_sha256: version.key_id, what: 'certificate', slot: 'server', note: '', seen_at: now };
    await store.writeKnownKey(trx, known);
    await audit(trx, actor, action, 'server', before);
  });
}

async function currentCa(deps: IdentityDeps): Promise<store.VersionRow | undefined> {
  const slot = await store.selectSlot(deps.storage.db, store.temporaryCaSlot);
  return store.selectVersion(deps.storage.db, slot?.active_id);
}

function caOf(deps: IdentityDeps, stored: store.VersionRow): ReturnType<typeof parsedCa> {
  const privateKey = openKey(deps.storage.vault, stored.id, stored.sealed_key);
  return parsedCa({ der: stored.certificate, privateKey });
}

function parsedCa({ der, privateKey }: IssuedCertificate) {
  const parsed = parseCertificate(der);
  if (!parsed.ok) return undefined;
  const { subject, publicKeyInfo, notAfter } = parsed.value;
  return { subject, publicKeyInfo, notAfter, key: privateKey };
}

function row(deps: IdentityDeps, slot: store.AnySlot, issued: IssuedCertificate, now: number): store.VersionRow {
  return versionRow(
    deps.storage.vault,
    {
      id: randomBytes(16).toString('hex'),
      slot,
      state: 'active',
      certificate: issued.der,
      chain: new Uint8Array(0),
      source: 'temporary',
      created_at: now,
    },
    issued.privateKey,
  );
}

async function audit(
  trx: Trx,
  actor: Actor,
  action: string,
  slot: Slot,
  before: store.SlotRow | undefined,
): Promise<void> {
  failPoint('identity.audit');
  const after = stateText(await store.selectSlot(trx, slot));
  await recordAudit(trx, actor, {
    action,
    object: slot,
    ...(before === undefined ? {} : { before: stateText(before) }),
    after,
  });
}

function alreadyDefault(slot: Slot): Problem {
  return new Problem({
    code: 'identity.already-default',
    status: 409,
    title: 'There is nothing to reset.',
    detail: `${slotLabel(slot)}: no certificate is loaded.`,
    hint: slot === 'client' ? 'The server certificate is used already.' : 'Generate a CSR or upload a certificate.',
  });
}

function nothingPrevious(slot: Slot): Problem {
  return new Problem({
    code: 'identity.nothing-previous',
    status: 409,
    title: 'There is no previous certificate.',
    detail: `${slotLabel(slot)}: nothing was replaced yet, so there is nothing to go back to.`,
    hint: 'Upload the certificate that shall be served.',
  });
}

function previousDamaged(slot: Slot, damage: string): Problem {
  return new Problem({
    code: 'identity.previous-damaged',
    status: 409,
    title: 'The previous certificate cannot be served.',
    detail: `${slotLabel(slot)}: ${damage}. The active certificate stays.`,
    hint: 'Upload the certificate and its key again.',
  });
}

function domainExists(slot: Slot): Problem {
  return new Problem({
    code: 'identity.domain-exists',
    status: 409,
    title: 'The domain is there already.',
    detail: `${domainOf(slot)} has a certificate slot.`,
    hint: 'Open it to generate a CSR or upload a certificate.',
  });
}

function tooManyDomains(): Problem {
  return new Problem({
    code: 'identity.domain-limit',
    status: 409,
    title: 'No more domains can be added.',
    detail: `This gateway has ${maximumDomains} domain certificates, the most it holds.`,
    hint: 'Remove domains that are no longer served.',
  });
}

function notADomain(slot: Slot): Problem {
  return new Problem({
    code: 'identity.not-a-domain',
    status: 409,
    title: 'Only domains can be removed.',
    detail: `${slotLabel(slot)} belongs to the gateway.`,
    hint: 'Use Reset to default instead.',
  });
}
