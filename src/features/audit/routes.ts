/** The audit log over HTTP. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import type { Audit } from './audit.ts';

const auditRow = z
  .object({
    seq: z.int(),
    at: z.string().describe('UTC, ISO 8601 with microseconds'),
    actor: z.object({ kind: z.enum(['user', 'token', 'system']), id: z.string(), name: z.string() }),
    address: z.string(),
    requestId: z.string(),
    action: z.string(),
    object: z.string(),
    beforeHash: z.string().nullable().describe('SHA-256 of the state before, hex'),
    afterHash: z.string().nullable().describe('SHA-256 of the state after, hex'),
    result: z.enum(['done', 'refused']),
    detail: z.unknown(),
  })
  .meta({ id: 'AuditRow' });

export function auditRoutes(audit: Audit): readonly Route[] {
  return [
    route({
      id: 'listAudit',
      method: 'GET',
      path: '/audit',
      tag: 'audit',
      summary: 'Who did what, newest first',
      access: 'auditor',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        before: z.coerce.number().int().min(1).optional().describe('`next` of the page before'),
        action: z.string().max(100).optional().describe('`identity.upload`, or `identity.` for all of a feature'),
        actor: z.string().max(100).optional(),
        object: z.string().max(300).optional(),
        result: z.enum(['done', 'refused']).optional(),
      }),
      response: z.object({ rows: z.array(auditRow).readonly(), next: z.int().nullable() }),
      handler: ({ query }) => audit.list(query),
    }),
  ];
}
