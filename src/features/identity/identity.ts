/**
 * Identities: what the gateway presents. A slot (server, client, one per domain) holds a pending request, the active
 * certificate with its key and chain, and the one before it. A change is one transaction with one audit row; after it
 * every listener is told, so that the next handshake shows the new state.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { splitChain } from '../../pki/certificate/chain-bytes.ts';
import { certificateText } from '../../pki/text/certificate-text.ts';
import type { Storage } from '../../storage/storage.ts';
import type { SettingsFeature } from '../settings/settings.ts';
import type { TrustedCaFeature } from '../trusted-ca/trusted-ca.ts';
import { csrDefaults } from './csr/csr-defaults.ts';
import { csrDer, csrView, discardCsr, generateCsr, previewCsr } from './csr/csr-lifecycle.ts';
import {
  acceptSigned,
  type DeployOptions,
  deployPending,
  discardPending,
  type PendingCertificate,
  pendingOf,
  pendingWarnings,
  type SignedCertificate,
} from './pending/pending-certificate.ts';
import { csrForRenewal, type RenewalOptions, type RenewalRequest, renewalLifetime } from './pending/renewal-request.ts';
import type { RequiredName } from './required-names.ts';
import type {
  ChangeResult,
  Condition,
  CsrDefaults,
  CsrForm,
  CsrPreview,
  CsrView,
  IdentityOverview,
  IdentityView,
  UploadConfirmation,
  UploadPreview,
  UploadRequest,
} from './schemas.ts';
import { addDomain, ensureTemporary, removeDomain, resetSlot, rollBackSlot } from './slot-changes.ts';
import {
  conditionsOf,
  edgeIdentity,
  loadSlot,
  loadSlots,
  overviewOf,
  pemOf,
  requiredOf,
  viewOf,
} from './slot-views.ts';
import { type Slot, slotLabel } from './slots.ts';
import * as store from './store.ts';
import { confirmUpload } from './upload/confirm-upload.ts';
import { forgetEndedPreviews, previewUpload } from './upload/preview-upload.ts';
import type { OpenUpload } from './upload/read-upload.ts';

export type { DeployOptions, PendingCertificate, SignedCertificate } from './pending/pending-certificate.ts';
export type { RenewalOptions, RenewalRequest } from './pending/renewal-request.ts';
export type { RequiredName } from './required-names.ts';
export type { ChangeResult, CsrForm, CsrView, IdentityOverview, IdentityView, UploadPreview } from './schemas.ts';
export { parseSlot, type Slot, slotLabel } from './slots.ts';
export type { OpenUpload } from './upload/read-upload.ts';

export interface IdentityDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly settings: Pick<SettingsFeature, 'get'>;
  readonly trustedCas: Pick<TrustedCaFeature, 'issuers' | 'addWithin' | 'seed' | 'adoptTemporaryCa'>;
  readonly openUpload: OpenUpload;
  /** Makes every edge serve the new state; rejects, with the reason, when one did not take it. */
  readonly publish: () => Promise<void>;
  /** In words, the zones in which peers would refuse this gateway with that certificate in that slot; none unless given. */
  readonly zonesAffected?: (slot: Slot, leaf: Certificate) => Promise<readonly string[]>;
  /** Labels of the purposes that check revocation and would know nothing about it; none unless given. */
  readonly purposesWithoutCrl?: (leaf: Certificate, issuer: Certificate | undefined) => Promise<readonly string[]>;
  /** Name of this machine, for the temporary certificate. */
  readonly hostName: string;
}

/** What an edge presents for one slot. */
export interface EdgeIdentity {
  readonly slot: string;
  /** Lower-case DNS names that select it by SNI; none for the default, which is `server`. */
  readonly names: readonly string[];
  /** Leaf first, then the chain. */
  readonly certificatePem: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
  /** SHA-256 of the leaf, lower-case hexadecimal. */
  readonly fingerprint: string;
}

/** Whether every listener serves the new state; if not, why. What was changed is stored in either case. */
export interface Serving {
  readonly served: boolean;
  readonly notServed: string | null;
}

export interface Identity {
  /** First start: temporary CA and server certificate. Later starts change nothing. True when one was made. */
  ensureTemporary(): Promise<boolean>;
  overview(): Promise<IdentityOverview[]>;
  /** Throws `identity.no-such-slot` (404). */
  slot(slot: Slot): Promise<IdentityView>;
  /** The certificate that is served and its chain. Throws `identity.no-certificate` (404). */
  pem(slot: Slot): Promise<string>;
  /** The certificate that is served, decoded. Throws `identity.no-certificate` (404). */
  text(slot: Slot): Promise<string>;
  requiredNames(slot: Slot): Promise<{ names: RequiredName[]; missing: RequiredName[] }>;
  csrDefaults(slot: Slot): Promise<CsrDefaults>;
  previewCsr(slot: Slot, form: CsrForm): Promise<CsrPreview>;
  generateCsr(actor: Actor, slot: Slot, form: CsrForm): Promise<CsrView>;
  csr(slot: Slot): Promise<CsrView>;
  csrDer(slot: Slot): Promise<Uint8Array>;
  discardCsr(actor: Actor, slot: Slot): Promise<IdentityView>;
  previewUpload(slot: Slot, request: UploadRequest): Promise<UploadPreview>;
  confirmUpload(actor: Actor, slot: Slot, id: string, confirmation: UploadConfirmation): Promise<ChangeResult>;
  reset(actor: Actor, slot: Slot): Promise<ChangeResult>;
  rollBack(actor: Actor, slot: Slot): Promise<ChangeResult>;
  /** The certificate that is served in the slot, leaf first; undefined where none of its own is. */
  served(slot: Slot): Promise<{ leaf: Certificate; chain: readonly Certificate[]; source: string } | undefined>;
  /** The request to send to a CA; its key is stored durably before this returns. Throws `identity.csr-invalid` (422). */
  csrForRenewal(actor: Actor, slot: Slot, options: RenewalOptions): Promise<RenewalRequest>;
  /** What `csrForRenewal` would send, as far as the names go. Changes nothing. */
  renewalNames(slot: Slot): Promise<Pick<CsrPreview, 'names' | 'errors' | 'subject'>>;
  /** Keeps what a CA has signed until it is deployed. Throws `identity.signed-refused` (422), `identity.key-gone` (409). */
  acceptSigned(actor: Actor, slot: Slot, signed: SignedCertificate): Promise<PendingCertificate>;
  pending(slot: Slot): Promise<PendingCertificate | undefined>;
  /** What an upload of the pending certificate would warn about; empty when there is none. */
  pendingWarnings(slot: Slot): Promise<readonly { code: string; detail: string; hint?: string }[]>;
  /** Serves the pending certificate. Throws `identity.nothing-pending` (404). */
  deployPending(actor: Actor, slot: Slot, options?: DeployOptions): Promise<ChangeResult>;
  discardPending(actor: Actor, slot: Slot): Promise<IdentityView>;
  /** Destroys keys that were made for requests which no CA has signed for a long time. */
  forgetOldRenewals(): Promise<void>;
  addDomain(actor: Actor, domain: string): Promise<IdentityView>;
  removeDomain(actor: Actor, slot: Slot): Promise<Serving>;
  /** What the edges serve: the server identity first, then every domain that has one. Holds private keys. */
  forEdge(): Promise<EdgeIdentity[]>;
  /** What the gateway shows when it opens a connection: the client identity, else the server's. Holds a private key. */
  forClient(): Promise<EdgeIdentity | undefined>;
  /** What is wrong now, of every slot; `now` in milliseconds. */
  conditions(now: number): Promise<Condition[]>;
  /** Every chain that is presented, for the trusted list's "where used". */
  chains(): Promise<{ name: string; chain: Certificate[] }[]>;
  /** Remembers that a peer has shown a key, named by SHA-256 of its SubjectPublicKeyInfo. */
  notePeerKey(keyId: string, peer: string): Promise<void>;
}

/** The identities of one gateway. */
export function createIdentity(deps: IdentityDeps): Identity {
  const served = (): Promise<Serving> => publishNow(deps);
  const changed = async (slot: Slot): Promise<ChangeResult> => {
    deps.events.emit('changed', { feature: 'identity' });
    return { ...(await served()), identity: await viewOf(deps, slot) };
  };
  return {
    ensureTemporary: async () => {
      await forgetEndedPreviews(deps);
      return ensureTemporary(deps);
    },
    overview: async () => {
      const overviews: IdentityOverview[] = [];
      for (const loaded of await loadSlots(deps)) overviews.push(await overviewOf(deps, loaded));
      return overviews;
    },
    slot: (slot) => viewOf(deps, slot),
    pem: async (slot) => pemOf(await servedVersion(deps, slot)),
    text: async (slot) => textOf(await servedVersion(deps, slot)),
    requiredNames: async (slot) => requiredOf(deps, await loadSlot(deps, slot)),
    csrDefaults: (slot) => csrDefaults(deps, slot),
    previewCsr: (slot, form) => previewCsr(deps, slot, form),
    generateCsr: async (actor, slot, form) => {
      const view = await generateCsr(deps, actor, slot, form);
      deps.events.emit('changed', { feature: 'identity' });
      return view;
    },
    csr: (slot) => csrView(deps, slot),
    csrDer: (slot) => csrDer(deps, slot),
    discardCsr: async (actor, slot) => {
      await discardCsr(deps, actor, slot);
      deps.events.emit('changed', { feature: 'identity' });
      return viewOf(deps, slot);
    },
    previewUpload: async (slot, request) => {
      await loadSlot(deps, slot);
      return previewUpload(deps, slot, request);
    },
    confirmUpload: async (actor, slot, id, confirmation) => {
      await confirmUpload(deps, actor, slot, id, confirmation);
      if (confirmation.appendIssuer) deps.events.emit('changed', { feature: 'trusted-ca' });
      return changed(slot);
    },
    reset: async (actor, slot) => {
      await resetSlot(deps, actor, slot);
      return changed(slot);
    },
    rollBack: async (actor, slot) => {
      await rollBackSlot(deps, actor, slot);
      return changed(slot);
    },
    served: async (slot) => {
      const { good } = await loadSlot(deps, slot);
      const [leaf, ...chain] = good === undefined ? [] : chainOf(good);
      return leaf === undefined ? undefined : { leaf, chain, source: good?.source ?? '' };
    },
    csrForRenewal: (actor, slot, options) => csrForRenewal(deps, actor, slot, options),
    renewalNames: async (slot) => previewCsr(deps, slot, (await csrDefaults(deps, slot)).form),
    acceptSigned: async (actor, slot, signed) => {
      const pending = await acceptSigned(deps, actor, slot, signed);
      deps.events.emit('changed', { feature: 'identity' });
      return pending;
    },
    pending: (slot) => pendingOf(deps, slot),
    pendingWarnings: (slot) => pendingWarnings(deps, slot),
    deployPending: async (actor, slot, options = {}) => {
      await deployPending(deps, actor, slot, options);
      return changed(slot);
    },
    discardPending: async (actor, slot) => {
      await discardPending(deps, actor, slot);
      deps.events.emit('changed', { feature: 'identity' });
      return viewOf(deps, slot);
    },
    forgetOldRenewals: async () => {
      const before = deps.clock.now() - renewalLifetime;
      if (!(await store.hasRenewalsBefore(deps.storage.db, before))) return;
      await deps.storage.transaction((trx) => store.deleteRenewalsBefore(trx, before));
    },
    addDomain: async (actor, domain) => {
      const slot = await addDomain(deps, actor, domain);
      deps.events.emit('changed', { feature: 'identity' });
      return viewOf(deps, slot);
    },
    removeDomain: async (actor, slot) => {
      await removeDomain(deps, actor, slot);
      deps.events.emit('changed', { feature: 'identity' });
      return served();
    },
    forEdge: async () => {
      const loaded = await loadSlots(deps);
      return loaded.filter(({ slot }) => slot !== 'client').flatMap((slot) => edgeIdentity(deps, slot) ?? []);
    },
    forClient: async () =>
      edgeIdentity(deps, await loadSlot(deps, 'client')) ?? edgeIdentity(deps, await loadSlot(deps, 'server')),
    conditions: async (now) => {
      const conditions: Condition[] = [];
      for (const loaded of await loadSlots(deps)) conditions.push(...(await conditionsOf(deps, loaded, now)));
      return conditions;
    },
    chains: async () => {
      const loaded = await loadSlots(deps);
      return loaded.flatMap(({ slot, good }) =>
        good === undefined ? [] : [{ name: slotLabel(slot), chain: chainOf(good) }],
      );
    },
    notePeerKey: (key, peer) =>
      deps.storage.transaction((trx) =>
        store.writeKnownKey(trx, { spki_sha256: key, what: 'peer', slot: '', note: peer, seen_at: deps.clock.now() }),
      ),
  };
}

async function publishNow(deps: IdentityDeps): Promise<Serving> {
  try {
    failPoint('identity.publish');
    await deps.publish();
    return { served: true, notServed: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { served: false, notServed: `The change is stored, but not every listener serves it yet: ${reason}` };
  }
}

async function servedVersion(deps: IdentityDeps, slot: Slot): Promise<store.VersionRow> {
  const { good, activeDamage } = await loadSlot(deps, slot);
  if (good !== undefined) return good;
  if (activeDamage !== undefined) {
    throw new Problem({
      code: 'identity.damaged',
      status: 409,
      title: 'The stored certificate is damaged.',
      detail: `${slotLabel(slot)}: ${printable(activeDamage)}. There is no previous one to serve.`,
      hint: 'Upload the certificate and its key again, then check the disk of the gateway.',
    });
  }
  throw new Problem({
    code: 'identity.no-certificate',
    status: 404,
    title: 'No certificate is loaded.',
    detail: `${slotLabel(slot)}: ${slot === 'client' ? 'the server certificate is used instead' : 'nothing is loaded yet'}.`,
    hint: 'Generate a CSR or upload a certificate.',
  });
}

function textOf(version: store.VersionRow): string {
  const parsed = parseCertificate(version.certificate);
  if (parsed.ok) return certificateText(parsed.value);
  throw new Error(`the stored certificate cannot be read: ${parsed.error.message}`);
}

function chainOf(version: store.VersionRow): Certificate[] {
  const leaf = parseCertificate(version.certificate);
  return leaf.ok ? [leaf.value, ...splitChain(version.chain)] : [];
}
