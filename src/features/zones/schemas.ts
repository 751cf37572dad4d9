/** Zones, their states and access rules, as the API takes and gives them. */
import { z } from 'zod';
import { maximumPattern, maximumRules } from './access-rules/access-rules.ts';
import type { ZoneIdentity } from './zone.ts';

const time = z.string().describe('ISO 8601, UTC.');

export const zoneKinds = ['neighbor', 'traversal-client', 'traversal-server', 'default'] as const;
export const stateWords = ['active', 'failed', 'checking', 'off'] as const;

const identity = z
  .custom<ZoneIdentity>((value) => typeof value === 'string' && /^(server|client|none|domain:.{1,253})$/.test(value))
  .meta({ type: 'string', description: '`server`, `client`, `domain:<name>`, or `none`: no certificate is shown.' });

const ekuRule = z
  .union([z.enum(['strict', 'server-auth-accepted']), z.strictObject({ until: z.iso.date() })])
  .describe('Use of keys a calling peer must have. `until`: serverAuth is accepted before that day, UTC.');

const fields = {
  name: z.string().min(1).max(50),
  kind: z.enum(zoneKinds),
  peers: z.array(z.string().min(1).max(255)).max(6).readonly().describe('FQDNs or IP addresses.'),
  port: z.int().min(1).max(65535),
  tlsVerify: z.boolean(),
  subjectName: z.string().max(255).describe('Traversal servers: the name the client must prove.'),
  identity,
  ekuRule,
  trustSet: z.string().max(60).describe('Name of a trust set; empty: the trusted CA list.'),
  enabled: z.boolean(),
};

export const zoneRequest = z
  .strictObject({
    ...fields,
    kind: z.enum(['neighbor', 'traversal-client', 'traversal-server']),
    peers: fields.peers.default([]),
    port: fields.port.default(5061),
    tlsVerify: fields.tlsVerify.default(false),
    subjectName: fields.subjectName.default(''),
    identity: identity.default('server'),
    ekuRule: ekuRule.default('strict'),
    trustSet: fields.trustSet.default(''),
    enabled: fields.enabled.default(true),
  })
  .meta({ id: 'ZoneRequest' });

export const zonePatch = z
  .strictObject({
    version: z.int().describe('The version this change was made from.'),
    ...z.object(fields).omit({ kind: true }).partial().shape,
  })
  .meta({ id: 'ZonePatch' });

export const peerState = z
  .object({
    peer: z.string().describe('`host:port` that is called, or the address that called.'),
    state: z.enum(stateWords),
    code: z.string(),
    words: z.string().describe('The reason.'),
    at: time.describe('Of the last report.'),
    since: time.describe('Since when it is in this state.'),
    history: z.array(z.object({ at: time, state: z.enum(stateWords), code: z.string(), words: z.string() })).readonly(),
  })
  .meta({ id: 'ZonePeerState' });

export const zoneView = z
  .object({
    id: z.string(),
    version: z.int(),
    position: z.int().describe('1 is looked at first; the default zone is last.'),
    ...fields,
    state: z.enum(stateWords),
    words: z.string().describe('Why it is in this state.'),
    states: z.array(peerState).readonly(),
    advice: z.array(z.string()).readonly().describe('What will probably not work as it stands.'),
  })
  .meta({ id: 'Zone' });

export const zoneList = z.object({ zones: z.array(zoneView).readonly() }).meta({ id: 'Zones' });

export const zoneOrder = z
  .strictObject({ ids: z.array(z.string().max(64)).max(1_000).describe('Every zone but the default one, in order.') })
  .meta({ id: 'ZoneOrder' });

const accessRule = {
  name: z.string().min(1).max(50),
  priority: z.int().min(1).max(65534).describe('The lowest number is looked at first.'),
  patternType: z.enum(['exact', 'prefix', 'suffix', 'regex']),
  pattern: z.string().min(1).max(maximumPattern).describe('Against common names and subject alternative names.'),
  action: z.enum(['allow', 'deny']),
};

const accessRules = {
  version: z.int().describe('In a change: the version it was made from.'),
  unmatched: z.enum(['allow', 'deny']).describe('What becomes of peers that no rule matches.'),
};

export const accessRulesSchema = z
  .object({ ...accessRules, rules: z.array(z.object(accessRule)).readonly() })
  .meta({ id: 'ZoneAccessRules' });

export const accessRulesRequest = z
  .strictObject({ ...accessRules, rules: z.array(z.strictObject(accessRule)).max(maximumRules).readonly() })
  .meta({ id: 'ZoneAccessRulesRequest' });

export const closedConnections = z
  .object({
    connections: z
      .array(
        z.object({
          at: time,
          zone: z.string(),
          address: z.string(),
          fingerprint: z.string(),
          reason: z.string(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ClosedConnections' });

export type ZoneView = z.output<typeof zoneView>;
export type ZoneRequest = z.output<typeof zoneRequest>;
export type ZonePatch = z.output<typeof zonePatch>;
export type PeerState = z.output<typeof peerState>;
export type StateWord = PeerState['state'];
export type VersionedAccessRules = z.output<typeof accessRulesSchema>;
export type ClosedConnection = z.output<typeof closedConnections>['connections'][number];
