/** Turns what the operator typed into settings: lists from comma separated text, names checked, every fault told at once. */
import { printable } from '../../lib/printable.ts';
import { checkNetwork } from './check-network.ts';
import { type Fault, invalid } from './fault.ts';
import { canonicalFqdn, isFqdn } from './fqdn.ts';
import type {
  ConnectionLimits,
  GatewayRole,
  HostAndPort,
  RelaySetting,
  Settings,
  UnifiedCommunications,
} from './settings.ts';

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

/**
 * `current` with `patch` applied. `trustSets`: those that exist. Throws one Problem `settings.invalid` that names every
 * field at fault.
 */
export function applyPatch(current: Settings, patch: SettingsPatch, trustSets: readonly string[] = []): Settings {
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
    sip: { ...current.sip, ...defined(patch.sip), ...upstreamOf(patch.sip?.upstream) },
    relays: patch.relays === undefined ? current.relays : relaysOf(patch.relays, trustSets, faults),
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
function splitList(input: ListInput): readonly string[] {
  const parts = typeof input === 'string' ? input.split(/[,\r\n]/) : input;
  return parts.map((part) => part.trim()).filter((part) => part !== '');
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

function upstreamOf(upstream: HostAndPort | null | undefined): Partial<Settings['sip']> {
  if (upstream === null || upstream === undefined) return {};
  return { upstream: { ...upstream, host: upstream.host.trim().toLowerCase() } };
}

function relaysOf(
  relays: readonly RelayInput[],
  trustSets: readonly string[],
  faults: Fault[],
): readonly RelaySetting[] {
  return relays.map((relay, i) => {
    if (relay.trustSet !== '' && !trustSets.includes(relay.trustSet)) {
      const detail = `There is no trust set ${printable(relay.trustSet)}.`;
      faults.push({ code: 'settings.unknown-trust-set', field: `relays.${i}.trustSet`, detail });
    }
    return {
      ...relay,
      name: relay.name.trim(),
      upstream: { ...relay.upstream, host: relay.upstream.host.trim().toLowerCase() },
      clientNames: names(`relays.${i}.clientNames`, relay.clientNames, faults),
    };
  });
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

/** Drops members that are undefined, which a spread would write over what holds. */
function defined<T extends object>(part: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(part ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
