/** How far the proof of each name is, kept as soon as it changes: a person watches it while a step still runs. */
import { printable } from '../../../lib/printable.ts';
import type { Authorization, ChallengeType } from '../client/resource/authorization.ts';
import { problemText } from '../client/resource/problem-document.ts';
import * as store from '../store.ts';
import type { OrderContext } from './order-context.ts';
import { type OrderFields, readOrderFields } from './order-record.ts';

export type Proof = OrderFields['proofs'][number];

/** The row of a name whose authorization was just read; `type` is the challenge that is set up for it. */
export function newProof(name: string, authorization: Authorization, type: ChallengeType, now: number): Proof {
  if (authorization.status !== 'valid') {
    return { name, type, state: 'to-prove', since: now, answer: answerOf(authorization, type) };
  }
  const used = authorization.challenges.find(({ status }) => status === 'valid')?.type ?? type;
  return { name, type: used, state: 'proven', since: now, answer: 'valid, proven before' };
}

/** All that are still to prove, moved on by a step of ours. */
export function proofsInPlace(proofs: readonly Proof[], now: number): Proof[] {
  return proofs.map((one) => (one.state === 'to-prove' ? { ...one, state: 'in-place', since: now } : one));
}

/** What the CA says of the proof now (RFC 8555 7.1.6). */
export function saidOf(authorization: Authorization, { type, state }: Proof): Pick<Proof, 'state' | 'answer'> {
  const answer = answerOf(authorization, type);
  if (authorization.status === 'valid') return { state: 'proven', answer };
  if (authorization.status !== 'pending') return { state: 'refused', answer };
  const looking = authorization.challenges.some((one) => one.type === type && one.status === 'processing');
  return { state: looking ? 'looking' : state, answer };
}

/** The proofs with this one changed, stored at once when that is news and others are still to come. */
export async function noteProof(
  context: OrderContext,
  proofs: readonly Proof[],
  name: string,
  said: (proof: Proof) => Pick<Proof, 'state' | 'answer'>,
): Promise<readonly Proof[]> {
  const { deps, lease, row } = context;
  const now = deps.clock.now();
  const after = proofs.map((proof) => {
    const { state, answer } = proof.name === name ? said(proof) : proof;
    if (state === proof.state && answer === proof.answer) return proof;
    return { ...proof, state, answer, since: state === proof.state ? proof.since : now };
  });
  if (after.every((proof, i) => proof === proofs[i])) return proofs;
  // the step ends with the last of them, and keeps them all
  if (after.every(({ state }) => state === 'proven')) return after;
  await deps.storage.transaction(async (trx) => {
    await lease.guard(trx);
    const kept = await store.selectOrder(trx, row.id);
    if (kept === undefined) return;
    const fields = JSON.stringify({ ...readOrderFields(kept), proofs: after });
    await store.updateOrder(trx, row.id, { ...kept, fields, updated_at: now });
  });
  return after;
}

/** In the CA's own words, its reason with them. */
function answerOf({ status, challenges }: Authorization, type: ChallengeType): string {
  const challenge = challenges.find((one) => one.type === type);
  const words = challenge === undefined || challenge.status === status ? status : `${status}, ${challenge.status}`;
  return challenge?.error === undefined ? words : printable(`${words}: ${problemText(challenge.error)}`, 1000);
}
