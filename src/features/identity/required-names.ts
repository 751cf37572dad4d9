/**
 * The names a certificate must hold for what the gateway is set to do: one table, by feature, role and list. It is a
 * minimum: a request may ask for more.
 */
import type { Settings, UnifiedCommunications } from '../settings/settings.ts';
import type { Slot } from './slots.ts';
import { domainOf } from './slots.ts';

export interface RequiredName {
  readonly kind: 'dns' | 'srv' | 'xmpp';
  /** A DNS name, an SRV name `_collab-edge._tls.<domain>`, or an XMPP address. */
  readonly value: string;
  readonly source: NameSource;
  /** Which list it comes from and what needs it, for people. */
  readonly reason: string;
}

export type NameSource =
  | 'domain'
  | 'this-peer'
  | 'cluster'
  | 'registration-domain'
  | 'federation-domain'
  | 'chat-node-alias'
  | 'phone-security-profile'
  | 'other-fqdn';

type Feature = 'mra' | 'jabberGuest' | 'xmppFederation' | 'b2b';

interface NameRow {
  readonly source: NameSource;
  readonly label: string;
  /** Which role needs it for which feature. */
  readonly needs: Readonly<Partial<Record<Feature, readonly Settings['role'][]>>>;
  readonly clusteredOnly?: true;
  readonly names: (settings: Settings) => readonly Pick<RequiredName, 'kind' | 'value'>[];
}

const core = ['core'] as const;
const edge = ['edge'] as const;
const both = ['core', 'edge'] as const;

/** The table of unified communications names: the guides' matrix, row by row. */
const nameTable: readonly NameRow[] = [
  {
    source: 'registration-domain',
    label: 'Unified CM registration domain',
    needs: { mra: edge },
    names: ({ unifiedCommunications: uc }) => uc.registrationDomains.map((d) => registrationName(d, uc)),
  },
  {
    source: 'federation-domain',
    label: 'XMPP federation domain',
    needs: { xmppFederation: edge },
    names: ({ unifiedCommunications: uc }) =>
      uc.federationDomains.map((value) => ({ kind: uc.federationDomainFormat, value })),
  },
  {
    source: 'chat-node-alias',
    label: 'IM and Presence chat node alias',
    needs: { xmppFederation: both },
    names: ({ unifiedCommunications: uc }) =>
      uc.chatNodeAliases.map((value) => ({ kind: uc.chatNodeAliasFormat, value })),
  },
  {
    source: 'phone-security-profile',
    label: 'Unified CM phone security profile name',
    needs: { mra: core },
    names: ({ unifiedCommunications: uc }) => uc.phoneSecurityProfiles.map(dns),
  },
  {
    source: 'cluster',
    label: 'cluster name',
    needs: { mra: core, jabberGuest: core, xmppFederation: core },
    clusteredOnly: true,
    names: ({ clusterName }) => (clusterName === '' ? [] : [dns(clusterName)]),
  },
  {
    source: 'other-fqdn',
    label: 'other FQDN of this gateway',
    needs: { mra: edge, jabberGuest: edge, xmppFederation: edge, b2b: edge },
    names: ({ dnsNames }) => dnsNames.map(dns),
  },
];

/**
 * Every name the certificate of `slot` must hold: this peer, in a cluster the cluster, and what the table demands; a
 * domain's certificate must hold the domain. Each name once, with its first reason.
 */
export function requiredNames(slot: Slot, settings: Settings): readonly RequiredName[] {
  const domain = domainOf(slot);
  if (domain !== undefined) {
    return [{ kind: 'dns', value: domain, source: 'domain', reason: 'the domain that clients ask for by SNI' }];
  }
  return unique([...ownNames(settings), ...unifiedCommunicationsNames(settings)]);
}

/** What the table alone demands of this gateway's role and features. */
export function unifiedCommunicationsNames(settings: Settings): readonly RequiredName[] {
  return unique(
    nameTable.flatMap((row) => {
      const features = featuresNeeding(row, settings);
      if (features.length === 0) return [];
      const reason = `${row.label}, for ${features.map((f) => featureLabels[f]).join(', ')}`;
      return row.names(settings).map((name) => ({ ...name, source: row.source, reason }));
    }),
  );
}

/** What people call the switches. */
export const featureLabels: Readonly<Record<Feature, string>> = {
  mra: 'mobile and remote access',
  jabberGuest: 'Jabber Guest',
  xmppFederation: 'XMPP federation',
  b2b: 'business to business calls',
};

/** Two names are one when kind and lower-case text agree. */
export function nameKey(name: { readonly kind: string; readonly value: string }): string {
  return `${name.kind}:${name.value.toLowerCase()}`;
}

function ownNames(settings: Settings): RequiredName[] {
  const names: RequiredName[] = [];
  if (settings.fqdn !== '') {
    names.push({ ...dns(settings.fqdn), source: 'this-peer', reason: "this peer's FQDN" });
  }
  if (settings.clustered && settings.clusterName !== '') {
    names.push({ ...dns(settings.clusterName), source: 'cluster', reason: "the cluster's FQDN" });
  }
  return names;
}

function featuresNeeding(row: NameRow, settings: Settings): Feature[] {
  if (row.clusteredOnly && !settings.clustered) return [];
  const switches: UnifiedCommunications = settings.unifiedCommunications;
  return (Object.keys(row.needs) as Feature[]).filter(
    (feature) => switches[feature] && row.needs[feature]?.includes(settings.role),
  );
}

function registrationName(domain: string, uc: UnifiedCommunications): Pick<RequiredName, 'kind' | 'value'> {
  if (uc.registrationDomainFormat === 'collab-edge-dns') return dns(`collab-edge.${domain}`);
  // RFC 4985 2: _Service.Name; clients of mobile and remote access look for the name with the protocol label.
  if (uc.registrationDomainFormat === 'srv') return { kind: 'srv', value: `_collab-edge._tls.${domain}` };
  return dns(domain);
}

function dns(value: string): { kind: 'dns'; value: string } {
  return { kind: 'dns', value };
}

function unique(names: readonly RequiredName[]): RequiredName[] {
  const seen = new Map<string, RequiredName>();
  for (const name of names) {
    const key = nameKey(name);
    if (!seen.has(key)) seen.set(key, name);
  }
  return [...seen.values()];
}
