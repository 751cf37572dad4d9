/** Named trust sets in the API. */
import { z } from 'zod';
import { type Route, route } from '../../../lib/route.ts';
import { appendReportSchema, appendRequestSchema, trustedCaSchema } from '../schemas.ts';
import type { AppendReport, TrustedCa, TrustedCaFeature } from '../trusted-ca.ts';
import type { TrustSet } from './trust-sets.ts';

const tag = 'trusted-ca';
const byName = z.object({ name: z.string().max(200) });

const trustSetSchema = z
  .object({
    name: z.string(),
    createdAt: z.iso.datetime().describe('UTC'),
    usedBy: z.array(z.string()).readonly().describe('Zones that use it.'),
    rows: z.array(trustedCaSchema).readonly(),
  })
  .meta({ id: 'TrustSet' });

/** How rows and reports of the trusted CA list are answered. */
export interface SetAnswers {
  readonly row: (row: TrustedCa) => z.input<typeof trustedCaSchema>;
  readonly report: (report: AppendReport) => z.input<typeof appendReportSchema>;
}

/** Everything below `/trust-sets`. */
export function trustSetRoutes(
  trustedCa: Pick<TrustedCaFeature, 'sets'>,
  { row, report }: SetAnswers,
): readonly Route[] {
  const answer = (set: TrustSet): z.input<typeof trustSetSchema> => ({
    ...set,
    createdAt: new Date(set.createdAt).toISOString(),
    rows: set.rows.map(row),
  });
  return [
    route({
      id: 'listTrustSets',
      method: 'GET',
      path: '/trust-sets',
      tag,
      summary: 'Named trust sets: lists that a zone can use instead of the trusted CA list',
      access: 'auditor',
      response: z.object({ sets: z.array(trustSetSchema).readonly() }).meta({ id: 'TrustSets' }),
      handler: async () => ({ sets: (await trustedCa.sets.list()).map(answer) }),
    }),
    route({
      id: 'getTrustSet',
      method: 'GET',
      path: '/trust-sets/{name}',
      tag,
      summary: 'One trust set with its certificates',
      access: 'auditor',
      params: byName,
      response: trustSetSchema,
      handler: async ({ params }) => answer(await trustedCa.sets.get(params.name)),
    }),
    route({
      id: 'createTrustSet',
      method: 'POST',
      path: '/trust-sets',
      tag,
      summary: 'Make an empty trust set',
      access: 'administrator',
      body: z.strictObject({ name: z.string().min(1).max(60) }).meta({ id: 'TrustSetCreate' }),
      response: trustSetSchema,
      status: 201,
      handler: async ({ actor, body }) => answer(await trustedCa.sets.create(actor, body.name)),
    }),
    route({
      id: 'deleteTrustSet',
      method: 'DELETE',
      path: '/trust-sets/{name}',
      tag,
      summary: 'Delete a trust set that no zone uses',
      access: 'administrator',
      stepUp: true,
      params: byName,
      response: z.object({ deleted: z.string() }),
      handler: async ({ actor, params }) => {
        await trustedCa.sets.delete(actor, params.name);
        return { deleted: params.name };
      },
    }),
    route({
      id: 'appendToTrustSet',
      method: 'POST',
      path: '/trust-sets/{name}/certificates',
      tag,
      summary: 'Append the CA certificates of a file to a trust set; never replaces',
      description: 'By the rules of the trusted CA list. CRLs are refused.',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      upload: true,
      params: byName,
      body: appendRequestSchema,
      response: appendReportSchema,
      handler: async ({ actor, params, body: { file, name, takeGood, preview } }) => {
        const bytes = Buffer.from(file, 'base64');
        if (preview) return report(await trustedCa.sets.previewAppend(params.name, bytes, name));
        return report(await trustedCa.sets.append(actor, params.name, bytes, { fileName: name, takeGood }));
      },
    }),
    route({
      id: 'removeFromTrustSet',
      method: 'POST',
      path: '/trust-sets/{name}/removals',
      tag,
      summary: 'Delete certificates of a trust set',
      access: 'administrator',
      stepUp: true,
      params: byName,
      body: z
        .strictObject({ fingerprints: z.array(z.string().max(95)).min(1).max(1_000) })
        .meta({ id: 'TrustSetRemoval' }),
      response: trustSetSchema,
      handler: async ({ actor, params, body }) =>
        answer(await trustedCa.sets.remove(actor, params.name, body.fingerprints)),
    }),
  ];
}
