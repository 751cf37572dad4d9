/** The gateway's account at a CA: made when it is needed, its key kept first; found again, exchanged, ended, forgotten. */

import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Actor, systemActor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import type { Trx } from '../../../storage/schema.ts';
import type { Vault } from '../../../storage/vault.ts';
import { recordAudit } from '../../audit/audit.ts';
import { parseSlot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { type AcmeClient, createAcmeClient } from '../client/acme-client.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { jwkThumbprint, publicJwk } from '../client/jws/jwk.ts';
import { createHttpsTransport } from '../client/wire/https-transport.ts';
import { noAccount, termsChanged } from '../problems.ts';
import type { AcmeAccountView } from '../schemas.ts';
import { changeState } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import { accountEnded, asAccount } from './ended-account.ts';
import { countEvents } from './limits.ts';
import { type Provider, readProvider, readSecrets } from './provider.ts';

/** A conversation with one CA; closed by whoever opened it. */
export interface OpenAccount {
  readonly client: AcmeClient;
  readonly row: store.AccountRow;
  close(): void;
}

/** Of whom an account is opened for: what runs first in each transaction, and what ends every request. */
export interface AccountUse {
  readonly within?: (trx: Trx) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** The directory that an order goes to: the provider's own, or for a test its staging one. */
export function directoryOf(provider: Provider, purpose: 'manual' | 'renewal' | 'test'): string {
  return purpose === 'test' && !provider.staging && provider.stagingUrl !== ''
    ? provider.stagingUrl
    : provider.directoryUrl;
}

/** A client without an account: for what everybody may read. The caller closes it. */
export async function openDirectory(deps: AcmeDeps, provider: Provider, directory: string): Promise<OpenAccount> {
  // requests that nobody signs need no key that lasts
  nobody ??= generateKey('ec-p256').then(({ privateKey }) => privateKey);
  const key = await nobody;
  const row: store.AccountRow = {
    id: '',
    provider: provider.id,
    directory,
    url: null,
    sealed_key: new Uint8Array(0),
    sealed_next_key: null,
    status: 'new',
    contact: '[]',
    terms: '',
    created_at: 0,
  };
  return open(deps, provider, row, key);
}

let nobody: Promise<KeyObject> | undefined;

/**
 * The account, registered at the CA if it is not yet: its key is stored before the CA hears of it, so that a crash
 * leaves no account that nobody has the key of.
 */
export async function openAccount(
  deps: AcmeDeps,
  actor: Actor,
  provider: Provider,
  directory: string,
  { within, signal }: AccountUse = {},
): Promise<OpenAccount> {
  const row = await ensureRow(deps, actor, provider, directory, within);
  const key = keyOf(deps.storage.vault, row);
  const account = open(deps, provider, row, key, signal);
  try {
    if (row.sealed_next_key !== null) await settleKeyChange(deps, provider, row, signal);
    else if (row.url === null) await register(deps, provider, account, within);
    else return account;
    account.close();
    const settled = await store.selectAccount(deps.storage.db, provider.id, directory);
    if (settled === undefined) throw noAccount(provider.name);
    return open(deps, provider, settled, keyOf(deps.storage.vault, settled), signal);
  } catch (error) {
    account.close();
    throw error;
  }
}

/** Marks the account as one that the CA does not know; the next call makes a new one (RFC 8555 6.7, accountDoesNotExist). */
export async function loseAccount(deps: AcmeDeps, row: store.AccountRow): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    await store.updateAccount(trx, row.id, { status: 'lost' });
    const detail = { url: row.url };
    await recordAudit(trx, systemActor('acme'), { action: 'acme.account-lost', object: row.provider, detail });
  });
}

/** The CA wants its terms accepted again (RFC 8555 7.3.3): nothing that was accepted counts any more. */
export async function forgetTerms(deps: AcmeDeps, actor: Actor, { id, provider, terms }: store.AccountRow) {
  if (terms === '') return;
  await deps.storage.transaction(async (trx) => {
    await store.updateAccount(trx, id, { terms: '' });
    await recordAudit(trx, actor, { action: 'acme.terms-wanted', object: provider, before: terms });
  });
}

/** What is shown of the account; `none` without one. */
export async function accountView(deps: AcmeDeps, provider: Provider): Promise<AcmeAccountView> {
  const row = await store.selectAccount(deps.storage.db, provider.id, provider.directoryUrl);
  if (row === undefined) {
    return { status: 'none', url: null, contact: [], terms: null, keyThumbprint: null, createdAt: null };
  }
  return {
    status: row.status,
    url: row.url,
    contact: JSON.parse(row.contact) as string[],
    terms: row.terms === '' ? null : row.terms,
    keyThumbprint: jwkThumbprint(publicJwk(keyOf(deps.storage.vault, row))),
    createdAt: new Date(row.created_at).toISOString(),
  };
}

/** Remembers that a person has accepted the terms, and registers or tells the CA; what failed for want of them is due again. */
export async function acceptTerms(deps: AcmeDeps, actor: Actor, provider: Provider, terms: string | undefined) {
  const opened = await openDirectory(deps, provider, provider.directoryUrl);
  const { terms: wanted } = await opened.client.directory().finally(() => opened.close());
  if (wanted !== undefined && wanted !== terms) throw termsChanged(wanted);
  if (wanted !== undefined) await keepTerms(deps, actor, provider, wanted);
  const known = await store.selectAccount(deps.storage.db, provider.id, provider.directoryUrl);
  const account = await openAccount(deps, actor, { ...provider, acceptedTerms: [wanted ?? ''] }, provider.directoryUrl);
  try {
    if (known?.url != null && wanted !== undefined)
      await asAccount(account.client, account.client.updateAccount({ termsAgreed: true }));
    await deps.storage.transaction(async (trx) => {
      await store.updateAccount(trx, account.row.id, { terms: wanted ?? '' });
      for (const { slot } of await store.selectSlots(trx))
        await changeState(trx, parseSlot(slot), ({ lastSign }) => {
          const waited = lastSign?.code === 'acme.terms-not-accepted' && lastSign.provider === provider.id;
          return waited ? { nextAttempt: deps.clock.now() } : {};
        });
    });
  } finally {
    account.close();
  }
}

/** The private key of an account's row. Throws VaultError. */
export function keyOf(vault: Vault, row: store.AccountRow, which: 'sealed_key' | 'sealed_next_key' = 'sealed_key') {
  const sealed = row[which];
  if (sealed === null) throw new Error('the account has no such key');
  const plain = vault.open({ id: `${row.id}:${which}`, version: 1 }, sealed);
  try {
    return createPrivateKey({ key: Buffer.from(plain), format: 'der', type: 'pkcs8' });
  } finally {
    plain.fill(0);
  }
}

/** A new key for an account's row, sealed for its place there. */
export async function makeAccountKey(vault: Vault, id: string, which: 'sealed_key' | 'sealed_next_key') {
  const { privateKey } = await generateKey('ec-p256');
  return { key: privateKey, sealed: sealAccountKey(vault, id, which, privateKey) };
}

/** Seals a key for its place in the row. */
export function sealAccountKey(vault: Vault, id: string, which: 'sealed_key' | 'sealed_next_key', key: KeyObject) {
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  try {
    return vault.seal({ id: `${id}:${which}`, version: 1 }, plain);
  } finally {
    plain.fill(0);
  }
}

async function newRow(vault: Vault, provider: Provider, directory: string, now: number): Promise<store.AccountRow> {
  const id = randomBytes(16).toString('hex');
  const { sealed } = await makeAccountKey(vault, id, 'sealed_key');
  return {
    id,
    provider: provider.id,
    directory,
    url: null,
    sealed_key: sealed,
    sealed_next_key: null,
    status: 'new',
    contact: JSON.stringify(provider.contact),
    terms: '',
    created_at: now,
  };
}

async function ensureRow(
  deps: AcmeDeps,
  actor: Actor,
  provider: Provider,
  directory: string,
  within?: (trx: Trx) => Promise<void>,
): Promise<store.AccountRow> {
  const { storage, clock } = deps;
  const there = await store.selectAccount(storage.db, provider.id, directory);
  if (there !== undefined && (there.status === 'new' || there.status === 'valid')) return there;
  const fresh = await newRow(storage.vault, provider, directory, clock.now());
  return storage.transaction(async (trx) => {
    await within?.(trx);
    const now = await store.selectAccount(trx, provider.id, directory);
    if (now !== undefined && (now.status === 'new' || now.status === 'valid')) return now;
    if (now !== undefined) await store.deleteAccount(trx, now.id);
    await store.insertAccount(trx, fresh);
    const detail = { directory, after: now?.status ?? 'none' };
    await recordAudit(trx, actor, { action: 'acme.account-create', object: provider.id, detail });
    return fresh;
  });
}

async function register(
  deps: AcmeDeps,
  provider: Provider,
  { client, row }: OpenAccount,
  within?: (trx: Trx) => Promise<void>,
): Promise<void> {
  const { storage, clock } = deps;
  const { terms } = await client.directory();
  const termsAgreed = terms === undefined || provider.acceptedTerms.includes(terms);
  const binding = await bindingOf(deps, provider);
  const account = await client.newAccount({
    email: provider.contact,
    termsAgreed,
    ...(binding !== undefined && { binding }),
  });
  if (account.status !== 'valid') throw accountEnded(client, account.status);
  failPoint('acme.account-made');
  await storage.transaction(async (trx) => {
    await within?.(trx);
    await store.updateAccount(trx, row.id, { url: account.url, status: 'valid', terms: terms ?? '' });
    await countEvents(trx, row.directory, [{ what: 'account', key: '' }], clock.now());
  });
}

async function bindingOf(deps: AcmeDeps, provider: Provider) {
  if (provider.externalKeyId === '') return undefined;
  const stored = await store.selectProvider(deps.storage.db, provider.id);
  const { hmacKey } = stored === undefined ? {} : readSecrets(deps.storage.vault, stored);
  if (hmacKey === undefined) {
    throw new AcmeProblem('acme.binding-needed', 'The HMAC key of the external account was not entered.');
  }
  return { keyId: provider.externalKeyId, key: Buffer.from(hmacKey, 'base64url') };
}

/** A roll-over was cut off: whichever key the CA knows is the account's. */
async function settleKeyChange(
  deps: AcmeDeps,
  provider: Provider,
  row: store.AccountRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { storage } = deps;
  const next = keyOf(storage.vault, row, 'sealed_next_key');
  const probe = open(deps, provider, { ...row, url: null }, next, signal);
  const found = await probe.client.findAccount().finally(() => probe.close());
  const taken = found !== undefined && found.url === row.url;
  const change = taken ? { sealed_key: sealAccountKey(storage.vault, row.id, 'sealed_key', next) } : {};
  await storage.transaction((trx) => store.updateAccount(trx, row.id, { ...change, sealed_next_key: null }));
}

async function keepTerms(deps: AcmeDeps, actor: Actor, provider: Provider, terms: string): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    const row = await store.selectProvider(trx, provider.id);
    if (row === undefined) return;
    const { id: _, position: _position, version: _version, kind: _kind, ...fields } = readProvider(row);
    const acceptedTerms = [...new Set([...fields.acceptedTerms, terms])].slice(-10);
    await store.writeProvider(trx, { ...row, fields: JSON.stringify({ ...fields, acceptedTerms }) });
    await recordAudit(trx, actor, { action: 'acme.accept-terms', object: provider.id, detail: { terms } });
  });
}

function open(
  deps: AcmeDeps,
  provider: Provider,
  row: store.AccountRow,
  key: KeyObject,
  signal?: AbortSignal,
): OpenAccount {
  const { approvedHosts, caPem } = provider;
  const transport = (deps.transport ?? createHttpsTransport)({
    allowed: approvedHosts,
    ...(caPem.trim() !== '' && { ca: [caPem] }),
  });
  const client = createAcmeClient({
    directoryUrl: row.directory,
    approvedHosts,
    transport,
    clock: deps.clock,
    accountKey: key,
    ...(row.url !== null && { accountUrl: row.url }),
    ...(signal !== undefined && { signal }),
    ...(deps.wait !== undefined && { wait: deps.wait }),
  });
  return { client, row, close: () => transport.close() };
}
