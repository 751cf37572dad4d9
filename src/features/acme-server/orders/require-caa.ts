/** Before a certificate is issued, the owners of its names are asked by their CAA records whether it may be (RFC 8659). */
import { type AuthorizationRow, selectChallenges } from '../authorizations/authorization-store.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import type { Core } from '../protocol/core.ts';
import type { AcmeRequest } from '../protocol/exchange.ts';
import { accountIdIn } from '../protocol/message.ts';
import { type CaaSubject, checkCaa } from '../validation/check-caa.ts';
import { refuseOrder } from './issue-for-order.ts';
import type { OrderRow } from './order-store.ts';

/**
 * Nothing is looked up while the settings name no domain of this CA. Throws `caa`, which ends the order, and `dns` when
 * records cannot be looked up, after which it may be finished later.
 */
export async function requireCaa(
  core: Core,
  order: OrderRow,
  authorizations: readonly AuthorizationRow[],
  request: AcmeRequest,
): Promise<void> {
  const { caaDomains, resolvers } = core.settings();
  if (caaDomains.length === 0) return;
  const subjects: CaaSubject[] = [];
  for (const { id, type, value, wildcard } of authorizations) {
    // addresses have no CAA records (RFC 8738 7)
    if (type === 'ip') continue;
    const proof = (await selectChallenges(core.storage.db, id)).find(({ status }) => status === 'valid');
    const identifier = { type, value: wildcard === 1 ? `*.${value}` : value };
    subjects.push({ identifier, method: proof?.type ?? '' });
  }
  const problems = await checkCaa(subjects, core.nameServer(resolvers), {
    domains: caaDomains,
    isAccount: async (uri) => (await accountIdIn(core, uri)) === order.account_id,
  });
  const first = problems.find(({ type }) => type === 'caa') ?? problems[0];
  if (first === undefined) return;
  await refuseOrder(core, order, request, { problem: first, forGood: first.type === 'caa' });
  throw new AcmeError(first.type, first.reason, first.detail, { subproblems: problems });
}
