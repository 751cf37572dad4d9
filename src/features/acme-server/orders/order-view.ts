/** An order as its account sees it (RFC 8555 7.1.3, RFC 9773 5, profiles), and what state it is in. */
import type { AuthorizationRow } from '../authorizations/authorization-store.ts';
import { authorizationStatus } from '../authorizations/authorization-view.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { type AcmeProblem, problemDocument } from '../protocol/acme-error.ts';
import type { Call } from '../protocol/core.ts';
import type { OrderRow } from './order-store.ts';

export type OrderStatus = OrderRow['status'] | 'ready';

/** RFC 8555 7.1.6: while pending, the authorizations decide. */
export function orderStatus(row: OrderRow, authorizations: readonly AuthorizationRow[], now: number): OrderStatus {
  if (row.status !== 'pending') return row.status;
  if (row.expires_at <= now) return 'invalid';
  const statuses = authorizations.map((one) => authorizationStatus(one, now));
  if (statuses.every((status) => status === 'valid')) return 'ready';
  return statuses.every((status) => status === 'valid' || status === 'pending') ? 'pending' : 'invalid';
}

export function identifiersOf(row: OrderRow): readonly CertifiedName[] {
  return JSON.parse(row.identifiers) as CertifiedName[];
}

/** Why the order is invalid, in the words of the order or of the name that could not be proved. */
export function orderError(
  row: OrderRow,
  authorizations: readonly AuthorizationRow[],
  now: number,
): AcmeProblem | undefined {
  if (row.error !== null) return JSON.parse(row.error) as AcmeProblem;
  if (orderStatus(row, authorizations, now) !== 'invalid') return undefined;
  const lost = authorizations.find((one) => !['pending', 'valid'].includes(authorizationStatus(one, now)));
  if (lost === undefined)
    return { type: 'malformed', reason: 'order-expired', detail: 'The order was not finished in time. Order again.' };
  const { value } = lost;
  return {
    type: 'unauthorized',
    reason: `authorization-${authorizationStatus(lost, now)}`,
    detail: `The authorization for ${value} is ${authorizationStatus(lost, now)}; its challenge says why.`,
  };
}

export function orderView(
  { base }: Call,
  row: OrderRow,
  authorizations: readonly AuthorizationRow[],
  now: number,
): Record<string, unknown> {
  const error = orderError(row, authorizations, now);
  return {
    status: orderStatus(row, authorizations, now),
    expires: new Date(row.expires_at).toISOString(),
    identifiers: identifiersOf(row),
    profile: row.profile,
    ...(row.not_after === null ? {} : { notAfter: new Date(row.not_after).toISOString() }),
    ...(row.replaces === null ? {} : { replaces: row.replaces }),
    ...(error && { error: problemDocument(error) }),
    authorizations: authorizations.map(({ id }) => `${base}/authz/${id}`),
    finalize: `${base}/order/${row.id}/finalize`,
    ...(row.certificate_id === null ? {} : { certificate: `${base}/certificate/${row.certificate_id}` }),
  };
}
