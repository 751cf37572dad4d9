/**
 * The steps of an order (RFC 8555 7.4). Each can be done again after a crash: what it makes at the CA is found again by
 * what was stored before, so that at most one order more is placed.
 */
import { toBase64 } from '../../../lib/bytes.ts';
import { printableList } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import { parseCsr } from '../../../pki/csr/csr.ts';
import { keyAuthorization } from '../challenge/key-authorization.ts';
import { acceptIssued } from '../client/accept-issued.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { authorizedName, chooseChallenge } from '../client/choose-challenge.ts';
import type { Authorization, ChallengeType } from '../client/resource/authorization.ts';
import { problemText } from '../client/resource/problem-document.ts';
import { countEvents } from '../providers/limits.ts';
import * as store from '../store.ts';
import { identifiersOf, type OrderContext, rootsFor, type Step } from './order-context.ts';
import type { ChallengeRecord, OrderStep } from './order-record.ts';
import { newProof, noteProof, type Proof, proofsInPlace, saidOf } from './proofs.ts';
import { storeCertificate } from './store-step.ts';

/** How long a CA may take to look or to issue. */
const patience = 300_000;

export const steps: Readonly<Record<Exclude<OrderStep, 'begin'>, Step>> = {
  request: async (context) => {
    const { names, keyId } = await requestOf(context);
    if (names.length === 0) throw noNames();
    const next = context.provider.kind === 'acme' ? 'account' : 'download';
    return { next, words: printableList([...names]), change: { names: [...names], keyId } };
  },

  account: async ({ account }) => ({ next: 'order', words: (await account()).row.url ?? '' }),

  order: async ({ account, fields, deps }) => {
    const { client, row } = await account();
    const directory = await client.directory();
    const replaces = directory.renewalInfo !== undefined && fields.replaces !== '' ? fields.replaces : undefined;
    const { order, replacesLeftOut } = await client.newOrder({
      identifiers: identifiersOf(fields.names),
      ...(fields.profile !== '' && { profile: fields.profile }),
      ...(replaces !== undefined && { replaces }),
    });
    const { authorizations, finalize, url } = order;
    return {
      next: 'authorize',
      words: `${url}${replacesLeftOut ? ' (the CA does not take it as a replacement)' : ''}`,
      url,
      change: { authorizations: [...authorizations], finalize },
      alongside: (trx) => countEvents(trx, row.directory, [{ what: 'order', key: '' }], deps.clock.now()),
    };
  },

  authorize: async ({ account, fields, provider, deps }) => {
    const { client } = await account();
    const { type } = provider.challenge;
    const challenges: ChallengeRecord[] = [];
    const proofs: Proof[] = [];
    for (const url of fields.authorizations) {
      const authorization = await client.authorization(url);
      const identifier = authorizedName(authorization, identifiersOf(fields.names));
      proofs.push(newProof(identifier.value, authorization, type, deps.clock.now()));
      if (authorization.status === 'valid') continue;
      if (authorization.status !== 'pending') throw notProven(identifier.value, authorization, type);
      const challenge = chooseChallenge(authorization, [type]);
      challenges.push({ authorization: url, url: challenge.url, type, token: challenge.token, identifier });
    }
    if (challenges.length === 0) return { next: 'finalize', words: 'proven before', change: { challenges, proofs } };
    const names = challenges.map(({ identifier }) => identifier.value);
    return { next: 'present', words: printableList(names), change: { challenges, proofs } };
  },

  present: async (context) => {
    await presentProofs(context);
    const { fields, provider, deps } = context;
    const proofs = proofsInPlace(fields.proofs, deps.clock.now());
    return { next: 'respond', words: `${fields.challenges.length} by ${provider.challenge.type}`, change: { proofs } };
  },

  respond: async (context) => {
    const { account, fields } = context;
    const { client } = await account();
    let proofs: readonly Proof[] = fields.proofs;
    for (const { authorization: url, identifier, type } of fields.challenges) {
      const { status, challenges } = await client.authorization(url);
      const challenge = challenges.find((one) => one.type === type);
      if (status !== 'pending' || challenge?.status !== 'pending') continue;
      const { status: answer } = await client.respond(challenge);
      proofs = await noteProof(context, proofs, identifier.value, () => ({ state: 'asked', answer }));
    }
    return { next: 'validate', words: '', change: { proofs: [...proofs] } };
  },

  validate: async (context) => {
    const { account, fields, deps, signal } = context;
    const { client, row } = await account();
    let proofs: readonly Proof[] = fields.proofs;
    for (const { authorization: url, identifier, type } of fields.challenges) {
      const decided = await client.waitForAuthorization(url, patience, signal, async (authorization) => {
        proofs = await noteProof(context, proofs, identifier.value, (proof) => saidOf(authorization, proof));
      });
      if (decided.status === 'valid') continue;
      const event = { what: 'failed-authorization', key: identifier.value } as const;
      await deps.storage.transaction((trx) => countEvents(trx, row.directory, [event], deps.clock.now()));
      throw notProven(identifier.value, decided, type);
    }
    return { next: 'finalize', words: '', change: { proofs: [...proofs] } };
  },

  finalize: async (context) => {
    const { client } = await context.account();
    const url = urlOf(context);
    const order = await client.waitForOrder(url, ['pending'], patience, context.signal);
    if (order.status === 'invalid') throw failed(order.error);
    if (order.status === 'ready') {
      const { csr, keyId } = await requestOf(context);
      if (keyId !== context.fields.keyId) throw requestGone();
      await client.finalize(order, csr);
    }
    return { next: 'issue', words: '' };
  },

  issue: async (context) => {
    const { client } = await context.account();
    const order = await client.waitForOrder(
      urlOf(context),
      ['pending', 'ready', 'processing'],
      patience,
      context.signal,
    );
    if (order.status !== 'valid') throw failed(order.error);
    if (order.certificate === undefined)
      throw new AcmeProblem('acme.answer', 'The order is valid, but names no certificate.');
    return { next: 'download', words: '', change: { certificate: order.certificate } };
  },

  download: async (context) => {
    const chain = context.provider.kind === 'acme' ? await downloadChain(context) : await privateChain(context);
    return { next: 'store', words: `${chain.length} certificates`, change: { chain: chain.map(toBase64) } };
  },

  store: storeCertificate,
};

/** Puts the proofs in place; done again after a restart, because they live in memory. */
export async function presentProofs(context: OrderContext): Promise<void> {
  const { deps, row, fields, lease, signal } = context;
  const { client } = await context.account();
  const solver = await context.solver();
  const now = deps.clock.now();
  await deps.storage.transaction(async (trx) => {
    await lease.guard(trx);
    const rows = fields.challenges.map(({ token, type, identifier }) => ({
      token,
      type,
      identifier: identifier.value,
      order_id: row.id,
      created_at: now,
      answer: keyAuthorization(token, client.thumbprint),
    }));
    await store.writeChallenges(trx, rows);
  });
  for (const { identifier, token } of fields.challenges) {
    await solver.present(identifier, token, keyAuthorization(token, client.thumbprint), signal);
  }
  for (const { identifier, token } of fields.challenges) {
    await solver.ready?.(identifier, token, keyAuthorization(token, client.thumbprint), signal);
  }
}

/** Takes the proofs away, whatever became of them. */
export async function removeProofs(context: OrderContext): Promise<void> {
  const { deps, row, fields } = context;
  if (fields.challenges.length === 0) return;
  const { client } = await context.account();
  const solver = await context.solver();
  for (const { identifier, token } of fields.challenges) {
    await solver.remove(identifier, token, keyAuthorization(token, client.thumbprint)).catch(deps.onError);
  }
  await deps.storage.transaction((trx) => store.deleteChallenges(trx, row.id));
}

function requestOf({ deps, actor, slot, settings, lease }: OrderContext) {
  return deps.identity.csrForRenewal(actor, slot, { key: settings.key, within: lease.guard });
}

async function downloadChain(context: OrderContext): Promise<readonly Uint8Array[]> {
  const { account, fields, provider, deps, slot, row } = context;
  const { client } = await account();
  const preferred = provider.preferredChain;
  const { pem } = await client.certificate(fields.certificate, preferred === '' ? {} : { preferredChain: preferred });
  const { csr } = await requestOf(context);
  const parsed = parseCsr(csr);
  if (!parsed.ok) throw requestGone();
  const held = [await deps.identity.served(slot), await deps.identity.pending(slot)];
  const accepted = acceptIssued({
    pem,
    publicKeyInfo: parsed.value.publicKeyInfo,
    identifiers: identifiersOf(fields.names),
    now: deps.clock.now(),
    roots: row.purpose === 'test' ? 'any' : await rootsFor(deps, provider),
    usages: slot === 'client' ? ['client', 'server'] : ['server'],
    known: held.flatMap((one) => (one === undefined ? [] : [one.leaf.der])),
  });
  if (!accepted.ok) {
    const unknownRoot = accepted.error.kind === 'unknown-root';
    const hint = 'Append root and intermediates of the CA to the trusted CA list, then sign again.';
    throw new AcmeProblem('acme.certificate-refused', accepted.error.message, {}, unknownRoot ? hint : undefined);
  }
  return accepted.value.chain.map(({ der }) => der);
}

async function privateChain(context: OrderContext): Promise<readonly Uint8Array[]> {
  const { deps, actor, provider } = context;
  if (deps.privateCa === undefined) throw new AcmeProblem('acme.not-offered', 'This gateway has no private CA.');
  const { csr, keyId } = await requestOf(context);
  if (keyId !== context.fields.keyId) throw requestGone();
  return deps.privateCa.issue(actor, { csr, template: provider.template });
}

function urlOf({ row }: OrderContext): string {
  if (row.url !== null) return row.url;
  throw new AcmeProblem('acme.order-failed', 'The URL of the order is not known.');
}

/** RFC 8555 7.1.6: without a reason, and other than invalid, it has run out or was taken back. */
function notProven(name: string, { status, challenges }: Authorization, type: ChallengeType): AcmeProblem {
  const document = challenges.find((one) => one.type === type)?.error;
  if (document !== undefined)
    return new AcmeProblem('acme.authorization-failed', `${name}: ${problemText(document)}.`, { document });
  const hint = status === 'invalid' ? undefined : 'Sign again: the next order gets an authorization of its own.';
  return new AcmeProblem('acme.authorization-failed', `${name}: the authorization is ${status}.`, {}, hint);
}

function failed(document: Parameters<typeof problemText>[0] | undefined): AcmeProblem {
  if (document === undefined)
    return new AcmeProblem('acme.order-failed', 'The CA says that the order is invalid, and not why.');
  return new AcmeProblem('acme.order-failed', `${problemText(document)}.`, { document });
}

function requestGone(): AcmeProblem {
  return new AcmeProblem('acme.stopped', 'The CSR was discarded or replaced while the order was under way.');
}

function noNames(): Problem {
  return new Problem({
    code: 'acme.no-names',
    status: 409,
    title: 'There is nothing to order.',
    detail: 'The request holds no DNS name.',
    hint: "Set this gateway's FQDN, or generate a CSR with the names that are needed.",
  });
}
