/** The values a fresh gateway starts with. */
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
