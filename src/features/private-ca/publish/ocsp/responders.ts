/** Certificates and keys that sign OCSP answers: made here, short-lived, renewed at half of their life. */
import { systemActor } from '../../../../lib/actor.ts';
import type { Secret } from '../../../../lib/secret.ts';
import { generateKey, type KeyAlgorithm } from '../../../../pki/key/generate.ts';
import { algorithmOf } from '../../../../pki/key/key-kind.ts';
import type { Storage } from '../../../../storage/storage.ts';
import type { Authority } from '../../authority/authority.ts';
import type { PrivateCa } from '../../private-ca.ts';
import { isAhead } from '../crl/crl-plan.ts';
import { type ResponderRow, readResponders, writeResponder } from '../store.ts';

const day = 86_400_000;
/** So long that answers go on for a week while the administration is away. */
const life = 14 * day;
/** Where somebody has to give a passphrase for each. */
const passphraseLife = 365 * day;

/** Whether there is none, half of its life is over, or it has not begun. Times are milliseconds since 1970. */
export function isResponderDue(row: Pick<ResponderRow, 'not_before' | 'not_after'> | undefined, now: number): boolean {
  if (row === undefined || isAhead(row.not_before, now)) return true;
  return now >= row.not_before + (row.not_after - row.not_before) / 2;
}

/** Makes a key, has it certified, keeps both. Throws what the private CA throws. */
export async function renewResponder(
  storage: Storage,
  privateCa: Pick<PrivateCa, 'issueResponder'>,
  authority: Authority,
  now: number,
  passphrase?: Secret<string>,
): Promise<ResponderRow> {
  const { privateKey, publicKeyInfo } = await generateKey(algorithmFor(authority));
  const notAfter = now + (authority.key === 'passphrase' ? passphraseLife : life);
  const request = { publicKeyInfo, notAfter };
  const issued = await privateCa.issueResponder(systemActor('ocsp-responder'), authority.id, request, passphrase);
  const plain = privateKey.export({ type: 'pkcs8', format: 'der' });
  const row: ResponderRow = {
    authority: authority.id,
    certificate: issued.certificate,
    sealed_key: storage.vault.seal(sealContext(authority.id), plain),
    not_before: now,
    not_after: issued.notAfter,
  };
  plain.fill(0);
  // issuing has its own audit row; this only keeps what came of it
  await storage.transaction((trx) => writeResponder(trx, row));
  return row;
}

/** Every responder by its authority. */
export async function respondersByAuthority({ db }: Storage): Promise<ReadonlyMap<string, ResponderRow>> {
  return new Map((await readResponders(db)).map((row) => [row.authority, row]));
}

/** PKCS#8 DER of a responder's key, to be overwritten by the caller. */
export function openResponderKey({ vault }: Storage, row: ResponderRow): Uint8Array {
  return vault.open(sealContext(row.authority), row.sealed_key);
}

function sealContext(authority: string): { readonly id: string; readonly version: number } {
  return { id: `private-ca-responder:${authority}`, version: 1 };
}

/** Of the kind of the authority's own: whoever can verify the one can verify the other. Two weeks need no long RSA key. */
function algorithmFor({ certificate }: Authority): KeyAlgorithm {
  const key = certificate?.publicKey;
  if (key?.algorithm === 'rsa') return 'rsa-2048';
  return (key && algorithmOf(key)) ?? 'ec-p256';
}
