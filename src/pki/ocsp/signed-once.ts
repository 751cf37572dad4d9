/** Signatures of OCSP answers that are asked again and again: each is checked once for each key. */
import { toHex } from '../../lib/bytes.ts';
import { type Signed, verifySignedBy } from '../certificate/verify-signature.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';

const known = new WeakMap<Signed, Map<string, boolean>>();

/** Keys for which an answer is remembered: an answer is asked about with its issuer and the certificates inside. */
const maxKeys = 8;

/** Whether the key signed this, be it weakly; remembered as long as the object lives. */
export function signedOnce(signed: Signed, key: PublicKeyInfo): boolean {
  let answers = known.get(signed);
  if (answers === undefined) {
    answers = new Map();
    known.set(signed, answers);
  }
  const name = toHex(key.der);
  let answer = answers.get(name);
  if (answer === undefined) {
    answer = verifySignedBy(signed, key, { weak: true });
    if (answers.size < maxKeys) answers.set(name, answer);
  }
  return answer;
}
