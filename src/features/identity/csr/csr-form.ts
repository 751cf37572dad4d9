/** Turns the Generate CSR form and the settings into the request that will be made, with everything wrong with it. */
import { printable, printableList } from '../../../lib/printable.ts';
import { type KeyAlgorithm, keyAlgorithms } from '../../../pki/key/generate.ts';
import type { SigningDigest } from '../../../pki/key/sign.ts';
import type { SanName } from '../../../pki/name/build-general-name.ts';
import type { SubjectField } from '../../../pki/name/build-name.ts';
import { isFqdn, type Settings } from '../../settings/settings.ts';
import { type NameSource, nameKey, unifiedCommunicationsNames } from '../required-names.ts';
import type { CsrForm, Remark } from '../schemas.ts';
import { domainOf, type Slot } from '../slots.ts';
import { csrReminders } from './csr-reminders.ts';

export interface PlannedName {
  readonly kind: 'dns' | 'srv' | 'xmpp';
  readonly value: string;
  readonly reason: string;
  /** The list it comes from, when it is demanded by the settings. */
  readonly source?: NameSource;
}

export interface FieldError {
  readonly code: string;
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

/** The request as it would be made. With `errors` it cannot be. */
export interface CsrPlan {
  readonly commonName: string;
  readonly subject: readonly SubjectField[];
  /** In the order they will appear; the common name first. */
  readonly names: readonly PlannedName[];
  readonly key: KeyAlgorithm;
  readonly digest: SigningDigest;
  readonly extendedKeyUsage: readonly ('serverAuth' | 'clientAuth')[];
  readonly reuseKey: boolean;
  readonly errors: readonly FieldError[];
  readonly reminders: readonly Remark[];
}

/** Works out the request for `slot`. Changes nothing and never throws: every fault stands in `errors`, by field. */
export function planCsr(slot: Slot, form: CsrForm, settings: Settings): CsrPlan {
  const errors: FieldError[] = [];
  const commonName = filled(form.commonName) ?? defaultCommonName(slot, settings);
  const names = plannedNames(slot, form, settings, commonName, errors);
  for (const planned of names) checkName(planned, errors);
  const plan = {
    commonName,
    subject: subjectFields(form, commonName, errors),
    names,
    key: chosenKey(form, errors),
    digest: chosenDigest(form, errors),
    extendedKeyUsage: chosenUsage(slot, form, errors),
    reuseKey: form.reuseKey ?? false,
    errors,
  };
  return { ...plan, reminders: csrReminders(slot, form, settings, plan) };
}

/** The cluster's FQDN, else this peer's; the domain in a domain slot; empty when no FQDN is configured. */
export function defaultCommonName(slot: Slot, settings: Settings): string {
  const domain = domainOf(slot);
  if (domain !== undefined) return domain;
  return settings.clustered && settings.clusterName !== '' ? settings.clusterName : settings.fqdn;
}

/** Digests that can be chosen. */
export const csrDigests: readonly SigningDigest[] = ['sha256', 'sha384', 'sha512'];

/** The names as `buildCsr` wants them. */
export function sanNames(names: readonly PlannedName[]): SanName[] {
  return names.map(({ kind, value }) => ({ kind, value }));
}

type Planned = PlannedName & { readonly field: string };

function plannedNames(
  slot: Slot,
  form: CsrForm,
  settings: Settings,
  commonName: string,
  errors: FieldError[],
): Planned[] {
  const names: Planned[] = [];
  const add = (field: string, reason: string, value: string): void => {
    if (value !== '') names.push({ kind: 'dns', value, reason, field });
  };
  if (commonName === '') errors.push(noCommonName());
  add('commonName', 'the common name, always repeated here', commonName);
  if (domainOf(slot) === undefined) {
    if (settings.clustered) {
      add('fqdn', "this peer's FQDN", settings.fqdn);
      add('clusterName', "the cluster's FQDN", settings.clusterName);
    } else if (form.alternativeNames === 'this-peer') add('fqdn', "this peer's FQDN", settings.fqdn);
    if (form.alternativeNames === 'all-peers') {
      if (!settings.clustered) errors.push(notClustered());
      for (const peer of settings.peers) add('peers', 'FQDN of another peer', peer);
    }
  }
  for (const extra of splitNames(form.additionalNames ?? [])) add('additionalNames', 'additional name', extra);
  if (domainOf(slot) === undefined) {
    for (const name of unifiedCommunicationsNames(settings)) {
      names.push({ ...name, field: name.source });
    }
  }
  const seen = new Set<string>();
  return names.filter((name) => !seen.has(nameKey(name)) && seen.add(nameKey(name)));
}

/** List entries may themselves be comma separated, as people paste them. */
function splitNames(entries: readonly string[]): string[] {
  return entries
    .flatMap((entry) => entry.split(/[,\s]+/))
    .map((n) => n.trim().replace(/^DNS:/i, ''))
    .filter((n) => n !== '');
}

function checkName(name: Planned, errors: FieldError[]): void {
  const bare = name.kind === 'srv' ? name.value.replace(/^_collab-edge\._tls\./, '') : name.value;
  const check = isFqdn(bare);
  if (check.ok) return;
  const wildcard = check.fault === 'wildcard';
  const hint =
    name.source === 'phone-security-profile'
      ? 'Rename the phone security profile in Unified CM to a fully qualified domain name and change the list in the settings.'
      : 'Write a name of at least two labels, such as gateway.example.com; letters, digits and hyphens are allowed.';
  errors.push({
    code: wildcard ? 'identity.wildcard' : 'identity.not-an-fqdn',
    field: name.field,
    detail: `${printable(name.value, 120)} ${check.reason}.`,
    hint,
  });
}

function subjectFields(form: CsrForm, commonName: string, errors: FieldError[]): SubjectField[] {
  const fields: SubjectField[] = [];
  const country = filled(form.country);
  if (country !== undefined) {
    if (/^[A-Za-z]{2}$/.test(country)) fields.push({ type: 'C', value: country.toUpperCase() });
    else errors.push(badCountry(country));
  }
  // Upper bounds: RFC 5280 appendix A.1.
  const texts = [
    ['ST', 'state', 128],
    ['L', 'locality', 128],
    ['O', 'organization', 64],
    ['OU', 'organizationalUnit', 64],
  ] as const;
  for (const [type, field, longest] of texts) {
    const value = filled(form[field]);
    if (value === undefined) continue;
    checkText(field, value, longest, errors);
    fields.push({ type, value });
  }
  if (commonName !== '') fields.push({ type: 'CN', value: commonName });
  const email = filled(form.email);
  if (email !== undefined) {
    if (!/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(email) || email.length > 255) errors.push(badEmail(email));
    else fields.push({ type: 'emailAddress', value: email });
  }
  return fields;
}

function checkText(field: string, value: string, longest: number, errors: FieldError[]): void {
  if ([...value].length > longest) {
    const detail = `The field has ${[...value].length} characters; certificates hold at most ${longest} there.`;
    errors.push({ code: 'identity.field-length', field, detail, hint: 'Shorten the text.' });
  }
  if (printable(value, value.length) !== value || !value.isWellFormed()) {
    const detail = 'The field holds control or invisible characters.';
    errors.push({ code: 'identity.field-characters', field, detail, hint: 'Type the text instead of pasting it.' });
  }
}

function chosenKey(form: CsrForm, errors: FieldError[]): KeyAlgorithm {
  const key = filled(form.key)?.toLowerCase() ?? 'rsa-2048';
  const known = keyAlgorithms.find((algorithm) => algorithm === key);
  if (known !== undefined) return known;
  errors.push(
    key === 'rsa-8192'
      ? {
          code: 'identity.rsa-8192',
          field: 'key',
          detail: 'RSA 8192 is refused: with keys of this size SIP TLS zones may fail.',
          hint: 'Choose RSA 4096, the largest size advised.',
        }
      : {
          code: 'identity.key-kind',
          field: 'key',
          detail: `A key of kind "${printable(key, 40)}" cannot be made.`,
          hint: `Choose one of ${keyAlgorithms.join(', ')}.`,
        },
  );
  return 'rsa-2048';
}

function chosenDigest(form: CsrForm, errors: FieldError[]): SigningDigest {
  const digest = filled(form.digest)?.toLowerCase().replace('-', '') ?? 'sha256';
  const known = csrDigests.find((d) => d === digest);
  if (known !== undefined) return known;
  const detail =
    digest === 'sha1'
      ? 'SHA-1 cannot be chosen: collisions have been made, and certificates signed with it are refused.'
      : `The digest "${printable(digest, 40)}" cannot be chosen.`;
  errors.push({ code: 'identity.digest', field: 'digest', detail, hint: 'Choose SHA-256, SHA-384 or SHA-512.' });
  return 'sha256';
}

function chosenUsage(slot: Slot, form: CsrForm, errors: FieldError[]): ('serverAuth' | 'clientAuth')[] {
  if (form.purpose !== 'server-only') return ['serverAuth', 'clientAuth'];
  if (slot === 'client') {
    errors.push({
      code: 'identity.purpose',
      field: 'purpose',
      detail: 'A client certificate needs clientAuth; serverAuth alone makes it useless here.',
      hint: 'Ask for both usages.',
    });
  }
  return ['serverAuth'];
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function noCommonName(): FieldError {
  return {
    code: 'identity.no-common-name',
    field: 'commonName',
    detail: 'There is no common name, and this gateway has no FQDN to take instead.',
    hint: "Set this gateway's FQDN in the settings, or type the common name.",
  };
}

function notClustered(): FieldError {
  return {
    code: 'identity.not-clustered',
    field: 'alternativeNames',
    detail: 'The FQDNs of all peers were asked for, but this gateway is in no cluster.',
    hint: 'Choose None, or set the cluster name and the peers in the settings.',
  };
}

function badCountry(country: string): FieldError {
  return {
    code: 'identity.country',
    field: 'country',
    detail: `"${printable(country, 40)}" is no country code: it has two letters (ISO 3166-1).`,
    hint: 'For example GB, NO or US.',
  };
}

function badEmail(email: string): FieldError {
  return {
    code: 'identity.email',
    field: 'email',
    detail: `"${printableList([email])}" is no e-mail address that a certificate can hold.`,
    hint: 'Use plain ASCII, as in pki@example.com, at most 255 characters.',
  };
}
