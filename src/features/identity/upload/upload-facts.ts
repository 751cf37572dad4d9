/** Works out what the checks of an upload look at: which certificate is the leaf, its chain, its key, what is known of it. */
import { equalBytes } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { completeChain } from '../../../pki/chain/complete-chain.ts';
import { isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { orderChain } from '../../../pki/chain/order-chain.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import type { IdentityDeps } from '../identity.ts';
import { keyId } from '../key-material.ts';
import { requiredNames } from '../required-names.ts';
import type { UploadRequest } from '../schemas.ts';
import type { Slot } from '../slots.ts';
import * as store from '../store.ts';
import { ownerOf, peerWithKey } from './key-owners.ts';
import type { ReadUpload } from './read-upload.ts';
import type { UploadFacts } from './upload-checks.ts';

/** The facts, and what follows from them for the chain. */
export interface CollectedFacts {
  readonly facts: UploadFacts;
  /** What would be served after the leaf: no root. */
  readonly served: readonly Certificate[];
  /** What was put in order, left out or added, in words. */
  readonly notes: readonly string[];
}

/** The facts of an upload, or undefined when it holds no certificate. */
export async function collectFacts(
  deps: IdentityDeps,
  slot: Slot,
  request: UploadRequest,
  read: ReadUpload,
): Promise<CollectedFacts | undefined> {
  const { db } = deps.storage;
  const settings = await deps.settings.get();
  const row = await store.selectSlot(db, slot);
  const active = await store.selectVersion(db, row?.active_id);
  const pending = await store.selectCsr(db, slot, 'pending');
  const uploadedKey = read.key === undefined ? undefined : keyId(read.key.publicKeyInfo);
  const expectedKey = request.reuseKey ? active?.key_id : (uploadedKey ?? pending?.key_id ?? active?.key_id);
  const leaf = chooseLeaf(read.certificates, expectedKey);
  if (leaf === undefined) return undefined;

  const others = read.certificates.filter((c) => c !== leaf);
  const trusted = await deps.trustedCas.issuers();
  const completed = completeChain(leaf, others, trusted);
  const served = completed.chain.slice(1).filter((c) => !isSelfSigned(c));
  const leafKey = keyId(leaf.publicKeyInfo);
  const owners = new Map<string, string | undefined>();
  for (const key of new Set([leafKey, ...(uploadedKey === undefined ? [] : [uploadedKey])])) {
    owners.set(key, await ownerOf(db, key));
  }
  const facts: UploadFacts = {
    slot,
    now: deps.clock.now(),
    leaf,
    leafKey,
    completed,
    uploadedKey,
    keyUnread: read.key === undefined && read.errors.length > 0,
    pendingCsrKey: pending?.key_id,
    activeKey: active?.key_id,
    reuseKey: request.reuseKey ?? false,
    force: request.force ?? false,
    required: requiredNames(slot, settings),
    clientLoaded: (await store.selectSlot(db, 'client'))?.active_id != null,
    ownerOf: (key) => owners.get(key),
    zonesAffected: (await deps.zonesAffected?.(slot, leaf)) ?? [],
    purposesWithoutCrl: (await deps.purposesWithoutCrl?.(leaf, completed.chain[1] ?? completed.anchor)) ?? [],
    peerWithKey: await peerWithKey(db, leafKey),
    appendable: completed.complete ? [] : rootOf(completed.chain, leaf),
  };
  return { facts, served, notes: chainNotes(read.certificates, leaf, completed.chain, served) };
}

/** The certificate whose key is at hand; else the one that issued no other. */
function chooseLeaf(certificates: readonly Certificate[], key: string | undefined): Certificate | undefined {
  return certificates.find((c) => keyId(c.publicKeyInfo) === key) ?? orderChain(undefined, certificates).chain[0];
}

/** The root at the end of an uploaded chain: appending it makes the chain complete. */
function rootOf(chain: readonly Certificate[], leaf: Certificate): Certificate[] {
  const last = chain.at(-1);
  return last !== undefined && last !== leaf && isSelfSigned(last) && last.basicConstraints?.ca === true ? [last] : [];
}

function chainNotes(
  uploaded: readonly Certificate[],
  leaf: Certificate,
  chain: readonly Certificate[],
  served: readonly Certificate[],
): string[] {
  const notes: string[] = [];
  const wasUploaded = (c: Certificate): boolean => uploaded.some((u) => equalBytes(u.der, c.der));
  const inOrder = [leaf, ...served].filter(wasUploaded);
  const asGiven = uploaded.filter((u) => inOrder.some((c) => equalBytes(c.der, u.der)));
  if (inOrder.some((c, i) => !equalBytes(c.der, asGiven[i]?.der ?? new Uint8Array()))) {
    notes.push('The certificates were put in order: the certificate first, each followed by its issuer.');
  }
  for (const certificate of uploaded) {
    if (inOrder.some((c) => equalBytes(c.der, certificate.der))) continue;
    const name = printable(toRfc4514(certificate.subject), 200);
    notes.push(
      chain.some((c) => equalBytes(c.der, certificate.der)) || isSelfSigned(certificate)
        ? `The root certificate ${name} is not sent in handshakes: clients hold their own copy.`
        : `The certificate ${name} does not belong to the chain and was left out.`,
    );
  }
  for (const certificate of served.filter((c) => !wasUploaded(c))) {
    const name = printable(toRfc4514(certificate.subject), 200);
    notes.push(`The intermediate ${name} was added to the chain from the trusted CA list.`);
  }
  return notes;
}
