/** How port 80 is used: open while a challenge is pending, or always; and whether what is no challenge is sent to HTTPS. */

import type { Actor } from '../../lib/actor.ts';
import { changeSettings, type KeptSettings, readSettings, type Settings } from '../settings/settings.ts';
import type { AcmeDeps } from './acme-deps.ts';
import { type HttpListenerPatch, type HttpListenerView, httpListenerPatch } from './schemas.ts';

type Kept = Omit<HttpListenerView, 'port' | 'httpsPort'>;

const kept: KeptSettings<Kept> = {
  key: 'acme-http-listener',
  what: 'the HTTP listener',
  staleCode: 'acme.stale',
  action: 'acme.http-listener',
  object: '',
  complete: (value) => ({ version: 0, open: 'while-needed', redirect: false, ...value }),
};

export async function httpListenerView({ storage, ports }: AcmeDeps): Promise<HttpListenerView> {
  return { ...(await readSettings(storage.db, kept)), port: ports.http, httpsPort: ports.https };
}

/** Throws `acme.stale` (409). */
export async function changeHttpListener(deps: AcmeDeps, actor: Actor, patch: HttpListenerPatch): Promise<void> {
  const { version, ...rest } = httpListenerPatch.parse(patch);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const change = (before: Kept) => ({ ...before, ...given });
  await deps.storage.transaction((trx) => changeSettings(trx, kept, { actor, version, change, detail: given }));
  await applyHttpListener(deps);
}

/** Tells the supervisor what was set; at start and after each change of names. */
export async function applyHttpListener({ storage, settings, httpChallenges, ports }: AcmeDeps): Promise<void> {
  const { open, redirect } = await readSettings(storage.db, kept);
  const names = namesOf(await settings.get());
  await httpChallenges.configure({
    always: open === 'always',
    redirect: redirect && names.length > 0 ? { httpsPort: ports.https, names } : null,
  });
}

function namesOf({ fqdn, clusterName, dnsNames }: Settings): string[] {
  return [fqdn, clusterName, ...dnsNames].filter((name) => name !== '');
}
