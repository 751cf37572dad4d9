/** Providers added, changed, put in order, removed. */

import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { staleChange } from '../../../lib/stale-change.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { decodePem } from '../../../pki/pem.ts';
import type { Db } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { checkShape } from '../client/wire/url-rule.ts';
import { noProvider, providerInvalid, providerUsed } from '../problems.ts';
import type { AcmeProviderPatch, AcmeProviderRequest } from '../schemas.ts';
import { readSlotSettings } from '../slots/slot-settings.ts';
import * as store from '../store.ts';
import {
  builtInProviders,
  emptyFields,
  mergeFields,
  mergeSecrets,
  type Provider,
  type ProviderFields,
  type ProviderSecrets,
  readProvider,
  readSecrets,
  sealSecrets,
  secretMoves,
} from './provider.ts';

/** The first start adds those that are built in; later starts change nothing. */
export async function ensureBuiltIn({ storage }: AcmeDeps): Promise<void> {
  await storage.transaction(async (trx) => {
    const there = new Set((await store.selectProviders(trx)).map(({ id }) => id));
    for (const [i, { id, fields }] of builtInProviders.entries()) {
      if (there.has(id)) continue;
      const row = { id, position: 1000 + i, version: 1, kind: 'acme', sealed_secrets: null } as const;
      await store.writeProvider(trx, { ...row, fields: JSON.stringify(fields) });
    }
  });
}

export async function listProviders({ storage }: AcmeDeps): Promise<readonly Provider[]> {
  return (await store.selectProviders(storage.db)).map(readProvider);
}

/** Throws `acme.no-provider` (404). */
export async function findProvider({ storage }: AcmeDeps, id: string): Promise<Provider> {
  const row = await store.selectProvider(storage.db, id);
  if (row === undefined) throw noProvider(id);
  return readProvider(row);
}

export async function addProvider(deps: AcmeDeps, actor: Actor, request: AcmeProviderRequest): Promise<string> {
  const { storage } = deps;
  const { kind, ...rest } = request;
  const fields = mergeFields(emptyFields, rest);
  await checkFields(deps, kind, fields);
  const id = randomBytes(16).toString('hex');
  const secrets = sealSecrets(storage.vault, id, mergeSecrets({}, emptyFields, rest));
  await storage.transaction(async (trx) => {
    const others = (await store.selectProviders(trx)).map(readProvider);
    checkName(fields, others);
    // before the built-in ones: who adds a CA means to use it
    const position = Math.min(0, ...others.map((one) => one.position)) - 1;
    const row = { id, position, version: 1, kind, sealed_secrets: secrets, fields: JSON.stringify(fields) };
    await store.writeProvider(trx, row);
    const detail = { name: fields.name, kind, directory: fields.directoryUrl };
    await recordAudit(trx, actor, { action: 'acme.provider-add', object: id, after: row.fields, detail });
  });
  return id;
}

export async function changeProvider(
  deps: AcmeDeps,
  actor: Actor,
  id: string,
  patch: AcmeProviderPatch,
): Promise<void> {
  const { storage } = deps;
  const before = await findProvider(deps, id);
  const { version, ...rest } = patch;
  const { id: _id, position: _position, version: _version, kind, ...old } = before;
  const fields = mergeFields(old, rest);
  await checkFields(deps, kind, fields);
  await storage.transaction(async (trx) => {
    const row = await store.selectProvider(trx, id);
    if (row === undefined) throw noProvider(id);
    if (row.version !== version) {
      const what = `the provider ${before.name}`;
      throw staleChange({ code: 'acme.stale', what, expected: version, current: row.version });
    }
    const others = (await store.selectProviders(trx)).map(readProvider).filter((one) => one.id !== id);
    checkName(fields, others);
    const kept = readSecrets(storage.vault, row);
    checkChange(old, fields, rest, kept);
    const secrets = sealSecrets(storage.vault, id, mergeSecrets(kept, old, rest));
    const after = JSON.stringify(fields);
    await store.writeProvider(trx, { ...row, version: row.version + 1, fields: after, sealed_secrets: secrets });
    const detail = { name: fields.name, changed: Object.keys(rest) };
    await recordAudit(trx, actor, { action: 'acme.provider-change', object: id, before: row.fields, after, detail });
  });
}

export async function removeProvider(deps: AcmeDeps, actor: Actor, id: string): Promise<void> {
  const provider = await findProvider(deps, id);
  if (provider.builtIn) throw providerUsed(provider.name, ['every gateway: it is built in']);
  await deps.storage.transaction(async (trx) => {
    const slots = await usersOf(trx, id);
    if (slots.length > 0) throw providerUsed(provider.name, slots);
    await store.deleteProvider(trx, id);
    const detail = { name: provider.name };
    await recordAudit(trx, actor, { action: 'acme.provider-remove', object: id, before: provider.name, detail });
  });
}

/** `ids` names every provider once. Throws `acme.provider-invalid` (422). */
export async function orderProviders(deps: AcmeDeps, actor: Actor, ids: readonly string[]): Promise<void> {
  await deps.storage.transaction(async (trx) => {
    const there = (await store.selectProviders(trx)).map(({ id }) => id);
    if ([...there].sort().join() !== [...ids].sort().join()) {
      const detail = 'The order must name every provider once.';
      throw providerInvalid([{ code: 'acme.provider-invalid', field: 'ids', detail }]);
    }
    for (const [i, id] of ids.entries()) await store.setPosition(trx, id, i);
    const texts = { before: there.join(), after: ids.join() };
    await recordAudit(trx, actor, { action: 'acme.provider-order', object: '', ...texts });
  });
}

/** Slots whose settings name the provider. */
export async function usersOf(db: Db, id: string): Promise<string[]> {
  const slots = await store.selectSlots(db);
  return slots.filter((row) => readSlotSettings(row).providers.includes(id)).map(({ slot }) => slot);
}

type FieldError = { code: string; field: string; detail: string; hint?: string };

/** What holds for a change alone: built-in directories are fixed, and no kept secret comes to serve another purpose. */
function checkChange(
  before: ProviderFields,
  after: ProviderFields,
  patch: Omit<AcmeProviderPatch, 'version'>,
  kept: ProviderSecrets,
): void {
  const errors: FieldError[] = [];
  const add = (field: string, detail: string): void => {
    errors.push({ code: 'acme.provider-invalid', field, detail });
  };
  for (const field of ['directoryUrl', 'stagingUrl'] as const) {
    if (before.builtIn && before[field] !== after[field])
      add(field, 'The directories of a built-in provider are fixed.');
  }
  if (after.externalKeyId !== before.externalKeyId && patch.externalAccount?.hmacKey === '') {
    add('externalAccount', 'Another key identifier comes with an HMAC key of its own.');
  }
  if (kept.challenge !== undefined && secretMoves(before, patch)) {
    add('challenge', 'The kept bearer token is not sent to another host: enter the token, or none.');
  }
  if (errors.length > 0) throw providerInvalid(errors);
}

async function checkFields(deps: AcmeDeps, kind: Provider['kind'], fields: ProviderFields): Promise<void> {
  const errors: FieldError[] = [];
  const add = (field: string, detail: string): void => {
    errors.push({ code: 'acme.provider-invalid', field, detail });
  };
  if (kind === 'acme') {
    if (fields.directoryUrl === '') add('directoryUrl', 'The directory URL is missing.');
    for (const field of ['directoryUrl', 'stagingUrl'] as const) {
      if (fields[field] !== '') checkUrl(fields[field], (detail) => add(field, detail));
    }
    if (fields.stagingUrl !== '' && fields.stagingUrl === fields.directoryUrl) {
      add('stagingUrl', 'The staging directory is the directory itself: what is tested there would be real.');
    }
  } else {
    const templates = (await deps.privateCa?.templates()) ?? [];
    if (!templates.includes(fields.template)) {
      const known = templates.length === 0 ? 'there is no private CA yet' : `there are ${templates.join(', ')}`;
      add('template', `The private CA has no such template: ${known}.`);
    }
  }
  if (!isCaFile(fields.caPem)) add('caPem', 'The CA file holds no readable certificates.');
  const { challenge } = fields;
  if ('caPem' in challenge && !isCaFile(challenge.caPem ?? '')) {
    add('challenge', 'The CA of the webhook holds no readable certificates.');
  }
  if (errors.length > 0) throw providerInvalid(errors);
}

/** Empty, or certificates and nothing else. */
function isCaFile(pem: string): boolean {
  if (pem.trim() === '') return true;
  const blocks = decodePem(pem);
  return blocks.ok && blocks.value.length > 0 && blocks.value.every(({ der }) => parseCertificate(der).ok);
}

function checkUrl(text: string, add: (detail: string) => void): void {
  try {
    checkShape(text);
  } catch (error) {
    add(error instanceof Error ? error.message : String(error));
  }
}

function checkName({ name }: ProviderFields, others: readonly Provider[]): void {
  if (!others.some((one) => one.name.toLowerCase() === name.toLowerCase())) return;
  throw providerInvalid([{ code: 'acme.provider-invalid', field: 'name', detail: 'Another provider has this name.' }]);
}
