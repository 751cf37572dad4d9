/**
 * The client's requests in their plain order, from names to a downloaded chain (RFC 8555 7.1): for tests and
 * measurements of the client alone. The gateway's own orders are steps that are kept in its database.
 */
import type { ChallengeSolver } from '../../src/features/acme/challenge/challenge-solver.ts';
import { keyAuthorization } from '../../src/features/acme/challenge/key-authorization.ts';
import type { AcmeClient } from '../../src/features/acme/client/acme-client.ts';
import { AcmeProblem } from '../../src/features/acme/client/acme-problem.ts';
import { authorizedName, chooseChallenge } from '../../src/features/acme/client/choose-challenge.ts';
import type { DownloadedChain } from '../../src/features/acme/client/downloaded-chain.ts';
import type { Authorization, Challenge } from '../../src/features/acme/client/resource/authorization.ts';
import type { Identifier } from '../../src/features/acme/client/resource/identifier.ts';
import type { NewOrder, Order } from '../../src/features/acme/client/resource/order.ts';
import { type ProblemDocument, problemText } from '../../src/features/acme/client/resource/problem-document.ts';

export type OrderStep =
  /** The order's URL is known: whoever stores it can go on with this order. */
  | { readonly step: 'ordered'; readonly url: string; readonly replacesLeftOut: boolean }
  /** The proof stands; `ready` when the CA will find it, `answered` when the CA was told. */
  | { readonly step: 'presented' | 'ready' | 'answered'; readonly identifier: Identifier; readonly type: string }
  /** The CA believes the name, now or from an earlier order. */
  | { readonly step: 'verified'; readonly identifier: Identifier; readonly reused: boolean }
  /** The proof is gone again. */
  | { readonly step: 'removed'; readonly identifier: Identifier; readonly type: string }
  /** Now the request is made: its key must be kept before `csr` returns. */
  | { readonly step: 'finalizing' | 'finalized' }
  | { readonly step: 'issued'; readonly url: string }
  | { readonly step: 'downloaded' };

export interface OrderRun {
  readonly client: AcmeClient;
  readonly order: NewOrder;
  /** URL of an order of these names that was begun before. */
  readonly resume?: string;
  /** In the order of preference; the first that the CA offers and that covers the name is used. */
  readonly solvers: readonly ChallengeSolver[];
  /** The certification request (DER); asked for when every name is verified. */
  readonly csr: () => Promise<Uint8Array>;
  /** Common name of the root that the chain should lead to. */
  readonly preferredChain?: string;
  /** Milliseconds that the CA may take for each decision; two minutes unless told. */
  readonly within?: number;
  readonly signal: AbortSignal;
  /** Returns when the step is stored; what it throws ends the order. */
  readonly onStep: (step: OrderStep) => Promise<void>;
}

export interface OrderResult {
  readonly order: Order;
  /** Not yet believed: `acceptIssued` decides. */
  readonly chain: DownloadedChain;
}

/** Throws AcmeProblem. Proofs that stand are taken away whatever happens. */
export async function runOrder(run: OrderRun): Promise<OrderResult> {
  const { client, signal, onStep, within = 120_000 } = run;
  const begun = await begin(run);
  let { order } = begun;
  await onStep({ step: 'ordered', url: order.url, replacesLeftOut: begun.replacesLeftOut });
  if (order.status === 'pending') {
    await authorize(order, { ...run, within });
    order = await client.waitForOrder(order.url, ['pending'], within, signal);
  }
  if (order.status === 'ready') {
    await onStep({ step: 'finalizing' });
    order = await client.finalize(order, await run.csr());
    await onStep({ step: 'finalized' });
  }
  if (order.status === 'processing' || order.status === 'ready')
    order = await client.waitForOrder(order.url, ['processing', 'ready', 'pending'], within, signal);
  if (order.status !== 'valid') throw orderFailed(order);
  if (order.certificate === undefined)
    throw new AcmeProblem('acme.answer', 'The order is valid, but names no certificate.');
  await onStep({ step: 'issued', url: order.certificate });
  const { preferredChain } = run;
  const chain = await client.certificate(order.certificate, preferredChain === undefined ? {} : { preferredChain });
  await onStep({ step: 'downloaded' });
  return { order, chain };
}

async function begin({ client, order, resume }: OrderRun): ReturnType<AcmeClient['newOrder']> {
  return resume === undefined ? client.newOrder(order) : { order: await client.order(resume), replacesLeftOut: false };
}

async function authorize(order: Order, run: OrderRun & { readonly within: number }): Promise<void> {
  const outcomes = await Promise.allSettled(order.authorizations.map((url) => authorizeOne(url, run)));
  const failed = outcomes.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function authorizeOne(url: string, run: OrderRun & { readonly within: number }): Promise<void> {
  const { client, onStep } = run;
  const authorization = await client.authorization(url);
  const { status } = authorization;
  const name = authorizedName(authorization, run.order.identifiers);
  if (status === 'valid') return onStep({ step: 'verified', identifier: name, reused: true });
  if (status !== 'pending') throw authorizationFailed(authorization);
  const { solver, challenge } = choose(authorization, name, run.solvers);
  const { token } = challenge;
  const proof = keyAuthorization(token, client.thumbprint);
  const told = { identifier: name, type: solver.type };
  try {
    await solver.present(name, token, proof);
    await onStep({ step: 'presented', ...told });
    await solver.ready?.(name, token, proof, run.signal);
    await onStep({ step: 'ready', ...told });
    run.signal.throwIfAborted();
    // RFC 8555 7.5.1: a challenge that was answered before a restart is not answered again
    if (challenge.status === 'pending') await client.respond(challenge);
    await onStep({ step: 'answered', ...told });
    const decided = await client.waitForAuthorization(url, run.within, run.signal);
    if (decided.status !== 'valid') throw authorizationFailed(decided);
    await onStep({ step: 'verified', identifier: name, reused: false });
  } finally {
    await solver.remove(name, token, proof);
    await onStep({ step: 'removed', ...told });
  }
}

interface Choice {
  readonly solver: ChallengeSolver;
  readonly challenge: Challenge;
}

function choose(authorization: Authorization, name: Identifier, solvers: readonly ChallengeSolver[]): Choice {
  const able = solvers.filter((one) => one.covers?.(name) ?? true);
  const challenge = chooseChallenge(
    authorization,
    able.map(({ type }) => type),
  );
  return { challenge, solver: able.find(({ type }) => type === challenge.type)! };
}

function authorizationFailed({ identifier, status, challenges }: Authorization): AcmeProblem {
  const document = challenges.map(({ error }) => error).find((error) => error !== undefined);
  const why = document === undefined ? `its authorization is ${status}` : problemText(document);
  return failed('acme.authorization-failed', `${identifier.value}: ${why}.`, document);
}

function orderFailed({ status, error }: Order): AcmeProblem {
  const why = error === undefined ? 'the CA gives no reason' : problemText(error);
  return failed('acme.order-failed', `The order is ${status}: ${why}.`, error);
}

function failed(
  code: 'acme.authorization-failed' | 'acme.order-failed',
  words: string,
  document: ProblemDocument | undefined,
): AcmeProblem {
  return new AcmeProblem(code, words.replace(/\.\.$/, '.'), document === undefined ? {} : { document });
}
