/** Signs the requests of this gateway's own identities: the certificate goes to the slot that asked. */
import type { Actor } from '../../../lib/actor.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { type Identity, parseSlot } from '../../identity/identity.ts';
import type { Authority } from '../authority/authority.ts';
import { sha256 } from '../issued/certificate-row.ts';
import type { Issued, IssueRequest, SlotTarget } from '../private-ca.ts';
import { invalidRequest } from '../problems.ts';

export type SlotDeps = Pick<Identity, 'csrDer' | 'acceptSigned' | 'deployPending'>;

export interface SlotWork {
  readonly slots: SlotDeps | undefined;
  readonly issue: (actor: Actor, request: IssueRequest) => Promise<Issued>;
  readonly authority: (id: string) => Promise<Authority>;
}

/** DER of the request that waits in a slot. Throws `private-ca.invalid` (422), `identity.no-csr` (404). */
export async function slotRequest(slots: SlotDeps | undefined, slot: string | undefined): Promise<Uint8Array> {
  if (slots === undefined || slot === undefined || slot === '') {
    throw invalidRequest([{ field: 'csr', detail: 'There is no request.', hint: 'Give a request, or name a slot.' }]);
  }
  return slots.csrDer(parseSlot(slot));
}

/**
 * The certificate is recorded before the slot gets it: when the slot refuses it, it stays in the list of what was
 * issued, where it can be revoked.
 */
export async function issueForSlot(
  { slots, issue, authority }: SlotWork,
  actor: Actor,
  { slot: name, deploy }: SlotTarget,
  request: IssueRequest,
): Promise<Issued> {
  const slot = parseSlot(name);
  const issued = await issue(actor, request);
  const parsed = parseCertificate(issued.certificate);
  const { above, certificate } = await authority(issued.authority);
  if (slots === undefined || !parsed.ok) throw new Error('the certificate of a slot cannot be handed on');
  const root = above.at(-1) ?? certificate;
  const names = (parsed.value.subjectAltName ?? []).flatMap((one) => (one.kind === 'dns' ? [one.value] : []));
  await slots.acceptSigned(actor, slot, {
    names,
    keyId: sha256(parsed.value.publicKeyInfo),
    roots: root === undefined ? [] : [root],
    chain: [issued.certificate, ...issued.chain],
    source: 'private-ca',
  });
  if (deploy) await slots.deployPending(actor, slot);
  return issued;
}
