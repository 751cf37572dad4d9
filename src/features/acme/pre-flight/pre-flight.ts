/** Looks at everything that an order needs before a CA is asked: one row each, in words. Changes nothing. */

import { printableList } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { Directory } from '../client/resource/directory.ts';
import { identifiersOf } from '../orders/order-context.ts';
import { openDirectory } from '../providers/accounts.ts';
import { roomFor, waitUntil } from '../providers/limits.ts';
import type { Provider } from '../providers/provider.ts';
import type { AcmeCheckRow } from '../schemas.ts';
import * as store from '../store.ts';
import { caaRow } from './caa-check.ts';
import { checkRow } from './check-row.ts';
import { issuersRows } from './issuers.ts';
import { portRow, resolveRow } from './network-checks.ts';

export async function preFlight(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<AcmeCheckRow[]> {
  const { identity } = deps;
  const plan = await identity.renewalNames(slot);
  const names = plan.names.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toLowerCase());
  const rows: AcmeCheckRow[] = [namesRow(plan.errors, names), droppedRow(plan, provider)];
  rows.push(...(await issuersRows(deps, slot, provider)));
  if (provider.kind === 'private-ca') return [...rows, await templateRow(deps, provider)];
  const found = await directoryOf(deps, provider);
  rows.push(found.row);
  const named = names.length > 0;
  if (found.directory !== undefined) {
    rows.push(await accountRow(deps, provider, found.directory), profileRow(provider, found.directory));
    const { caaIdentities: identities } = found.directory;
    const account = await store.selectAccount(deps.storage.db, provider.id, provider.directoryUrl);
    const how = { challenge: provider.challenge.type, accountUrl: account?.url ?? undefined, lookUp: deps.resolveCaa };
    if (named) rows.push(await caaRow({ names, identities, ...how }));
  }
  if (named && provider.challenge.type !== 'dns-01') rows.push(await resolveRow(deps, names));
  if (named) rows.push(await portRow(deps, provider, names));
  rows.push(await roomRow(deps, provider, names));
  return rows;
}

function namesRow(errors: readonly { detail: string; hint?: string | undefined }[], names: readonly string[]) {
  const title = 'Names of the request';
  const [error] = errors;
  if (error !== undefined) return checkRow('names', title, 'bad', error.detail, error.hint ?? '');
  return checkRow('names', title, 'good', printableList([...names]));
}

function droppedRow(plan: { subject: string; names: readonly { kind: string; value: string }[] }, provider: Provider) {
  const title = 'What the CA leaves out';
  if (provider.kind === 'private-ca') return checkRow('dropped', title, 'good', 'The template decides.');
  const others = plan.names.filter(({ kind }) => kind !== 'dns').map(({ value }) => value);
  const fields = plan.subject.split(', ').filter((part) => !part.startsWith('CN'));
  const dropped = [...fields, ...others].filter((part) => part !== '');
  if (dropped.length === 0) return checkRow('dropped', title, 'good', 'Nothing: the request holds DNS names only.');
  const words = `CAs reached by ACME take DNS names only and leave out ${printableList(dropped)}.`;
  return checkRow('dropped', title, 'warning', words, 'Use a private CA if they are needed.');
}

async function templateRow(deps: AcmeDeps, provider: Provider): Promise<AcmeCheckRow> {
  const title = 'Template of the private CA';
  const there = ((await deps.privateCa?.templates()) ?? []).includes(provider.template);
  if (there) return checkRow('template', title, 'good', provider.template);
  return checkRow(
    'template',
    title,
    'bad',
    'There is no private CA with this template.',
    'Create the private CA first.',
  );
}

async function directoryOf(deps: AcmeDeps, provider: Provider): Promise<{ row: AcmeCheckRow; directory?: Directory }> {
  const title = 'The CA answers';
  const opened = await openDirectory(deps, provider, provider.directoryUrl);
  try {
    const directory = await opened.client.directory();
    const wait = await waitUntil(deps, provider.directoryUrl);
    if (wait === null) return { row: checkRow('directory', title, 'good', provider.directoryUrl), directory };
    const words = `The CA has asked not to be called before ${new Date(wait).toISOString()}.`;
    return { row: checkRow('directory', title, 'warning', words, 'Nothing has to be done but to wait.'), directory };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { title: what, detail = what, hint = '' } = error.details;
    return { row: checkRow('directory', title, 'bad', detail, hint) };
  } finally {
    opened.close();
  }
}

async function accountRow(deps: AcmeDeps, provider: Provider, directory: Directory): Promise<AcmeCheckRow> {
  const title = 'Account and terms';
  const row = await store.selectAccount(deps.storage.db, provider.id, provider.directoryUrl);
  if (row?.status === 'valid') {
    const { terms = row.terms } = directory;
    if (terms === row.terms) return checkRow('account', title, 'good', row.url ?? '');
    const words = `The CA has terms that were not accepted for this account: ${terms}`;
    return checkRow('account', title, 'warning', words, 'Read and accept them: it may refuse orders until they are.');
  }
  if (directory.externalAccountRequired && provider.externalKeyId === '') {
    const hint = 'Enter key identifier and HMAC key that the CA gave you.';
    return checkRow('account', title, 'bad', 'The CA wants an external account.', hint);
  }
  const { terms } = directory;
  if (terms === undefined || provider.acceptedTerms.includes(terms)) {
    return checkRow('account', title, 'good', 'An account is made with the first order.');
  }
  return checkRow('account', title, 'bad', `The terms are not accepted yet: ${terms}`, 'Read and accept them.');
}

function profileRow(provider: Provider, { profiles }: Directory): AcmeCheckRow {
  const title = 'Profile';
  const names = Object.keys(profiles);
  if (provider.profile === '') return checkRow('profile', title, 'good', 'The default of the CA.');
  if (names.includes(provider.profile)) return checkRow('profile', title, 'good', provider.profile);
  const words = `The CA no longer offers ${provider.profile}; the certificate in use stays.`;
  return checkRow('profile', title, 'bad', words, `Choose among ${names.join(', ') || 'none'}.`);
}

async function roomRow(deps: AcmeDeps, provider: Provider, names: readonly string[]): Promise<AcmeCheckRow> {
  const title = 'Limits of the CA have room';
  const rows = await roomFor(deps, provider.directoryUrl, identifiersOf(names));
  const full = rows.find(({ used, allowed }) => used >= allowed);
  const scarce = full ?? rows.find(({ near }) => near);
  if (scarce === undefined) return checkRow('limits', title, 'good', 'By what was ordered from here.');
  const words = `${scarce.used} of ${scarce.allowed} ${scarce.what} are used up${scarce.key === '' ? '' : `: ${scarce.key}`}.`;
  return checkRow('limits', title, full === undefined ? 'warning' : 'bad', words, 'Wait, or use another provider.');
}
