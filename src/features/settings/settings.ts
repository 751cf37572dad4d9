/**
 * What the operator tells the gateway about itself: role, names, cluster, unified communications inputs, listeners and
 * limits. One versioned value; a change names the version it was made from, so that two operators cannot overwrite
 * each other unseen.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Events } from '../../lib/events.ts';
import type { Storage } from '../../storage/storage.ts';
import { settingsConditions } from './conditions.ts';
import { keptGatewaySettings } from './default-settings.ts';
import { changeSettings, readSettings } from './kept-settings.ts';
import { applyPatch, type SettingsPatch } from './patch.ts';

export { defaultSettings } from './default-settings.ts';
export { type SettingsFlag, settingsFlags } from './flags.ts';
export { canonicalFqdn, type FqdnCheck, type FqdnFault, isFqdn } from './fqdn.ts';
export { changeSettings, type KeptSettings, readSettings } from './kept-settings.ts';
export { writeListeners } from './listeners-file.ts';
export { applyPatch, type SettingsPatch } from './patch.ts';

export type GatewayRole = 'core' | 'edge';
/** How registration domains appear in a request: the bare name, with the prefix `collab-edge.`, or as an SRV name. */
export type RegistrationDomainFormat = 'dns' | 'collab-edge-dns' | 'srv';
/** How XMPP names appear in a request: as DNS name or as XmppAddr. */
export type XmppNameFormat = 'dns' | 'xmpp';

export interface UnifiedCommunications {
  /** Mobile and remote access. */
  readonly mra: boolean;
  readonly jabberGuest: boolean;
  readonly xmppFederation: boolean;
  /** Business to business calls. */
  readonly b2b: boolean;
  readonly registrationDomains: readonly string[];
  readonly registrationDomainFormat: RegistrationDomainFormat;
  readonly federationDomains: readonly string[];
  readonly federationDomainFormat: XmppNameFormat;
  readonly chatNodeAliases: readonly string[];
  readonly chatNodeAliasFormat: XmppNameFormat;
  /** The list as it stands on the gateway of the other role, pasted here to be compared; empty: not compared. */
  readonly otherSideChatNodeAliases: readonly string[];
  /** Spelled as in Unified CM; compared without regard to case. */
  readonly phoneSecurityProfiles: readonly string[];
}

export interface ConnectionLimits {
  /** Open connections one client address may have. */
  readonly perAddress: number;
  /** Open connections in all. */
  readonly total: number;
}

export interface HostAndPort {
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * By what a relay's clients are verified: the row of the table of revocation sources, and for servers that call servers
 * (`xmpp`) the names and uses of that row.
 */
export type RelayPurpose = 'https-client' | 'xmpp' | 'ldap' | 'syslog';

/** A listener that ends TLS, verifies the client and passes bytes both ways. */
export interface RelaySetting {
  /** Lower-case letters, digits and hyphens; the listener is known by it. */
  readonly name: string;
  readonly port: number;
  readonly upstream: HostAndPort;
  readonly requireClientCertificate: boolean;
  /** Name of a trust set; empty: the trusted CA list. */
  readonly trustSet: string;
  /** Lower-case names of which a client has to prove one; none: every client that is trusted will do. */
  readonly clientNames: readonly string[];
  readonly purpose: RelayPurpose;
}

export interface Settings {
  /** Grows by one with every change. */
  readonly version: number;
  readonly role: GatewayRole;
  /** Lower-case FQDN of this gateway; empty until the operator sets it. */
  readonly fqdn: string;
  /** Every other FQDN of this gateway, lower-case. */
  readonly dnsNames: readonly string[];
  /** FQDN of the cluster; empty when the gateway stands alone. */
  readonly clusterName: string;
  /** True when a cluster name is set. */
  readonly clustered: boolean;
  /** FQDNs of the other peers of the cluster. */
  readonly peers: readonly string[];
  readonly unifiedCommunications: UnifiedCommunications;
  /** Where the gateway listens; a flag of `serve` goes first. Port 0 asks for a free one. */
  readonly listeners: { readonly address: string; readonly httpsPort: number; readonly sipTlsPort: number };
  readonly sip: {
    /** The SIP server behind the SIP listeners, over TCP; null: none. */
    readonly upstream: HostAndPort | null;
    /** The listener for peers with a certificate only; null: none. */
    readonly mutualTlsPort: number | null;
  };
  readonly relays: readonly RelaySetting[];
  readonly limits: {
    readonly https: ConnectionLimits;
    readonly sip: ConnectionLimits;
    /** Time a TLS handshake may take, in milliseconds. */
    readonly handshakeMs: number;
    /** Addresses or CIDR blocks that `perAddress` does not bind. */
    readonly exemptAddresses: readonly string[];
  };
}

/** How one of the gateway's listeners fares, as the process that binds the ports says. */
export interface ListenerState {
  readonly kind: 'https' | 'sip' | 'sip-mutual' | 'relay';
  /** Of the relay; else as the kind. */
  readonly name: string;
  /** The port that is, or was to be, listened on. */
  readonly port: number;
  /** False: `words` say why the port could not be bound. */
  readonly bound: boolean;
  readonly words: string;
}

export interface SettingsDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  /** Names of the trust sets a relay may use; unless told, none exists. */
  readonly trustSets?: () => Promise<readonly string[]>;
}

export interface SettingsFeature {
  /** What holds now. */
  get(): Promise<Settings>;
  /**
   * Changes what `patch` names and leaves the rest. Throws `settings.stale` (409) when somebody changed the settings
   * since `expectedVersion`, `settings.invalid` (422) with every field that is wrong.
   */
  update(actor: Actor, patch: SettingsPatch, expectedVersion: number): Promise<Settings>;
  /** How the listeners fare, as the process that binds the ports said last; none before it has. */
  listenerStates(): readonly ListenerState[];
  /** Takes what that process says. */
  noteListeners(states: readonly ListenerState[]): void;
  /** Names of the relays that use a trust set. */
  relaysUsing(trustSet: string): Promise<readonly string[]>;
  /** The flags of `settingsFlags`, and listeners that do not listen, as conditions for alarms. */
  conditions(): Promise<readonly Condition[]>;
}

/** The settings of one gateway, kept in `storage`. */
export function createSettings({ storage, events, trustSets = async () => [] }: SettingsDeps): SettingsFeature {
  let states: readonly ListenerState[] = [];
  const get = () => readSettings(storage.db, keptGatewaySettings);
  return {
    get,
    async update(actor, patch, expectedVersion) {
      const sets = await trustSets();
      const change = (before: Settings) => applyPatch(before, patch, sets);
      const detail = { fields: Object.keys(patch).sort() };
      const next = await storage.transaction((trx) =>
        changeSettings(trx, keptGatewaySettings, { actor, version: expectedVersion, change, detail }),
      );
      events.emit('changed', { feature: 'settings' });
      return next;
    },
    listenerStates: () => states,
    noteListeners(next) {
      const changed = JSON.stringify(next) !== JSON.stringify(states);
      states = next;
      if (changed) events.emit('changed', { feature: 'listeners' });
    },
    relaysUsing: async (trustSet) =>
      (await get()).relays.filter((relay) => relay.trustSet === trustSet).map(({ name }) => name),
    conditions: async () => settingsConditions(await get(), states),
  };
}
