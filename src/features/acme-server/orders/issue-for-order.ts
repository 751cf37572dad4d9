/**
 * A ready order becomes a certificate. The order is stored as `processing`, with its request, before the CA is asked;
 * the certificate and the finished order are stored together. Cut short in between, it is done again at the next start.
 */
import { toBase64 } from '../../../lib/bytes.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { Problem } from '../../../lib/problem.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { recordAudit } from '../../audit/audit.ts';
import { serialText } from '../../private-ca/private-ca.ts';
import { insertCertificate } from '../certificates/certificate-store.ts';
import { ariIdOf, keyIdOf } from '../certificates/names-of-certificate.ts';
import type { IssuedChain } from '../issuing-ca.ts';
import { AcmeError, type AcmeProblem } from '../protocol/acme-error.ts';
import { accountActor, type Core, newId } from '../protocol/core.ts';
import type { AcmeRequest } from '../protocol/exchange.ts';
import { moveOrder, type OrderRow, selectOrder, selectProcessingOrders } from './order-store.ts';
import { identifiersOf } from './order-view.ts';

/**
 * Issues for an order that is stored as `processing`. Throws AcmeError: the order is `invalid` when the CA refuses it for
 * good, and ready again when the fault is ours.
 */
export async function issueFor(core: Core, order: OrderRow, request: AcmeRequest, again = false): Promise<void> {
  const issued = await ask(core, order, request, again).catch(async (error: unknown) => {
    throw await giveUp(core, order, request, error);
  });
  failPoint('acme-server.issued');
  await keep(core, order, request, issued);
}

/** Runs `work` unless somebody works on the order already; whether it did. */
export async function aloneWith(core: Core, orderId: string, work: () => Promise<void>): Promise<boolean> {
  if (core.issuing.has(orderId)) return false;
  core.issuing.add(orderId);
  try {
    await work();
    return true;
  } finally {
    core.issuing.delete(orderId);
  }
}

/** Goes on with an order that is stored as `processing` while nobody works on it: something failed after the CA signed. */
export async function goOnWith(core: Core, { id, status }: OrderRow, request: AcmeRequest): Promise<void> {
  if (status !== 'processing') return;
  await aloneWith(core, id, async () => {
    const order = await selectOrder(core.storage.db, id);
    if (order?.status !== 'processing') return;
    await issueFor(core, order, request, true).catch((error: unknown) => {
      // its account reads the reason in the order
      if (!(error instanceof AcmeError)) core.onError(error);
    });
  });
}

/** Finishes what was being issued when the program ended. */
export async function resumeOrders(core: Core, request: AcmeRequest): Promise<void> {
  for (const order of await selectProcessingOrders(core.storage.db)) await goOnWith(core, order, request);
}

function ask({ ca }: Core, order: OrderRow, request: AcmeRequest, again: boolean): Promise<IssuedChain> {
  return ca.issue(accountActor(order.account_id, request), {
    csr: order.csr ?? new Uint8Array(),
    template: order.profile,
    names: identifiersOf(order),
    ...(order.not_after === null ? {} : { notAfter: order.not_after }),
    ...(again ? { askedSince: order.processing_since ?? 0 } : {}),
  });
}

async function keep(
  core: Core,
  order: OrderRow,
  request: AcmeRequest,
  { chain, alternates = [] }: IssuedChain,
): Promise<void> {
  const [leaf] = chain;
  const parsed = leaf === undefined ? undefined : parseCertificate(leaf);
  if (leaf === undefined || parsed?.ok !== true) throw new Error('the CA answered without a certificate');
  const certificate = parsed.value;
  const serial = serialText(certificate.serial);
  const id = newId();
  await core.storage.transaction(async (trx) => {
    await insertCertificate(trx, {
      id,
      order_id: order.id,
      account_id: order.account_id,
      serial,
      ari_id: ariIdOf(certificate) ?? id,
      key_id: keyIdOf(certificate.publicKeyInfo),
      leaf,
      chains: JSON.stringify([chain, ...alternates].map((one) => one.map(toBase64))),
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
      issued_at: core.clock.now(),
      revoked_at: null,
    });
    failPoint('acme-server.certificate');
    await moveOrder(trx, order.id, 'processing', {
      status: 'valid',
      certificate_id: id,
      csr: null,
      processing_since: null,
    });
    await recordAudit(trx, accountActor(order.account_id, request), {
      action: 'acme-server.issue',
      object: serial,
      after: leaf,
      detail: { order: order.id, names: identifiersOf(order).slice(0, 20), profile: order.profile },
    });
  });
}

async function giveUp(core: Core, order: OrderRow, request: AcmeRequest, error: unknown): Promise<AcmeError> {
  const refused = error instanceof Problem && error.details.status < 500;
  if (!refused) core.onError(error);
  const words = error instanceof Problem ? [error.details.detail ?? error.details.title, error.details.hint ?? ''] : [];
  const problem: AcmeProblem = refused
    ? { type: 'badCSR', reason: error.details.code, detail: words.join(' ').trim() }
    : { type: 'serverInternal', reason: 'issuing', detail: 'The CA cannot issue now. Try again later.' };
  await refuseOrder(core, order, request, { problem, forGood: refused });
  return new AcmeError(problem.type, problem.reason, problem.detail);
}

/** The order ends, `forGood`, or may be finished again; the reason is kept in both cases, here or in the audit log. */
export async function refuseOrder(
  core: Core,
  order: OrderRow,
  request: AcmeRequest,
  { problem, forGood }: { readonly problem: AcmeProblem; readonly forGood: boolean },
): Promise<void> {
  await core.storage.transaction(async (trx) => {
    await moveOrder(trx, order.id, order.status, {
      status: forGood ? 'invalid' : 'pending',
      csr: null,
      processing_since: null,
      error: forGood ? JSON.stringify(problem) : null,
    });
    await recordAudit(trx, accountActor(order.account_id, request), {
      action: 'acme-server.issue',
      object: order.id,
      result: 'refused',
      detail: { reason: problem.reason, words: problem.detail, profile: order.profile },
    });
  });
}
