/** Takes the certificate that another CA made for an intermediate here, and gives up those that wait in vain. */
import type { Actor } from '../../../lib/actor.ts';
import { equalBytes } from '../../../lib/bytes.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { joinDer } from '../../../pki/certificate/chain-bytes.ts';
import { isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { orderChain } from '../../../pki/chain/order-chain.ts';
import { recordAudit } from '../../audit/audit.ts';
import { invalidRequest, wrongState } from '../problems.ts';
import { deleteAuthority, readAuthorities, updateAuthority } from '../store.ts';
import type { AuthorityWork } from './manage-authorities.ts';

/** Throws `private-ca.wrong-state` (409), `private-ca.invalid` (422) with what is wrong with the certificate. */
export async function installIntermediate(
  work: AuthorityWork,
  actor: Actor,
  id: string,
  files: readonly Uint8Array[],
): Promise<void> {
  const authority = await work.authority(id);
  if (authority.state !== 'pending') throw wrongState(`${authority.label} has its certificate.`, 'Rotate it instead.');
  const [certificate, ...above] = findChain(authority.publicKeyInfo, files.map(readCertificate), work.now());
  await work.storage.transaction(async (trx) => {
    failPoint('private-ca.authority');
    await updateAuthority(trx, id, {
      state: 'active',
      certificate: certificate.der,
      chain: joinDer(above),
      csr: null,
      not_after: certificate.notAfter,
    });
    for (const row of await readAuthorities(trx)) {
      if (row.replaced_by === id) await updateAuthority(trx, row.id, { state: 'retired' });
    }
    const detail = { label: authority.label, notAfter: new Date(certificate.notAfter).toISOString() };
    await recordAudit(trx, actor, { action: 'private-ca.install', object: id, after: certificate.der, detail });
    failPoint('private-ca.authority-written');
  });
}

/** Its key is destroyed; what it should have replaced goes on. */
export async function discardPending(work: AuthorityWork, actor: Actor, id: string): Promise<void> {
  const authority = await work.authority(id);
  if (authority.state !== 'pending') {
    throw wrongState(`${authority.label} does not wait for a certificate.`, 'Only what waits can be discarded.');
  }
  await work.storage.transaction(async (trx) => {
    for (const row of await readAuthorities(trx)) {
      if (row.replaced_by === id) await updateAuthority(trx, row.id, { replaced_by: null });
    }
    await deleteAuthority(trx, id);
    await recordAudit(trx, actor, { action: 'private-ca.discard', object: id, detail: { label: authority.label } });
  });
}

function readCertificate(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (parsed.ok) return parsed.value;
  const detail = `A certificate cannot be read: ${printable(parsed.error.message)}.`;
  throw invalidRequest([{ field: 'certificates', detail }]);
}

/** The certificate for this key and those above it up to a root, which must all be there: leaves are sent with them. */
function findChain(
  key: Uint8Array,
  bag: readonly Certificate[],
  now: number,
): readonly [Certificate, ...Certificate[]] {
  const wrong = (detail: string, hint: string) => invalidRequest([{ field: 'certificates', detail, hint }]);
  const own = bag.find(({ publicKeyInfo }) => equalBytes(publicKeyInfo, key));
  if (own === undefined) {
    throw wrong('None of the certificates is for the key of this request.', 'Give the certificate made from it.');
  }
  if (!own.basicConstraints?.ca || own.keyUsage?.has('keyCertSign') === false) {
    throw wrong(
      'The certificate is not that of an authority (CA:TRUE, keyCertSign).',
      'Have it signed as a subordinate CA.',
    );
  }
  // RFC 5280 4.2.1.3: without it nobody takes the CRLs
  if (own.keyUsage?.has('cRLSign') === false) {
    throw wrong('The certificate may not sign CRLs (cRLSign).', 'Have it signed with keyCertSign and cRLSign.');
  }
  if (own.notAfter <= now) throw wrong('The certificate has expired.', 'Have it signed again.');
  const { chain } = orderChain(own, bag);
  if (!isSelfSigned(chain.at(-1)!)) {
    throw wrong('The certificates do not lead to a root.', 'Add the certificates of every authority above it.');
  }
  return chain as [Certificate, ...Certificate[]];
}
