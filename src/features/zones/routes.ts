/** Zones, peers and their tests in the API. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { checkRoutes } from './checks/check-routes.ts';
import { peerRoutes } from './peers/peer-routes.ts';
import {
  accessRulesRequest,
  accessRulesSchema,
  closedConnections,
  zoneList,
  zoneOrder,
  zonePatch,
  zoneRequest,
  zoneView,
} from './schemas.ts';
import type { Zones } from './zones.ts';

const tag = 'zones';
const byId = z.object({ id: z.string().max(64) });

/** Everything below `/zones` and `/peers`. */
export function zonesRoutes(zones: Zones): readonly Route[] {
  return [...reading(zones), ...changing(zones), ...peerRoutes(zones), ...checkRoutes(zones)];
}

function reading(zones: Zones): readonly Route[] {
  return [
    route({
      id: 'listZones',
      method: 'GET',
      path: '/zones',
      tag,
      summary: 'Zones in their order with the state of each peer',
      access: 'auditor',
      response: zoneList,
      handler: async () => ({ zones: await zones.list() }),
    }),
    route({
      id: 'getZone',
      method: 'GET',
      path: '/zones/{id}',
      tag,
      summary: 'One zone with its state',
      access: 'auditor',
      params: byId,
      response: zoneView,
      handler: ({ params }) => zones.get(params.id),
    }),
    route({
      id: 'getZoneAccessRules',
      method: 'GET',
      path: '/zones/access-rules',
      tag,
      summary: 'Access rules of the default zone',
      access: 'auditor',
      response: accessRulesSchema,
      handler: () => zones.accessRules(),
    }),
    route({
      id: 'listClosedConnections',
      method: 'GET',
      path: '/zones/closed-connections',
      tag,
      summary: 'Connections that were closed because their peer would now be refused, newest first',
      access: 'auditor',
      response: closedConnections,
      handler: async () => ({ connections: await zones.closed() }),
    }),
  ];
}

function changing(zones: Zones): readonly Route[] {
  return [
    route({
      id: 'createZone',
      method: 'POST',
      path: '/zones',
      tag,
      summary: 'Add a zone, before the default zone',
      access: 'administrator',
      stepUp: true,
      body: zoneRequest,
      response: zoneView,
      status: 201,
      handler: ({ actor, body }) => zones.create(actor, body),
    }),
    route({
      id: 'updateZone',
      method: 'PATCH',
      path: '/zones/{id}',
      tag,
      summary: 'Change fields of a zone; the default zone too',
      access: 'administrator',
      stepUp: true,
      params: byId,
      body: zonePatch,
      response: zoneView,
      handler: ({ actor, params, body }) => zones.update(actor, params.id, body),
    }),
    route({
      id: 'deleteZone',
      method: 'DELETE',
      path: '/zones/{id}',
      tag,
      summary: 'Delete a zone',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: z.object({ deleted: z.string() }),
      handler: async ({ actor, params }) => {
        await zones.remove(actor, params.id);
        return { deleted: params.id };
      },
    }),
    route({
      id: 'orderZones',
      method: 'PUT',
      path: '/zones/order',
      tag,
      summary: 'Put the zones in order: a connection belongs to the first that matches',
      access: 'administrator',
      stepUp: true,
      body: zoneOrder,
      response: zoneList,
      handler: async ({ actor, body }) => ({ zones: await zones.order(actor, body.ids) }),
    }),
    route({
      id: 'changeZoneAccessRules',
      method: 'PUT',
      path: '/zones/access-rules',
      tag,
      summary: 'Replace the access rules of the default zone',
      access: 'administrator',
      stepUp: true,
      body: accessRulesRequest,
      response: accessRulesSchema,
      handler: ({ actor, body }) => zones.changeAccessRules(actor, body),
    }),
  ];
}
