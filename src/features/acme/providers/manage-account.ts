/** What a person does with an account: contact, roll-over, deactivation, reset. */
import type { Actor } from '../../../lib/actor.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { noAccount } from '../problems.ts';
import * as store from '../store.ts';
import { makeAccountKey, type OpenAccount, openAccount, sealAccountKey } from './accounts.ts';
import { asAccount } from './ended-account.ts';
import type { Provider } from './provider.ts';
import { readProvider } from './provider.ts';

/** Tells the CA, and keeps the addresses for accounts to come. */
export async function updateContact(
  deps: AcmeDeps,
  actor: Actor,
  provider: Provider,
  contact: readonly string[],
): Promise<void> {
  await withAccount(deps, actor, provider, async ({ client, row }) => {
    await client.updateAccount({ email: contact });
    await deps.storage.transaction(async (trx) => {
      const stored = await store.selectProvider(trx, provider.id);
      if (stored === undefined) return;
      const { id: _, position: _position, version: _version, kind: _kind, ...fields } = readProvider(stored);
      const text = JSON.stringify({ ...fields, contact });
      await store.writeProvider(trx, { ...stored, version: stored.version + 1, fields: text });
      await store.updateAccount(trx, row.id, { contact: JSON.stringify(contact) });
      const detail = { contact };
      await recordAudit(trx, actor, { action: 'acme.account-contact', object: provider.id, after: text, detail });
    });
  });
}

/** The new key is stored before the CA hears of it: a crash leaves one of the two keys good, and it is found which. */
export async function rollOver(deps: AcmeDeps, actor: Actor, provider: Provider): Promise<void> {
  const { storage } = deps;
  await withAccount(deps, actor, provider, async ({ client, row }) => {
    const next = await makeAccountKey(storage.vault, row.id, 'sealed_next_key');
    await storage.transaction((trx) => store.updateAccount(trx, row.id, { sealed_next_key: next.sealed }));
    await client.changeKey(next.key);
    const sealed = sealAccountKey(storage.vault, row.id, 'sealed_key', next.key);
    await storage.transaction(async (trx) => {
      await store.updateAccount(trx, row.id, { sealed_key: sealed, sealed_next_key: null });
      await recordAudit(trx, actor, { action: 'acme.account-roll-over', object: provider.id });
    });
  });
}

export async function deactivate(deps: AcmeDeps, actor: Actor, provider: Provider): Promise<void> {
  await withAccount(deps, actor, provider, async ({ client, row }) => {
    await client.deactivateAccount();
    await deps.storage.transaction(async (trx) => {
      await store.updateAccount(trx, row.id, { status: 'deactivated' });
      const detail = { url: row.url };
      await recordAudit(trx, actor, { action: 'acme.account-deactivate', object: provider.id, detail });
    });
  });
}

/** Forgets account and key here, those of tests too; certificates go on working. */
export async function resetAccount(deps: AcmeDeps, actor: Actor, provider: Provider): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    const rows = [provider.directoryUrl, provider.stagingUrl].map((url) => store.selectAccount(trx, provider.id, url));
    const there = (await Promise.all(rows)).filter((row) => row !== undefined);
    if (there.length === 0) throw noAccount(provider.name);
    for (const row of there) await store.deleteAccount(trx, row.id);
    const detail = { urls: there.map(({ url }) => url) };
    await recordAudit(trx, actor, { action: 'acme.account-reset', object: provider.id, detail });
  });
}

async function withAccount(
  deps: AcmeDeps,
  actor: Actor,
  provider: Provider,
  use: (account: OpenAccount) => Promise<void>,
): Promise<void> {
  const row = await store.selectAccount(deps.storage.db, provider.id, provider.directoryUrl);
  if (row?.url == null || row.status !== 'valid') throw noAccount(provider.name);
  const account = await openAccount(deps, actor, provider, provider.directoryUrl);
  await asAccount(account.client, use(account)).finally(() => account.close());
}
