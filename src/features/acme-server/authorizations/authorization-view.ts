/** Authorizations and challenges as clients see them (RFC 8555 7.1.4, 8). */
import { type AcmeProblem, problemDocument } from '../protocol/acme-error.ts';
import type { Call } from '../protocol/core.ts';
import type { AuthorizationRow, ChallengeRow } from './authorization-store.ts';

export type AuthorizationStatus = AuthorizationRow['status'] | 'expired';

/** What the row says, or `expired` once its time is over. */
export function authorizationStatus(row: AuthorizationRow, now: number): AuthorizationStatus {
  const ends = row.status === 'pending' || row.status === 'valid';
  return ends && row.expires_at <= now ? 'expired' : row.status;
}

export function authorizationView(
  call: Call,
  row: AuthorizationRow,
  challenges: readonly ChallengeRow[],
  now: number,
): Record<string, unknown> {
  // RFC 8555 7.1.4: once decided, only the challenge that decided is shown
  const decided = row.status === 'valid' || row.status === 'invalid';
  const shown = decided ? challenges.filter(({ status }) => status === row.status) : challenges;
  return {
    identifier: { type: row.type, value: row.value },
    status: authorizationStatus(row, now),
    expires: new Date(row.expires_at).toISOString(),
    challenges: shown.map((challenge) => challengeView(call, challenge)),
    ...(row.wildcard === 1 ? { wildcard: true } : {}),
  };
}

export function challengeView({ base }: Call, row: ChallengeRow): Record<string, unknown> {
  return {
    type: row.type,
    url: `${base}/challenge/${row.id}`,
    status: row.status,
    token: row.token,
    ...(row.validated_at === null ? {} : { validated: new Date(row.validated_at).toISOString() }),
    ...(row.error === null ? {} : { error: problemDocument(JSON.parse(row.error) as AcmeProblem) }),
  };
}
