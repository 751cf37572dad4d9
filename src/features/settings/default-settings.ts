/** The values a fresh gateway starts with. */
import type { KeptSettings } from './kept-settings.ts';
import type { Settings } from './settings.ts';

/** What holds before the operator has said anything. */
export const defaultSettings: Settings = {
  version: 0,
  role: 'edge',
  fqdn: '',
  dnsNames: [],
  clusterName: '',
  clustered: false,
  peers: [],
  unifiedCommunications: {
    mra: false,
    jabberGuest: false,
    xmppFederation: false,
    b2b: false,
    registrationDomains: [],
    registrationDomainFormat: 'dns',
    federationDomains: [],
    federationDomainFormat: 'dns',
    chatNodeAliases: [],
    chatNodeAliasFormat: 'dns',
    otherSideChatNodeAliases: [],
    phoneSecurityProfiles: [],
  },
  listeners: { address: '::', httpsPort: 8443, sipTlsPort: 5061 },
  sip: { upstream: null, mutualTlsPort: null },
  relays: [],
  limits: {
    https: { perAddress: 50, total: 5_000 },
    sip: { perAddress: 2_000, total: 10_000 },
    handshakeMs: 10_000,
    exemptAddresses: [],
  },
};

export const keptGatewaySettings: KeptSettings<Settings> = {
  key: 'gateway',
  what: 'the settings',
  staleCode: 'settings.stale',
  action: 'settings.update',
  object: 'settings',
  complete: (kept) => ({
    ...defaultSettings,
    ...kept,
    unifiedCommunications: { ...defaultSettings.unifiedCommunications, ...kept.unifiedCommunications },
    listeners: { ...defaultSettings.listeners, ...kept.listeners },
    sip: { ...defaultSettings.sip, ...kept.sip },
    limits: { ...defaultSettings.limits, ...kept.limits },
  }),
};
