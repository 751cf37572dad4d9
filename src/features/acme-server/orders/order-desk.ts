/** What the operator sees of orders: who ordered what, how far it is, and why it failed. */
import {
  type AuthorizationRow,
  type ChallengeRow,
  selectAuthorizationsOfOrder,
  selectChallenges,
} from '../authorizations/authorization-store.ts';
import { type AuthorizationStatus, authorizationStatus } from '../authorizations/authorization-view.ts';
import { selectCertificate } from '../certificates/certificate-store.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { unknownOrder } from '../problems.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import type { Core } from '../protocol/core.ts';
import { type OrderQuery, type OrderRow, selectOrder, selectOrders } from './order-store.ts';
import { identifiersOf, type OrderStatus, orderError, orderStatus } from './order-view.ts';

export interface OrderSummary {
  readonly id: string;
  readonly accountId: string;
  readonly status: OrderStatus;
  readonly names: readonly CertifiedName[];
  readonly profile: string;
  /** Whether it renews a certificate that it names. */
  readonly renewal: boolean;
  readonly address: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Why it is invalid. */
  readonly error: Pick<AcmeProblem, 'type' | 'reason' | 'detail'> | null;
  /** Lower-case hexadecimal. */
  readonly serial: string | null;
  readonly notAfter: number | null;
}

export interface OrderDetails extends OrderSummary {
  readonly authorizations: readonly {
    readonly name: CertifiedName;
    readonly wildcard: boolean;
    readonly status: AuthorizationStatus;
    readonly expiresAt: number;
    readonly challenges: readonly {
      readonly type: ChallengeRow['type'];
      readonly status: ChallengeRow['status'];
      readonly at: number | null;
      readonly error: Pick<AcmeProblem, 'type' | 'reason' | 'detail'> | null;
    }[];
  }[];
}

export function createOrderDesk({ storage, clock }: Core) {
  const summary = async (row: OrderRow, authorizations: readonly AuthorizationRow[]): Promise<OrderSummary> => {
    const now = clock.now();
    const certificate =
      row.certificate_id === null ? undefined : await selectCertificate(storage.db, row.certificate_id);
    return {
      id: row.id,
      accountId: row.account_id,
      status: orderStatus(row, authorizations, now),
      names: identifiersOf(row),
      profile: row.profile,
      renewal: row.replaces !== null,
      address: row.address,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      error: await whyInvalid(row, authorizations, now),
      serial: certificate?.serial ?? null,
      notAfter: certificate?.not_after ?? null,
    };
  };
  /** The words of the challenge that failed say more than those of the order. */
  const whyInvalid = async (row: OrderRow, authorizations: readonly AuthorizationRow[], now: number) => {
    const error = orderError(row, authorizations, now);
    const lost = row.error === null ? authorizations.find(({ status }) => status === 'invalid') : undefined;
    if (error === undefined || lost === undefined) return error === undefined ? null : brief(error);
    const failed = (await selectChallenges(storage.db, lost.id)).find((one) => one.failed_at !== null);
    return brief(failed?.error == null ? error : (JSON.parse(failed.error) as AcmeProblem));
  };
  return {
    /** Newest first; `next` is the `before` of the next page. */
    async list(query: OrderQuery): Promise<{ readonly orders: readonly OrderSummary[]; readonly next: number | null }> {
      const rows = await selectOrders(storage.db, query, clock.now());
      const orders: OrderSummary[] = [];
      for (const row of rows) orders.push(await summary(row, await selectAuthorizationsOfOrder(storage.db, row.id)));
      return { orders, next: rows.length >= query.limit ? (rows.at(-1)?.created_at ?? null) : null };
    },
    /** Throws `acme-server.no-order` (404). */
    async get(id: string): Promise<OrderDetails> {
      const row = await selectOrder(storage.db, id);
      if (row === undefined) throw unknownOrder(id);
      const rows = await selectAuthorizationsOfOrder(storage.db, id);
      const authorizations: OrderDetails['authorizations'][number][] = [];
      for (const one of rows)
        authorizations.push(details(one, await selectChallenges(storage.db, one.id), clock.now()));
      return { ...(await summary(row, rows)), authorizations };
    },
  };
}

function details(
  row: AuthorizationRow,
  challenges: readonly ChallengeRow[],
  now: number,
): OrderDetails['authorizations'][number] {
  return {
    name: { type: row.type, value: row.value },
    wildcard: row.wildcard === 1,
    status: authorizationStatus(row, now),
    expiresAt: row.expires_at,
    challenges: challenges.map(({ type, status, validated_at: good, failed_at: bad, error }) => ({
      type,
      status,
      at: good ?? bad,
      error: error === null ? null : brief(JSON.parse(error) as AcmeProblem),
    })),
  };
}

function brief({ type, reason, detail }: AcmeProblem): Pick<AcmeProblem, 'type' | 'reason' | 'detail'> {
  return { type, reason, detail };
}
