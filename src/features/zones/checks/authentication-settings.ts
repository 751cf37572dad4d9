/** Certificate-based authentication: whether HTTPS clients show a certificate, and how it becomes a user's name. */
import type { Actor } from '../../../lib/actor.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import { staleZone } from '../problems.ts';
import { readValue, writeValue } from '../store.ts';
import { defaultUserNameRule, userNameFault } from './user-name.ts';

/**
 * `validation`: every client must show a certificate that is trusted, users log in with their passwords.
 * `authentication`: the certificate is the log-in.
 */
export type AuthenticationMode = 'not-required' | 'validation' | 'authentication';

export interface AuthenticationSettings {
  readonly version: number;
  readonly mode: AuthenticationMode;
  /** Of which certificates the revocation is checked. */
  readonly crlCheck: 'none' | 'peer' | 'all';
  readonly pattern: string;
  readonly template: string;
}

const key = 'zones.certificate-authentication';

export async function readAuthentication({ db }: Pick<Storage, 'db'>): Promise<AuthenticationSettings> {
  const row = await readValue(db, key);
  const defaults = { mode: 'not-required', crlCheck: 'all', ...defaultUserNameRule } as const;
  return { ...defaults, ...(row?.value as Partial<AuthenticationSettings>), version: row?.version ?? 0 };
}

/** Replaces the settings. Throws `zones.stale` (409), `zones.user-name-rule` (422). */
export async function writeAuthentication(
  storage: Storage,
  actor: Actor,
  given: AuthenticationSettings,
): Promise<void> {
  const { version, ...value } = given;
  const fault = userNameFault(value);
  if (fault !== undefined) throw faultyRule(fault);
  await storage.transaction(async (trx) => {
    const row = await readValue(trx, key);
    const current = row?.version ?? 0;
    if (version !== current) throw staleZone('certificate-based authentication', version, current);
    await writeValue(trx, key, value, current + 1);
    await recordAudit(trx, actor, {
      action: 'zones.certificate-authentication',
      object: 'https',
      before: JSON.stringify(row?.value ?? null),
      after: JSON.stringify(value),
      detail: value,
    });
  });
}

export function faultyRule({ field, detail }: { readonly field: string; readonly detail: string }): Problem {
  const hint = 'Correct it, and try it on a certificate under Client certificate testing.';
  return new Problem({
    code: 'zones.user-name-rule',
    status: 422,
    title: 'The user’s name cannot be found like this.',
    detail,
    hint,
    errors: [{ code: 'zones.user-name-rule', field, detail, hint }],
  });
}
