/** What the Generate CSR form shows when it is opened: filled in so that a new request asks for all that is needed. */
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { type KeyAlgorithm, keyAlgorithms } from '../../../pki/key/generate.ts';
import { isFqdn, type Settings } from '../../settings/settings.ts';
import type { IdentityDeps } from '../identity.ts';
import { dnsNamesOf } from '../names-coverage.ts';
import type { CsrDefaults, CsrForm } from '../schemas.ts';
import { existingSlot } from '../slot-state.ts';
import { domainOf, type Slot } from '../slots.ts';
import * as store from '../store.ts';
import { csrDigests, defaultCommonName, planCsr } from './csr-form.ts';

/** The form of the last request, else the subject of the active certificate, with the names that would be lost. */
export async function csrDefaults(deps: IdentityDeps, slot: Slot): Promise<CsrDefaults> {
  const { db } = deps.storage;
  const row = await existingSlot(db, slot);
  const settings = await deps.settings.get();
  const active = await store.selectVersion(db, row.active_id);
  const last = (await store.selectCsr(db, slot, 'pending')) ?? (await store.selectCsr(db, slot, 'last'));
  const form = last === undefined ? formOf(active) : (JSON.parse(last.form) as CsrForm);
  const keep = form.commonName !== undefined && (last !== undefined || isOwnName(form.commonName, settings));
  const commonName = keep ? form.commonName : defaultCommonName(slot, settings);
  const filled: CsrForm = {
    ...form,
    commonName: commonName ?? '',
    alternativeNames: form.alternativeNames ?? 'none',
    key: form.key ?? 'rsa-2048',
    digest: form.digest ?? 'sha256',
    purpose: form.purpose ?? 'server-and-client',
    reuseKey: false,
  };
  return {
    form: { ...filled, additionalNames: additionalNames(slot, filled, settings, active) },
    commonNames: commonNameChoices(slot, settings),
    clustered: settings.clustered,
    keys: keyAlgorithms.map((value) => ({ value, label: keyLabels[value] })),
    digests: [...csrDigests],
    canReuseKey: active !== undefined,
    helps,
  };
}

function isOwnName(name: string, settings: Settings): boolean {
  return [settings.fqdn, settings.clusterName].includes(name.toLowerCase());
}

/** The subject fields of the active certificate; a temporary one has nothing worth keeping. */
function formOf(active: store.VersionRow | undefined): CsrForm {
  if (active === undefined || active.source === 'temporary') return {};
  const parsed = parseCertificate(active.certificate);
  if (!parsed.ok) return {};
  const value = (oid: string): string | undefined =>
    parsed.value.subject.rdns.flat().find((attribute) => attribute.oid === oid)?.value;
  const fields = {
    commonName: value('2.5.4.3'),
    country: value('2.5.4.6'),
    state: value('2.5.4.8'),
    locality: value('2.5.4.7'),
    organization: value('2.5.4.10'),
    organizationalUnit: value('2.5.4.11'),
    email: value('1.2.840.113549.1.9.1'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined));
}

/** What the last form asked for and what the active certificate holds beyond the names worked out anyway. */
function additionalNames(
  slot: Slot,
  form: CsrForm,
  settings: Settings,
  active: store.VersionRow | undefined,
): string[] {
  const asked = form.additionalNames ?? [];
  const planned = new Set(planCsr(slot, form, settings).names.map((name) => name.value.toLowerCase()));
  if (active === undefined || active.source === 'temporary') return asked;
  const parsed = parseCertificate(active.certificate);
  const held = parsed.ok ? dnsNamesOf(parsed.value) : [];
  return [...asked, ...held.filter((name) => isFqdn(name).ok && !planned.has(name))];
}

function commonNameChoices(slot: Slot, settings: Settings): CsrDefaults['commonNames'] {
  const domain = domainOf(slot);
  if (domain !== undefined) return [{ value: domain, label: 'The domain' }];
  const choices: CsrDefaults['commonNames'] = [];
  if (settings.clustered) choices.push({ value: settings.clusterName, label: 'FQDN of the cluster' });
  if (settings.fqdn !== '') choices.push({ value: settings.fqdn, label: 'FQDN of this peer' });
  return choices;
}

const keyLabels: Readonly<Record<KeyAlgorithm, string>> = {
  'rsa-2048': 'RSA 2048 (default)',
  'rsa-3072': 'RSA 3072',
  'rsa-4096': 'RSA 4096',
  'ec-p256': 'ECDSA P-256',
  'ec-p384': 'ECDSA P-384',
  'ec-p521': 'ECDSA P-521',
  ed25519: 'Ed25519, for private CAs',
  'ml-dsa-44': 'ML-DSA-44, for private CAs',
  'ml-dsa-65': 'ML-DSA-65, for private CAs',
  'ml-dsa-87': 'ML-DSA-87, for private CAs',
};

/** Help texts by field of the form. */
const helps: Readonly<Record<string, string>> = {
  commonName: "Stand-alone: this peer's FQDN. In a cluster: the cluster's FQDN, or this peer's.",
  alternativeNames:
    'None means only the common name, which is always repeated among the alternative names. In a cluster this peer and the cluster are always named.',
  additionalNames: 'Further FQDNs, comma separated. Wildcards, host names and IP addresses are refused.',
  registrationDomains:
    'Service discovery domains: the names clients look up to find this gateway. They may differ from the SIP registration domains. Public names only; not needed with DNSSEC. CollabEdgeDNS puts collab-edge. in front, advised when the bare domain should stay out of the certificate.',
  chatNodeAliases:
    'Only for federated group chat over TLS. The list must be the same on core and edge: Copy list on the core gateway, paste on the edge.',
  phoneSecurityProfiles: 'FQDNs; a profile with another name has to be renamed in Unified CM first.',
  country: 'Two letters. Public CAs reached by ACME drop every subject field but the common name.',
  key: 'RSA 8192 is not offered: SIP TLS zones may fail. Ed25519 and ML-DSA are for private CAs.',
  purpose:
    'Public CAs issue certificates for servers only since 2026. Ask for serverAuth alone when such a CA refuses the request, and load a client certificate from a private CA.',
  reuseKey: 'Keeps the current private key. Only where the key must stay; a leaked key stays leaked.',
};
