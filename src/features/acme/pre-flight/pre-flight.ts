/** Looks at everything that an order needs before a CA is asked: one row each, in words. Changes nothing. */

import { equalBytes } from '../../../lib/bytes.ts';
import { printableList } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { isSelfSigned } from '../../../pki/chain/issued-by.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { Directory } from '../client/resource/directory.ts';
import { certificatesOf, identifiersOf, parseAll } from '../orders/order-context.ts';
import { openDirectory } from '../providers/accounts.ts';
import { roomFor, waitUntil } from '../providers/limits.ts';
import type { Provider } from '../providers/provider.ts';
import { fingerprintOf } from '../renewal/current-certificate.ts';
import type { AcmeCheckRow } from '../schemas.ts';
import { knownOf } from '../slots/slot-facts.ts';
import { issuerOf } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import { caaRow, portRow, resolveRow } from './network-checks.ts';

type Outcome = AcmeCheckRow['outcome'];

/** A row of the answer. */
export function checkRow(
  check: string,
  title: string,
  outcome: Outcome,
  words: string,
  hint = '',
  action: string | null = null,
): AcmeCheckRow {
  return { check, title, outcome, words, hint, action };
}

export async function preFlight(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<AcmeCheckRow[]> {
  const { identity } = deps;
  const plan = await identity.renewalNames(slot);
  const names = plan.names.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toLowerCase());
  const rows: AcmeCheckRow[] = [namesRow(plan.errors, names), droppedRow(plan, provider)];
  rows.push(await issuersRow(deps, slot, provider));
  if (provider.kind === 'private-ca') return [...rows, await templateRow(deps, provider)];
  const found = await directoryOf(deps, provider);
  rows.push(found.row);
  const named = names.length > 0;
  if (found.directory !== undefined) {
    rows.push(await accountRow(deps, provider, found.directory), profileRow(provider, found.directory));
    if (named) rows.push(await caaRow(names, found.directory.caaIdentities));
  }
  if (named && provider.challenge.type !== 'dns-01') rows.push(await resolveRow(deps, names));
  if (named) rows.push(await portRow(deps, provider, names));
  rows.push(await roomRow(deps, provider, names));
  return rows;
}

/** The CA certificates that are known of a provider: of its CA file, and above the certificates that it has issued here. */
export async function issuersOf(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<readonly Certificate[]> {
  const { state, pending, served } = await knownOf(deps, slot);
  const chains = [pending, served].flatMap((one) =>
    one !== undefined && issuerOf(state, fingerprintOf(one.leaf)) === provider.id ? one.chain : [],
  );
  const own = provider.kind === 'private-ca' ? parseAll((await deps.privateCa?.roots()) ?? []) : [];
  const all = [...certificatesOf(provider.caPem).filter((one) => one.basicConstraints?.ca === true), ...own, ...chains];
  return all.filter((one, i) => all.findIndex((other) => equalBytes(other.der, one.der)) === i);
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

async function issuersRow(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<AcmeCheckRow> {
  const title = 'Root and intermediates are trusted here';
  const trusted = await deps.trustedCas.issuers();
  const known = await issuersOf(deps, slot, provider);
  const missing = known.filter((one) => !trusted.some((other) => equalBytes(other.der, one.der)));
  const traversal = 'Traversal clients need them too.';
  if (missing.length > 0) {
    const words = `${missing.length} CA certificates of the provider are not in the trusted CA list. ${traversal}`;
    return checkRow('issuers', title, 'warning', words, 'Append them with one click.', 'append-issuers');
  }
  if (known.length > 0)
    return checkRow('issuers', title, 'good', `All ${known.length} that are known are there. ${traversal}`);
  const publicRoot = /letsencrypt\.org/.test(provider.directoryUrl);
  const roots = trusted.filter(isSelfSigned);
  const isrg = roots.some((one) => one.subject.rdns.flat().some(({ value }) => /^ISRG Root/.test(value)));
  if (publicRoot && isrg)
    return checkRow('issuers', title, 'good', `Its roots are in the trusted CA list. ${traversal}`);
  const words = 'The CA certificates of this provider are not known yet.';
  return checkRow(
    'issuers',
    title,
    'unknown',
    words,
    'Append its root to the trusted CA list, or enter it as CA file.',
  );
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
  if (row?.status === 'valid') return checkRow('account', title, 'good', row.url ?? '');
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
