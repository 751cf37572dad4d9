/** How port 80 is used: open while a challenge is pending, or always; and whether what is no challenge is sent to HTTPS. */

import { z } from 'zod';
import type { Actor } from '../../lib/actor.ts';
import type { Db } from '../../storage/schema.ts';
import { recordAudit } from '../audit/audit.ts';
import type { Settings } from '../settings/settings.ts';
import type { AcmeDeps } from './acme-deps.ts';
import { stale } from './problems.ts';
import { type HttpListenerPatch, type HttpListenerView, httpListenerPatch } from './schemas.ts';
import * as store from './store.ts';

const stored = z.object({ open: z.enum(['while-needed', 'always']), redirect: z.boolean() });
type Stored = z.infer<typeof stored>;

const standard: Stored = { open: 'while-needed', redirect: false };

export async function httpListenerView({ storage, ports }: AcmeDeps): Promise<HttpListenerView> {
  const { value, version } = await read(storage.db);
  return { ...value, version, port: ports.http, httpsPort: ports.https };
}

/** Throws `acme.stale` (409). */
export async function changeHttpListener(deps: AcmeDeps, actor: Actor, patch: HttpListenerPatch): Promise<void> {
  const { version, ...change } = httpListenerPatch.parse(patch);
  await deps.storage.transaction(async (trx) => {
    const before = await read(trx);
    if (before.version !== version) throw stale('The HTTP listener');
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const after = JSON.stringify(stored.parse({ ...before.value, ...given }));
    await store.writeSetting(trx, settingKey, after, version + 1);
    const texts = { before: JSON.stringify(before.value), after };
    await recordAudit(trx, actor, { action: 'acme.http-listener', object: '', ...texts, detail: given });
  });
  await applyHttpListener(deps);
}

/** Tells the supervisor what was set; at start and after each change of names. */
export async function applyHttpListener({ storage, settings, httpChallenges, ports }: AcmeDeps): Promise<void> {
  const { value } = await read(storage.db);
  const names = namesOf(await settings.get());
  await httpChallenges.configure({
    always: value.open === 'always',
    redirect: value.redirect && names.length > 0 ? { httpsPort: ports.https, names } : null,
  });
}

const settingKey = 'acme-http-listener';

async function read(db: Db): Promise<{ value: Stored; version: number }> {
  const row = await store.selectSetting(db, settingKey);
  return row === undefined
    ? { value: standard, version: 0 }
    : { value: stored.parse(JSON.parse(row.value)), version: row.version };
}

function namesOf({ fqdn, clusterName, dnsNames }: Settings): string[] {
  return [fqdn, clusterName, ...dnsNames].filter((name) => name !== '');
}
