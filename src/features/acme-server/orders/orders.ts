/** Orders over ACME (RFC 8555 7.4): read, and finished with a certificate request. */
import { z } from 'zod';
import { failPoint } from '../../../lib/fail-point.ts';
import { type AuthorizationRow, selectAuthorizationsOfOrder } from '../authorizations/authorization-store.ts';
import { nothingThere } from '../authorizations/authorizations.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import type { Call, Core } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { accountMessage, readPayload, requireEmpty } from '../protocol/message.ts';
import { checkCsr } from './csr-rules.ts';
import { aloneWith, goOnWith, issueFor } from './issue-for-order.ts';
import { offeredProfiles, templateFor } from './order-policy.ts';
import { moveOrder, type OrderRow, selectOrder } from './order-store.ts';
import { identifiersOf, orderStatus, orderView } from './order-view.ts';
import { requireCaa } from './require-caa.ts';

const request = z.object({ csr: z.string().max(60_000) });

export async function order(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const message = await accountMessage(core, call);
  requireEmpty(message);
  await goOnWith(core, await ownOrder(core, id, message.account.id), call.request);
  return answer(core, call, await ownOrder(core, id, message.account.id));
}

/** The certificate is there, and on the disk, when this answers `valid`. */
export async function finalize(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const { payload, account, key } = await accountMessage(core, call);
  const row = await ownOrder(core, id, account.id);
  const now = core.clock.now();
  const authorizations = await selectAuthorizationsOfOrder(core.storage.db, id);
  const status = orderStatus(row, authorizations, now);
  // RFC 8555 7.4
  if (status !== 'ready')
    throw new AcmeError(
      'orderNotReady',
      `order-${status}`,
      `The order is ${status}, not ready: it cannot be finished now.`,
    );
  const names = identifiersOf(row);
  // what the operator has closed since the order was made is not issued (profiles 4)
  await templateFor(core, account, { names, profile: row.profile, offered: await offeredProfiles(core) });
  const csr = checkCsr(readPayload(payload, request).csr, names, key);
  const done = await aloneWith(core, id, async () => {
    await requireCaa(core, row, authorizations, call.request);
    // durable first: after a crash the order is finished, once, by whoever starts again
    const taken = await moveOrder(core.storage.db, id, 'pending', { status: 'processing', csr, processing_since: now });
    if (!taken) throw beingFinished();
    failPoint('acme-server.processing');
    await issueFor(core, { ...row, status: 'processing', csr, processing_since: now }, call.request);
  });
  if (!done) throw beingFinished();
  return answer(core, call, await ownOrder(core, id, account.id));
}

function beingFinished(): AcmeError {
  return new AcmeError('orderNotReady', 'order-processing', 'The order is being finished already.');
}

async function ownOrder({ storage }: Core, id: string, accountId: string): Promise<OrderRow> {
  const row = await selectOrder(storage.db, id);
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
