/**
 * Why a CA refuses what an account asks for: because it has ended the account (RFC 8555 7.1.2 deactivated, revoked), or
 * for another reason. The refusal alone does not tell: `unauthorized` stands for both (RFC 8555 7.3.6).
 */
import { printable } from '../../../lib/printable.ts';
import type { AcmeClient } from '../client/acme-client.ts';
import { AcmeProblem } from '../client/acme-problem.ts';

/** What the account's request comes to; it rejects with `acme.account-ended` where that is why the CA refused. */
export async function asAccount<T>(client: AcmeClient, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw await reasonOf(client, error);
  }
}

/** The error itself, or `acme.account-ended` when the CA does not even show the account to its holder. */
export async function reasonOf(client: AcmeClient, error: unknown): Promise<unknown> {
  if (!isUnauthorized(error)) return error;
  try {
    const { status } = await client.account();
    return status === 'valid' ? error : accountEnded(client, status);
  } catch (refused) {
    return isUnauthorized(refused) ? accountEnded(client, refused.failure.document?.detail ?? '') : error;
  }
}

/** `why`: the status, or the CA's words. */
export function accountEnded({ accountUrl = '' }: Pick<AcmeClient, 'accountUrl'>, why: string): AcmeProblem {
  const words = why === '' ? 'no reason given' : why.replace(/\.$/, '');
  return new AcmeProblem('acme.account-ended', `The account ${printable(accountUrl, 200)} has ended: ${words}.`);
}

function isUnauthorized(error: unknown): error is AcmeProblem {
  if (!(error instanceof AcmeProblem) || error.code !== 'acme.refused') return false;
  const { type, status } = error.failure.document ?? {};
  return type === 'unauthorized' || status === 401;
}
