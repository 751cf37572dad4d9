/** Alarms and the overview in the API. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { isoTime, isoTimeOrNull } from '../../lib/time-text.ts';
import type { Alarm, AlarmsFeature, Overview } from './alarms.ts';

const tag = 'alarms';
const time = z.iso.datetime().describe('UTC');

const alarmSchema = z
  .object({
    id: z.string(),
    code: z.string(),
    object: z.string().describe('What it is about: a slot, a fingerprint, a name.'),
    severity: z.enum(['critical', 'alert', 'warning']),
    message: z.string(),
    hint: z.string(),
    raisedAt: time,
    clearedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
    acknowledgedAt: time.nullable(),
  })
  .meta({ id: 'Alarm' });

const alarms = z.array(alarmSchema).readonly();

const overviewSchema = z
  .object({
    at: time,
    name: z.string().describe('FQDN of this gateway; empty until it is set.'),
    role: z.enum(['core', 'edge']),
    state: z.enum(['good', 'warning', 'alert', 'critical']).describe('The worst open alarm.'),
    alarms: alarms.describe('Open alarms, the worst first.'),
    steps: z
      .array(
        z.object({
          code: z.string(),
          title: z.string(),
          detail: z.string(),
          page: z.enum([
            'settings',
            'server-certificate',
            'client-certificate',
            'domain-certificates',
            'trusted-ca',
            'overview',
          ]),
          object: z.string(),
          command: z.string(),
        }),
      )
      .readonly()
      .describe('What to do next, in order.'),
    served: z
      .array(
        z.object({
          slot: z.string(),
          label: z.string(),
          served: z.enum(['own', 'server', 'previous', 'none']),
          commonName: z.string().nullable(),
          issuer: z.string().nullable(),
          notBefore: time.nullable(),
          notAfter: time.nullable(),
          alertFrom: time.nullable(),
          temporary: z.boolean(),
          chainComplete: z.boolean(),
          missingIssuer: z.string().nullable(),
          missingNames: z.array(z.string()).readonly(),
          pendingCsr: z.boolean(),
        }),
      )
      .readonly(),
    timeline: z
      .array(
        z.object({
          kind: z.enum(['identity', 'trusted-ca', 'crl']),
          object: z.string(),
          label: z.string(),
          from: time,
          until: time,
          alertFrom: time,
          state: z.enum(['good', 'ends-soon', 'ended']),
        }),
      )
      .readonly()
      .describe('What ends next first.'),
    counts: z.object({
      critical: z.int(),
      alert: z.int(),
      warning: z.int(),
      acknowledged: z.int(),
      identities: z.int(),
      pendingCsrs: z.int(),
      trustedCas: z.int(),
      crls: z.int(),
    }),
  })
  .meta({ id: 'Overview' });

/** `GET /alarms`, `POST /alarms/{id}/acknowledgement`, `GET /overview`. */
export function alarmsRoutes(feature: AlarmsFeature): readonly Route[] {
  return [
    route({
      id: 'listAlarms',
      method: 'GET',
      path: '/alarms',
      tag,
      summary: 'Open alarms, the worst first',
      access: 'auditor',
      query: z.object({ cleared: z.enum(['true', 'false']).default('false').describe('Also those that ended.') }),
      response: z.object({ alarms }),
      handler: async ({ query }) => ({
        alarms: (await feature.list({ cleared: query.cleared === 'true' })).map(alarmAnswer),
      }),
    }),
    route({
      id: 'acknowledgeAlarm',
      method: 'POST',
      path: '/alarms/{id}/acknowledgement',
      tag,
      summary: 'Note that a person has seen the alarm; it stays until its condition ends',
      access: 'administrator',
      params: z.object({ id: z.string().max(64) }),
      response: alarmSchema,
      handler: async ({ actor, params }) => alarmAnswer(await feature.acknowledge(actor, params.id)),
    }),
    route({
      id: 'getOverview',
      method: 'GET',
      path: '/overview',
      tag,
      summary: 'Open alarms, what to do next, what is served, what ends next',
      access: 'auditor',
      response: overviewSchema,
      handler: async () => overviewAnswer(await feature.overview()),
    }),
  ];
}

function alarmAnswer(alarm: Alarm): z.input<typeof alarmSchema> {
  return {
    ...alarm,
    raisedAt: isoTime(alarm.raisedAt),
    clearedAt: isoTimeOrNull(alarm.clearedAt),
    acknowledgedBy: alarm.acknowledgedBy ?? null,
    acknowledgedAt: isoTimeOrNull(alarm.acknowledgedAt),
  };
}

function overviewAnswer(overview: Overview): z.input<typeof overviewSchema> {
  return {
    ...overview,
    at: isoTime(overview.at),
    alarms: overview.alarms.map(alarmAnswer),
    served: overview.served.map((identity) => ({
      ...identity,
      commonName: identity.commonName ?? null,
      issuer: identity.issuer ?? null,
      notBefore: isoTimeOrNull(identity.notBefore),
      notAfter: isoTimeOrNull(identity.notAfter),
      alertFrom: isoTimeOrNull(identity.alertFrom),
      missingIssuer: identity.missingIssuer ?? null,
    })),
    timeline: overview.timeline.map((bar) => ({
      ...bar,
      from: isoTime(bar.from),
      until: isoTime(bar.until),
      alertFrom: isoTime(bar.alertFrom),
    })),
  };
}
