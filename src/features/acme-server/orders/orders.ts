/** Orders over ACME (RFC 8555 7.4): read, and finished with a certificate request. */
import { z } from 'zod';
import { failPoint } from '../../../lib/fail-point.ts';
import type { Db } from '../../../storage/schema.ts';
import { selectAccount } from '../accounts/account-store.ts';
import { type AuthorizationRow, selectAuthorizationsOfOrder } from '../authorizations/authorization-store.ts';
import { nothingThere } from '../authorizations/authorizations.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import type { Call, Core } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { accountMessage, readPayload, requireEmpty, requireValid } from '../protocol/message.ts';
import { checkCsr } from './csr-rules.ts';
import { aloneWith, goOnWith, issueFor } from './issue-for-order.ts';
import { offeredProfiles, requireEnd, templateFor } from './order-policy.ts';
import { moveOrder, type OrderRow, selectOrder } from './order-store.ts';
import { identifiersOf, type OrderStatus, orderStatus, orderView } from './order-view.ts';
import { requireCaa } from './require-caa.ts';

const request = z.object({ csr: z.string().max(60_000) });

export async function order(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const message = await accountMessage(core, call);
  requireEmpty(message);
  const { db } = core.storage;
  await goOnWith(core, await ownOrder(db, id, message.account.id), call.request);
  return answer(core, call, await ownOrder(db, id, message.account.id));
}

/** The certificate is there, and on the disk, when this answers `valid`. */
export async function finalize(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const { payload, account } = await accountMessage(core, call);
  const { storage, clock } = core;
  const { row, authorizations } = await readyOrder(storage.db, id, account.id, clock.now());
  const names = identifiersOf(row);
  // what the operator has closed since the order was made is not issued (profiles 4)
  const template = await templateFor(core, account, {
    names,
    profile: row.profile,
    offered: await offeredProfiles(core),
  });
  if (row.not_after !== null) requireEnd(row.not_after, template, clock.now());
  const csr = await checkCsr(storage.db, readPayload(payload, request).csr, names);
  const done = await aloneWith(core, id, async () => {
    await requireCaa(core, row, authorizations, call.request);
    const taken = { status: 'processing', csr, processing_since: clock.now() } as const;
    // durable first: after a crash the order is finished, once, by whoever starts again
    await storage.transaction(async (trx) => {
      // the DNS takes its time: what was ended or given up meanwhile is not issued
      requireValid((await selectAccount(trx, account.id)) ?? account);
      await readyOrder(trx, id, account.id, clock.now());
      await moveOrder(trx, id, 'pending', taken);
    });
    failPoint('acme-server.processing');
    await issueFor(core, { ...row, ...taken }, call.request);
  });
  if (!done) throw notReady('processing');
  return answer(core, call, await ownOrder(storage.db, id, account.id));
}

/** An order of the account whose proofs are all good (RFC 8555 7.4). */
async function readyOrder(db: Db, id: string, accountId: string, now: number) {
  const row = await ownOrder(db, id, accountId);
  const authorizations = await selectAuthorizationsOfOrder(db, id);
  const status = orderStatus(row, authorizations, now);
  if (status !== 'ready') throw notReady(status);
  return { row, authorizations };
}

function notReady(status: OrderStatus): AcmeError {
  return new AcmeError(
    'orderNotReady',
    `order-${status}`,
    `The order is ${status}, not ready: it cannot be finished now.`,
  );
}

async function ownOrder(db: Db, id: string, accountId: string): Promise<OrderRow> {
  const row = await selectOrder(db, id);
  if (row?.account_id !== accountId) throw nothingThere();
  return row;
}

async function answer(core: Core, call: Call, row: OrderRow): Promise<AcmeAnswer> {
  const authorizations: readonly AuthorizationRow[] = await selectAuthorizationsOfOrder(core.storage.db, row.id);
  return jsonAnswer(200, orderView(call, row, authorizations, core.clock.now()), {
    location: `${call.base}/order/${row.id}`,
    ...(row.status === 'processing' || row.status === 'pending' ? { 'retry-after': '1' } : {}),
  });
}
