/** Certificate-based authentication: whether HTTPS clients show a certificate, and how it becomes a user's name. */
import type { Actor } from '../../../lib/actor.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Storage } from '../../../storage/storage.ts';
import { changeSettings, type KeptSettings, readSettings } from '../../settings/settings.ts';
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

const keptAuthentication: KeptSettings<AuthenticationSettings> = {
  key: 'zones.certificate-authentication',
  what: 'certificate-based authentication',
  staleCode: 'zones.stale',
  action: 'zones.certificate-authentication',
  object: 'https',
  complete: (kept) => ({ version: 0, mode: 'not-required', crlCheck: 'all', ...defaultUserNameRule, ...kept }),
};

export function readAuthentication({ db }: Pick<Storage, 'db'>): Promise<AuthenticationSettings> {
  return readSettings(db, keptAuthentication);
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
  const change = () => given;
  await storage.transaction((trx) =>
    changeSettings(trx, keptAuthentication, { actor, version, change, detail: value }),
  );
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
