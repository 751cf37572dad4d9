/** The register of peers and the calendar in the API. */
import { z } from 'zod';
import { type Route, route } from '../../../lib/route.ts';
import type { Zones } from '../zones.ts';
import { calendarSchema, peerList, peerView } from './schemas.ts';

const tag = 'zones';

export function peerRoutes(zones: Zones): readonly Route[] {
  return [
    route({
      id: 'listPeers',
      method: 'GET',
      path: '/peers',
      tag,
      summary: 'Every certificate that a peer has presented, last seen first, with its forecast',
      access: 'auditor',
      query: z.object({
        search: z.string().max(200).optional().describe('Words of subject, issuer, names, address or fingerprint.'),
        zone: z.string().max(64).optional().describe('Id of a zone.'),
        limit: z.coerce.number().int().min(1).max(1_000).default(200),
      }),
      response: peerList,
      handler: ({ query }) => zones.peers.list(query),
    }),
    route({
      id: 'getPeer',
      method: 'GET',
      path: '/peers/{fingerprint}',
      tag,
      summary: 'One certificate of a peer with the last decision about it in full',
      access: 'auditor',
      params: z.object({ fingerprint: z.string().max(95).describe('SHA-256, hexadecimal') }),
      response: peerView,
      handler: ({ params }) => zones.peers.view(params.fingerprint),
    }),
    route({
      id: 'getZoneCalendar',
      method: 'GET',
      path: '/zones/calendar',
      tag,
      summary: 'Which zones break when, and because of what',
      access: 'auditor',
      response: calendarSchema,
      handler: async () => ({ events: await zones.calendar() }),
    }),
  ];
}
