/** An account as its holder sees it (RFC 8555 7.1.2). */
import type { Call } from '../protocol/core.ts';
import type { AccountRow } from './account-store.ts';

export function accountView({ base }: Call, row: AccountRow): Record<string, unknown> {
  return {
    status: row.status,
    contact: JSON.parse(row.contacts) as string[],
    ...(row.terms_agreed_at === null ? {} : { termsOfServiceAgreed: true }),
    orders: `${base}/account/${row.id}/orders`,
  };
}
