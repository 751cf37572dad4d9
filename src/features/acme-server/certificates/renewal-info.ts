/** renewalInfo (RFC 9773): when a certificate is to be renewed, so that the renewals of many spread over time. */
import { nothingThere } from '../authorizations/authorizations.ts';
import type { Core } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { type CertificateRow, selectCertificateByAri } from './certificate-store.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Asked again after so many seconds: twice a day at least (RFC 9773 4.3). */
const askAgain = 6 * 3_600;

/** Anybody may ask: the identifier stands in the certificate. */
export async function renewalInfo(core: Core, ariId: string): Promise<AcmeAnswer> {
  const row = await selectCertificateByAri(core.storage.db, ariId);
  if (row === undefined) throw nothingThere();
  const { revokedAt = row.revoked_at ?? undefined, issuerReplacedAt } = await core.ca.state(row.serial);
  const { start, end } = renewalWindow(row, revokedAt, issuerReplacedAt);
  const suggestedWindow = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return jsonAnswer(200, { suggestedWindow }, { 'retry-after': String(askAgain) });
}

/**
 * Around the end of the second third of the lifetime, of the first half below ten days. A revoked certificate has a
 * window that is over, so that it is renewed at once; one whose issuer was replaced is renewed within a day from then.
 */
export function renewalWindow(
  { not_before: from, not_after: to }: Pick<CertificateRow, 'not_before' | 'not_after'>,
  revokedAt?: number,
  issuerReplacedAt?: number,
): { readonly start: number; readonly end: number } {
  if (revokedAt !== undefined) return { start: revokedAt - hour, end: revokedAt };
  const life = to - from;
  const middle = from + life * (life < 10 * day ? 1 / 2 : 2 / 3);
  const usual = { start: middle - life / 50, end: middle + life / 50 };
  if (issuerReplacedAt === undefined || issuerReplacedAt >= usual.start) return usual;
  return { start: issuerReplacedAt, end: Math.min(issuerReplacedAt + day, usual.end) };
}
