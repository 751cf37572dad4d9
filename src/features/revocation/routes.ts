/** Revocation in the API. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { isoTime, isoTimeOrNull } from '../../lib/time-text.ts';
import {
  type CoverageRow,
  type RevocationFeature,
  type RevocationSettings,
  type SourceStatus,
  type StoredCrl,
  sourceTable,
  type UploadReport,
} from './revocation.ts';
import type { RevocationSettingsPatch } from './revocation-settings.ts';
import {
  allowedHostSchema,
  coverageSchema,
  type crlSchema,
  revocationSettingsSchema,
  revocationUpdateSchema,
  sourceListSchema,
  type sourceSchema,
  uploadReportSchema,
  uploadRequestSchema,
} from './schemas.ts';

const tag = 'revocation';

/** Everything below `/revocation`. */
export function revocationRoutes(revocation: RevocationFeature): readonly Route[] {
  return [...reading(revocation), ...changing(revocation)];
}

function reading(revocation: RevocationFeature): readonly Route[] {
  return [
    route({
      id: 'getRevocationSettings',
      method: 'GET',
      path: '/revocation/settings',
      tag,
      summary: 'Automatic CRL updates, revocation checking of each purpose, and the table of sources',
      access: 'auditor',
      response: revocationSettingsSchema,
      handler: async () => settingsAnswer(await revocation.settings()),
    }),
    route({
      id: 'listRevocationSources',
      method: 'GET',
      path: '/revocation/sources',
      tag,
      summary: 'Distribution points with their state and history, and every CRL there is',
      access: 'auditor',
      response: sourceListSchema,
      handler: async () => sourcesAnswer(revocation),
    }),
    route({
      id: 'getRevocationCoverage',
      method: 'GET',
      path: '/revocation/coverage',
      tag,
      summary: 'Every trusted CA with its CRLs, or none',
      access: 'auditor',
      response: coverageSchema,
      handler: async () => ({ rows: (await revocation.coverage()).map(coverageAnswer) }),
    }),
  ];
}

function changing(revocation: RevocationFeature): readonly Route[] {
  return [
    route({
      id: 'updateRevocationSettings',
      method: 'PUT',
      path: '/revocation/settings',
      tag,
      summary: 'Change what is named and leave the rest',
      description: 'Distribution points that are taken away take their CRLs along.',
      access: 'administrator',
      stepUp: true,
      body: revocationUpdateSchema,
      response: revocationSettingsSchema,
      handler: async ({ actor, body: { version, ...patch } }) =>
        settingsAnswer(await revocation.updateSettings(actor, present(patch) as RevocationSettingsPatch, version)),
    }),
    route({
      id: 'allowRevocationHost',
      method: 'POST',
      path: '/revocation/allowed-hosts',
      tag,
      summary: 'Let the gateway ask a host although its address is not public',
      description: 'Loopback, link-local and metadata addresses are never asked, whatever is allowed.',
      access: 'administrator',
      stepUp: true,
      body: allowedHostSchema,
      response: revocationSettingsSchema,
      handler: async ({ actor, body: { host } }) => settingsAnswer(await revocation.allowHost(actor, host)),
    }),
    route({
      id: 'uploadCrl',
      method: 'POST',
      path: '/revocation/crl',
      tag,
      summary: 'Upload CRL file: replaces the CRLs that were uploaded last',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      upload: true,
      body: uploadRequestSchema,
      response: uploadReportSchema,
      handler: async ({ actor, body: { file, name } }) =>
        uploadAnswer(await revocation.upload(actor, Buffer.from(file, 'base64'), name)),
    }),
    route({
      id: 'removeCrl',
      method: 'DELETE',
      path: '/revocation/crl',
      tag,
      summary: 'Remove revocation list: the uploaded one, nothing else',
      access: 'administrator',
      stepUp: true,
      handler: async ({ actor }) => {
        await revocation.removeManual(actor);
        return undefined as never;
      },
    }),
    route({
      id: 'updateCrls',
      method: 'POST',
      path: '/revocation/updates',
      tag,
      summary: 'Fetch from every distribution point now, or from one',
      description: 'Answers when it has begun; the sources tell how far it is.',
      access: 'administrator',
      expensive: true,
      body: z.strictObject({ source: z.string().max(100).optional() }),
      response: sourceListSchema,
      handler: async ({ actor, body }) => {
        await revocation.updateNow(actor, body.source);
        return sourcesAnswer(revocation);
      },
    }),
  ];
}

function settingsAnswer(settings: RevocationSettings): z.input<typeof revocationSettingsSchema> {
  return { ...settings, table: sourceTable };
}

async function sourcesAnswer(revocation: RevocationFeature): Promise<z.input<typeof sourceListSchema>> {
  const [sources, crls] = await Promise.all([revocation.sources(), revocation.crls()]);
  return {
    sources: sources.map(sourceAnswer),
    crls: crls.map(crlAnswer),
    refusedHosts: revocation.refusedHosts().map((host) => ({ ...host, at: isoTime(host.at) })),
  };
}

function sourceAnswer(source: SourceStatus): z.input<typeof sourceSchema> {
  return {
    ...source,
    lastAttemptAt: isoTimeOrNull(source.lastAttemptAt),
    lastSuccessAt: isoTimeOrNull(source.lastSuccessAt),
    nextAttemptAt: isoTimeOrNull(source.nextAttemptAt),
    progress: source.progress === undefined ? null : { ...source.progress, total: source.progress.total ?? null },
    history: source.history.map((attempt) => ({ ...attempt, at: isoTime(attempt.at) })),
    crls: source.crls.map(crlAnswer),
  };
}

function crlAnswer({ signedBy: _, ...crl }: StoredCrl): z.input<typeof crlSchema> {
  return {
    ...crl,
    number: crl.number ?? null,
    thisUpdate: isoTime(crl.thisUpdate),
    nextUpdate: isoTimeOrNull(crl.nextUpdate),
    retrievedAt: isoTime(crl.retrievedAt),
  };
}

function coverageAnswer(row: CoverageRow): z.input<typeof coverageSchema>['rows'][number] {
  return { ...row, crls: row.crls.map(crlAnswer) };
}

function uploadAnswer(report: UploadReport): z.input<typeof uploadReportSchema> {
  return {
    ...report,
    crls: report.crls.map(({ refusal: _, ...crl }) => ({
      ...crl,
      number: crl.number ?? null,
      thisUpdate: isoTimeOrNull(crl.thisUpdate),
      nextUpdate: isoTimeOrNull(crl.nextUpdate),
    })),
  };
}

/** Without the members that are undefined, two levels deep: what is not named stays. */
function present(value: object): object {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      typeof member === 'object' && member !== null && !Array.isArray(member) ? present(member) : member,
    ]),
  );
}
