/** The settings in the API. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { type Settings, type SettingsFeature, settingsFlags } from './settings.ts';

const limits = z.object({ perAddress: z.int(), total: z.int() });
const names = z.array(z.string()).readonly();

const text = z.string().max(253);
const list = z
  .union([z.string().max(100_000), z.array(z.string().max(1_000)).max(2_000)])
  .describe('An array, or one text with commas between the members.');

const host = z.string().min(1).max(255).describe('A host name or an IP address, without brackets.');
const relay = {
  name: z.string().max(100).describe('Lower-case letters, digits and hyphens.'),
  port: z.number(),
  requireClientCertificate: z.boolean(),
  trustSet: z.string().max(60).describe('Name of a trust set; empty: the trusted CA list.'),
  purpose: z.enum(['https-client', 'xmpp', 'ldap', 'syslog']).describe('Row of the table of revocation sources.'),
};
const relaySchema = z
  .object({
    ...relay,
    upstream: z.object({ host, port: z.number() }).describe('Where the bytes go, over TCP.'),
    clientNames: names.describe('Of which a client has to prove one; none: every client that is trusted will do.'),
  })
  .meta({ id: 'Relay' });
const relayRequest = z
  .strictObject({
    ...relay,
    upstream: z.strictObject({ host, port: z.number() }),
    requireClientCertificate: relay.requireClientCertificate.default(true),
    trustSet: relay.trustSet.default(''),
    clientNames: list.default([]),
    purpose: relay.purpose.default('https-client'),
  })
  .meta({ id: 'RelayRequest' });

/** The settings as the API shows them. */
export const settingsSchema = z
  .object({
    version: z.int().describe('Send it back with the next change.'),
    role: z.enum(['core', 'edge']),
    fqdn: z.string().describe('Empty until it is set.'),
    dnsNames: names.describe('Every other FQDN of this gateway.'),
    clusterName: z.string().describe('FQDN of the cluster; empty when the gateway stands alone.'),
    clustered: z.boolean(),
    peers: names,
    unifiedCommunications: z.object({
      mra: z.boolean(),
      jabberGuest: z.boolean(),
      xmppFederation: z.boolean(),
      b2b: z.boolean(),
      registrationDomains: names,
      registrationDomainFormat: z.enum(['dns', 'collab-edge-dns', 'srv']),
      federationDomains: names,
      federationDomainFormat: z.enum(['dns', 'xmpp']),
      chatNodeAliases: names,
      chatNodeAliasFormat: z.enum(['dns', 'xmpp']),
      otherSideChatNodeAliases: names.describe('The list on the gateway of the other role, to compare.'),
      phoneSecurityProfiles: names,
    }),
    listeners: z.object({ address: z.string(), httpsPort: z.int(), sipTlsPort: z.int() }),
    sip: z.object({
      upstream: z
        .object({ host, port: z.number() })
        .nullable()
        .describe('The SIP server behind the gateway, over TCP.'),
      mutualTlsPort: z.number().nullable().describe('For peers with a certificate only; null: no such listener.'),
    }),
    relays: z.array(relaySchema).readonly(),
    limits: z.object({ https: limits, sip: limits, handshakeMs: z.int(), exemptAddresses: names }),
    flags: z
      .array(z.object({ code: z.string(), field: z.string(), message: z.string(), hint: z.string() }))
      .readonly()
      .describe('What will not work as it stands.'),
  })
  .meta({ id: 'Settings' });

/** What a change may name; what it leaves out stays. */
export const settingsPatchSchema = z
  .strictObject({
    version: z.int().describe('The version the change was made from; 409 when it is no longer in force.'),
    role: z.enum(['core', 'edge']).optional(),
    fqdn: z.string().max(1_000).optional(),
    dnsNames: list.optional(),
    clusterName: z.string().max(1_000).optional(),
    peers: list.optional(),
    unifiedCommunications: z
      .strictObject({
        mra: z.boolean().optional(),
        jabberGuest: z.boolean().optional(),
        xmppFederation: z.boolean().optional(),
        b2b: z.boolean().optional(),
        registrationDomains: list.optional(),
        registrationDomainFormat: z.enum(['dns', 'collab-edge-dns', 'srv']).optional(),
        federationDomains: list.optional(),
        federationDomainFormat: z.enum(['dns', 'xmpp']).optional(),
        chatNodeAliases: list.optional(),
        chatNodeAliasFormat: z.enum(['dns', 'xmpp']).optional(),
        otherSideChatNodeAliases: list.optional(),
        phoneSecurityProfiles: list.optional(),
      })
      .optional(),
    listeners: z
      .strictObject({ address: text.optional(), httpsPort: z.number().optional(), sipTlsPort: z.number().optional() })
      .optional(),
    sip: z
      .strictObject({
        upstream: z.strictObject({ host, port: z.number() }).nullable().optional(),
        mutualTlsPort: z.number().nullable().optional(),
      })
      .optional(),
    relays: z.array(relayRequest).max(20).readonly().optional().describe('Replaces all.'),
    limits: z
      .strictObject({
        https: z.strictObject({ perAddress: z.number().optional(), total: z.number().optional() }).optional(),
        sip: z.strictObject({ perAddress: z.number().optional(), total: z.number().optional() }).optional(),
        handshakeMs: z.number().optional(),
        exemptAddresses: list.optional(),
      })
      .optional(),
  })
  .meta({ id: 'SettingsPatch' });

const listenersSchema = z
  .object({
    listeners: z
      .array(
        z.object({
          kind: z.enum(['https', 'sip', 'sip-mutual', 'relay']),
          name: z.string().describe('Of the relay; else as the kind.'),
          port: z.int(),
          bound: z.boolean(),
          words: z.string().describe('Why the port could not be bound.'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Listeners' });

/** `GET /settings`, `PATCH /settings`, `GET /settings/listeners`. */
export function settingsRoutes(settings: SettingsFeature): readonly Route[] {
  return [
    route({
      id: 'getSettings',
      method: 'GET',
      path: '/settings',
      tag: 'settings',
      summary: 'Role, names, cluster, unified communications inputs, listeners and limits',
      access: 'auditor',
      response: settingsSchema,
      handler: async () => withFlags(await settings.get()),
    }),
    route({
      id: 'updateSettings',
      method: 'PATCH',
      path: '/settings',
      tag: 'settings',
      summary: 'Change settings',
      description:
        'Takes the members to change; the others stay. All faults are answered at once and nothing is half saved.',
      access: 'administrator',
      body: settingsPatchSchema,
      response: settingsSchema,
      handler: async ({ actor, body: { version, ...patch } }) =>
        withFlags(await settings.update(actor, patch, version)),
    }),
    route({
      id: 'getListeners',
      method: 'GET',
      path: '/settings/listeners',
      tag: 'settings',
      summary: 'Which ports are listened on, and why one is not',
      access: 'auditor',
      response: listenersSchema,
      handler: async () => ({ listeners: settings.listenerStates() }),
    }),
  ];
}

function withFlags(settings: Settings): z.input<typeof settingsSchema> {
  return { ...settings, flags: settingsFlags(settings) };
}
