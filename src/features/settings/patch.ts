/** Turns what the operator typed into settings: lists from comma separated text, names checked, every fault told at once. */
import { isIP } from 'node:net';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { canonicalFqdn, isFqdn } from './fqdn.ts';
import type { ConnectionLimits, GatewayRole, RelaySetting, Settings, UnifiedCommunications } from './settings.ts';

/** A list as JSON array, or as text with commas or line breaks between the members. */
export type ListInput = string | readonly string[];

type ListField =
  | 'registrationDomains'
  | 'federationDomains'
  | 'chatNodeAliases'
  | 'otherSideChatNodeAliases'
  | 'phoneSecurityProfiles';

export type RelayInput = Omit<RelaySetting, 'clientNames'> & { readonly clientNames: ListInput };

/** What a change may name; what it leaves out stays. */
export interface SettingsPatch {
  readonly role?: GatewayRole | undefined;
  readonly fqdn?: string | undefined;
  readonly dnsNames?: ListInput | undefined;
  readonly clusterName?: string | undefined;
  readonly peers?: ListInput | undefined;
  readonly unifiedCommunications?:
    | ({ readonly [K in Exclude<keyof UnifiedCommunications, ListField>]?: UnifiedCommunications[K] | undefined } & {
        readonly [K in ListField]?: ListInput | undefined;
      })
    | undefined;
  readonly listeners?:
    | { readonly [K in keyof Settings['listeners']]?: Settings['listeners'][K] | undefined }
    | undefined;
  readonly sip?: { readonly [K in keyof Settings['sip']]?: Settings['sip'][K] | undefined } | undefined;
  /** Replaces all. */
  readonly relays?: readonly RelayInput[] | undefined;
  readonly limits?:
    | {
        readonly https?: Partial<ConnectionLimits> | undefined;
        readonly sip?: Partial<ConnectionLimits> | undefined;
        readonly handshakeMs?: number | undefined;
        readonly exemptAddresses?: ListInput | undefined;
      }
    | undefined;
}

/** `current` with `patch` applied. Throws one Problem `settings.invalid` that names every field at fault. */
export function applyPatch(current: Settings, patch: SettingsPatch): Settings {
  const faults: Fault[] = [];
  const uc = current.unifiedCommunications;
  const ucPatch = patch.unifiedCommunications ?? {};
  const ucList = (field: ListField, hint?: string): readonly string[] =>
    ucPatch[field] === undefined
      ? uc[field]
      : names(`unifiedCommunications.${field}`, ucPatch[field], faults, hint, field === 'phoneSecurityProfiles');
  const fqdn = patch.fqdn === undefined ? current.fqdn : optionalName('fqdn', patch.fqdn, faults);
  const clusterName =
    patch.clusterName === undefined ? current.clusterName : optionalName('clusterName', patch.clusterName, faults);
  const next: Settings = {
    version: current.version,
    role: patch.role ?? current.role,
    fqdn,
    dnsNames: patch.dnsNames === undefined ? current.dnsNames : names('dnsNames', patch.dnsNames, faults),
    clusterName,
    clustered: clusterName !== '',
    peers: patch.peers === undefined ? current.peers : names('peers', patch.peers, faults),
    unifiedCommunications: {
      mra: ucPatch.mra ?? uc.mra,
      jabberGuest: ucPatch.jabberGuest ?? uc.jabberGuest,
      xmppFederation: ucPatch.xmppFederation ?? uc.xmppFederation,
      b2b: ucPatch.b2b ?? uc.b2b,
      registrationDomains: ucList('registrationDomains'),
      registrationDomainFormat: ucPatch.registrationDomainFormat ?? uc.registrationDomainFormat,
      federationDomains: ucList('federationDomains'),
      federationDomainFormat: ucPatch.federationDomainFormat ?? uc.federationDomainFormat,
      chatNodeAliases: ucList('chatNodeAliases'),
      chatNodeAliasFormat: ucPatch.chatNodeAliasFormat ?? uc.chatNodeAliasFormat,
      otherSideChatNodeAliases: ucList('otherSideChatNodeAliases'),
      phoneSecurityProfiles: ucList(
        'phoneSecurityProfiles',
        'Rename the phone security profile in Unified CM to a fully qualified domain name, then enter the new name here.',
      ),
    },
    listeners: { ...current.listeners, ...defined(patch.listeners) },
    sip: { ...current.sip, ...defined(patch.sip) },
    relays: patch.relays === undefined ? current.relays : relaysOf(patch.relays, faults),
    limits: {
      https: { ...current.limits.https, ...defined(patch.limits?.https) },
      sip: { ...current.limits.sip, ...defined(patch.limits?.sip) },
      handshakeMs: patch.limits?.handshakeMs ?? current.limits.handshakeMs,
      exemptAddresses:
        patch.limits?.exemptAddresses === undefined
          ? current.limits.exemptAddresses
          : splitList(patch.limits.exemptAddresses),
    },
  };
  checkCluster(next, faults);
  checkNetwork(next, faults);
  if (faults.length > 0) throw invalid(faults);
  return next;
}

/** The members of a list, trimmed; empty members are dropped. */
export function splitList(input: ListInput): readonly string[] {
  const parts = typeof input === 'string' ? input.split(/[,\r\n]/) : input;
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

interface Fault {
  readonly code: 'settings.not-an-fqdn' | 'settings.conflict' | 'settings.out-of-range' | 'settings.not-an-address';
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

function optionalName(field: string, input: string, faults: Fault[]): string {
  const name = input.trim();
  if (name === '') return '';
  const check = isFqdn(name);
  if (!check.ok) faults.push({ code: 'settings.not-an-fqdn', field, detail: `${printable(name)} ${check.reason}.` });
  return canonicalFqdn(name);
}

function names(field: string, input: ListInput, faults: Fault[], hint?: string, keepCase = false): readonly string[] {
  const seen = new Map<string, string>();
  for (const name of splitList(input)) {
    const check = isFqdn(name);
    if (!check.ok) {
      const fault: Fault = { code: 'settings.not-an-fqdn', field, detail: `${printable(name)} ${check.reason}.` };
      faults.push(hint === undefined ? fault : { ...fault, hint });
    }
    const key = canonicalFqdn(name);
    if (!seen.has(key)) seen.set(key, keepCase ? name : key);
  }
  return [...seen.values()];
}

function relaysOf(relays: readonly RelayInput[], faults: Fault[]): readonly RelaySetting[] {
  return relays.map((relay, i) => ({
    ...relay,
    name: relay.name.trim(),
    upstream: { ...relay.upstream, host: relay.upstream.host.trim().toLowerCase() },
    clientNames: names(`relays.${i}.clientNames`, relay.clientNames, faults),
  }));
}

function checkCluster(next: Settings, faults: Fault[]): void {
  const conflict = (field: string, detail: string): number => faults.push({ code: 'settings.conflict', field, detail });
  if (next.clustered && next.clusterName === next.fqdn) {
    conflict(
      'clusterName',
      `The cluster name ${next.clusterName} is this gateway's own FQDN; a cluster needs a name of its own.`,
    );
  }
  if (next.fqdn !== '' && next.peers.includes(next.fqdn)) {
    conflict('peers', `${next.fqdn} is this gateway itself; list only the other peers.`);
  }
  if (!next.clustered && next.peers.length > 0) {
    conflict('peers', 'Peers are listed but no cluster name is set; set the cluster name, or empty the list.');
  }
}

function checkNetwork({ listeners, limits }: Settings, faults: Fault[]): void {
  const range = (field: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    faults.push({
      code: 'settings.out-of-range',
      field,
      detail: `${value} is not a whole number from ${least} to ${most}.`,
    });
  };
  if (isIP(listeners.address) === 0) {
    const detail = `${printable(listeners.address)} is not an IP address; write :: for every address.`;
    faults.push({ code: 'settings.not-an-address', field: 'listeners.address', detail });
  }
  range('listeners.httpsPort', listeners.httpsPort, 0, 65_535);
  range('listeners.sipTlsPort', listeners.sipTlsPort, 0, 65_535);
  if (listeners.httpsPort !== 0 && listeners.httpsPort === listeners.sipTlsPort) {
    const detail = `HTTPS and SIP TLS cannot both have port ${listeners.httpsPort}.`;
    faults.push({ code: 'settings.conflict', field: 'listeners.sipTlsPort', detail });
  }
  for (const kind of ['https', 'sip'] as const) {
    range(`limits.${kind}.perAddress`, limits[kind].perAddress, 1, 1_000_000);
    range(`limits.${kind}.total`, limits[kind].total, 1, 1_000_000);
  }
  range('limits.handshakeMs', limits.handshakeMs, 1_000, 60_000);
  for (const entry of limits.exemptAddresses) {
    if (isCidr(entry)) continue;
    const detail = `${printable(entry)} is neither an IP address nor a block like 192.0.2.0/24.`;
    faults.push({ code: 'settings.not-an-address', field: 'limits.exemptAddresses', detail });
  }
}

function isCidr(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Drops members that are undefined, which a spread would write over what holds. */
function defined<T extends object>(part: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(part ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function invalid(faults: readonly Fault[]): Problem {
  const shown = faults.slice(0, 20);
  const rest = faults.length - shown.length;
  return new Problem({
    code: 'settings.invalid',
    status: 422,
    title: 'The settings were not saved.',
    detail: shown.map((f) => `${f.field}: ${f.detail}`).join(' ') + (rest > 0 ? ` And ${rest} more.` : ''),
    hint:
      shown.find((f) => f.hint !== undefined)?.hint ?? 'Correct the fields named and save again. Nothing was changed.',
    errors: shown,
  });
}
