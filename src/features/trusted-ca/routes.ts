/** The trusted CA list in the API. */
import { z } from 'zod';
import { RawAnswer, type Route, route } from '../../lib/route.ts';
import { isoTime, isoTimeOrNull } from '../../lib/time-text.ts';
import {
  appendReportSchema,
  appendRequestSchema,
  removalListSchema,
  removalReportSchema,
  removalRequestSchema,
  resetRequestSchema,
  trustedCaListSchema,
  trustedCaSchema,
  trustedCaViewSchema,
} from './schemas.ts';
import { trustSetRoutes } from './sets/set-routes.ts';
import {
  type AppendReport,
  maximumCertificates,
  type Removal,
  type RemovalReport,
  type TrustedCa,
  type TrustedCaFeature,
} from './trusted-ca.ts';

const tag = 'trusted-ca';
const byFingerprint = z.object({ fingerprint: z.string().max(95).describe('SHA-256 of the DER, hexadecimal') });

/** Everything below `/trusted-cas` and `/trust-sets`. */
export function trustedCaRoutes(trustedCa: TrustedCaFeature): readonly Route[] {
  return [
    ...reading(trustedCa),
    ...changing(trustedCa),
    ...trustSetRoutes(trustedCa, { row: rowAnswer, report: appendAnswer }),
  ];
}

function reading(trustedCa: TrustedCaFeature): readonly Route[] {
  return [
    route({
      id: 'listTrustedCas',
      method: 'GET',
      path: '/trusted-cas',
      tag,
      summary: 'The trusted CA list',
      access: 'auditor',
      response: trustedCaListSchema,
      handler: async () => listAnswer(await trustedCa.list()),
    }),
    route({
      id: 'getTrustedCasPem',
      method: 'GET',
      path: '/trusted-cas/pem',
      tag,
      summary: 'Show all (PEM file)',
      access: 'auditor',
      contentType: 'application/x-pem-file',
      handler: async () => new RawAnswer('application/x-pem-file', await trustedCa.pem(), 'trusted-cas.pem'),
    }),
    route({
      id: 'getTrustedCasText',
      method: 'GET',
      path: '/trusted-cas/text',
      tag,
      summary: 'Show all (decoded)',
      access: 'auditor',
      contentType: 'text/plain; charset=utf-8',
      handler: async () => new RawAnswer('text/plain; charset=utf-8', await trustedCa.text(), 'trusted-cas.txt'),
    }),
    route({
      id: 'listTrustedCaRemovals',
      method: 'GET',
      path: '/trusted-cas/removals',
      tag,
      summary: 'Deletions that can still be undone',
      access: 'auditor',
      response: removalListSchema,
      handler: async () => ({ removals: (await trustedCa.removals()).map(removalAnswer) }),
    }),
    route({
      id: 'getTrustedCa',
      method: 'GET',
      path: '/trusted-cas/{fingerprint}',
      tag,
      summary: 'View (decoded) of one row',
      access: 'auditor',
      params: byFingerprint,
      response: trustedCaViewSchema,
      handler: async ({ params }) => {
        const { der: _, pem, text, ...row } = await trustedCa.view(params.fingerprint);
        return { ...rowAnswer(row), pem, text };
      },
    }),
  ];
}

function changing(trustedCa: TrustedCaFeature): readonly Route[] {
  return [
    route({
      id: 'appendTrustedCas',
      method: 'POST',
      path: '/trusted-cas',
      tag,
      summary: 'Append CA certificate: adds what a file holds, never replaces',
      description:
        'All or nothing, unless takeGood is set. With preview it says what would happen and changes nothing.',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      upload: true,
      body: appendRequestSchema,
      response: appendReportSchema,
      handler: async ({ actor, body: { file, name, takeGood, preview } }) => {
        const bytes = Buffer.from(file, 'base64');
        if (preview) return appendAnswer(await trustedCa.previewAppend(bytes, name));
        return appendAnswer(await trustedCa.append(actor, bytes, { fileName: name, takeGood }));
      },
    }),
    route({
      id: 'removeTrustedCas',
      method: 'POST',
      path: '/trusted-cas/removals',
      tag,
      summary: 'Delete rows; with preview, say what would break',
      access: 'administrator',
      stepUp: true,
      body: removalRequestSchema,
      response: removalReportSchema,
      handler: async ({ actor, body: { fingerprints, confirmation, preview } }) =>
        reportAnswer(
          preview
            ? await trustedCa.previewRemove(fingerprints)
            : await trustedCa.remove(actor, fingerprints, confirmation),
        ),
    }),
    route({
      id: 'undoTrustedCaRemoval',
      method: 'POST',
      path: '/trusted-cas/removals/{id}/undo',
      tag,
      summary: 'Put back what a deletion took, for 24 hours',
      access: 'administrator',
      stepUp: true,
      params: z.object({ id: z.string().max(64) }),
      response: z.object({ restored: z.array(trustedCaSchema).readonly() }),
      handler: async ({ actor, params }) => ({
        restored: (await trustedCa.undo(actor, params.id)).map(rowAnswer),
      }),
    }),
    route({
      id: 'removeTrustedCa',
      method: 'DELETE',
      path: '/trusted-cas/{fingerprint}',
      tag,
      summary: 'Delete one row',
      access: 'administrator',
      stepUp: true,
      params: byFingerprint,
      response: removalReportSchema,
      handler: async ({ actor, params }) => reportAnswer(await trustedCa.remove(actor, [params.fingerprint])),
    }),
    route({
      id: 'resetTrustedCas',
      method: 'POST',
      path: '/trusted-cas/reset',
      tag,
      summary: 'Reset to default CA certificate; with preview, say what would break',
      access: 'administrator',
      stepUp: true,
      body: resetRequestSchema,
      response: removalReportSchema,
      handler: async ({ actor, body }) =>
        reportAnswer(body.preview ? await trustedCa.previewReset() : await trustedCa.reset(actor)),
    }),
  ];
}

function listAnswer(rows: readonly TrustedCa[]): z.input<typeof trustedCaListSchema> {
  const certificates = rows.filter((row) => row.type === 'certificate').length;
  return { limit: maximumCertificates, certificates, rows: rows.map(rowAnswer) };
}

function rowAnswer(row: TrustedCa): z.input<typeof trustedCaSchema> {
  return {
    ...row,
    notBefore: isoTime(row.notBefore),
    notAfter: isoTimeOrNull(row.notAfter),
    newer: row.newer ?? null,
    addedAt: isoTime(row.addedAt),
  };
}

function appendAnswer(report: AppendReport): z.input<typeof appendReportSchema> {
  return {
    ...report,
    problem: report.problem ?? null,
    members: report.members.map((member) => ({
      ...member,
      notAfter: isoTimeOrNull(member.notAfter),
      refusal: member.refusal ?? null,
    })),
  };
}

function reportAnswer(report: RemovalReport): z.input<typeof removalReportSchema> {
  return {
    ...report,
    removalId: report.removalId ?? null,
    removed: report.removed.map(rowAnswer),
    restored: report.restored.map(rowAnswer),
    confirmation: report.confirmation ?? null,
  };
}

function removalAnswer(removal: Removal): z.input<typeof removalListSchema>['removals'][number] {
  return { ...removal, removedAt: isoTime(removal.removedAt), undoUntil: isoTime(removal.undoUntil) };
}
