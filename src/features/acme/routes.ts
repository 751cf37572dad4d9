/** ACME in the API: providers, accounts, slots, orders. */
import { z } from 'zod';
import { RawAnswer, type Route, route } from '../../lib/route.ts';
import { parseSlot } from '../identity/identity.ts';
import type { Acme } from './acme.ts';
import { revocationReasons } from './client/resource/revocation-reason.ts';
import { providerRoutes } from './providers/provider-routes.ts';
import * as wire from './schemas.ts';

const tag = 'acme';
const pemType = 'application/x-pem-file';
const bySlot = z.object({ slot: z.string().max(300).describe('server, client or domain:NAME') });
const byId = z.object({ id: z.string().max(64) });

/** Everything below `/acme`. */
export function acmeRoutes(acme: Acme): readonly Route[] {
  return [...providerRoutes(acme), ...slotRoutes(acme), ...orderRoutes(acme), ...pendingRoutes(acme), ...checks(acme)];
}

function slotRoutes({ slots }: Acme): Route[] {
  return [
    route({
      id: 'listAcmeSlots',
      method: 'GET',
      path: '/acme/slots',
      tag,
      summary: 'How every certificate renews itself, how that went and what comes next',
      access: 'auditor',
      response: z.object({ slots: z.array(wire.acmeSlotView) }),
      handler: async () => ({ slots: [...(await slots.list())] }),
    }),
    route({
      id: 'getAcmeSlot',
      method: 'GET',
      path: '/acme/slots/{slot}',
      tag,
      summary: 'How one certificate renews itself; asked again and again while an order runs',
      access: 'auditor',
      params: bySlot,
      response: wire.acmeSlotView,
      handler: ({ params }) => slots.get(parseSlot(params.slot)),
    }),
    route({
      id: 'updateAcmeSlot',
      method: 'PATCH',
      path: '/acme/slots/{slot}',
      tag,
      summary: 'Choose providers, scheduler, days and time, key, copy as client certificate',
      access: 'administrator',
      stepUp: true,
      params: bySlot,
      body: wire.acmeSlotPatch,
      response: wire.acmeSlotView,
      handler: ({ actor, params, body }) => slots.change(actor, parseSlot(params.slot), body),
    }),
    route({
      id: 'signWithAcme',
      method: 'POST',
      path: '/acme/slots/{slot}/orders',
      tag,
      summary: 'Sign CSR with ACME Provider: begins an order and answers at once',
      description: 'Ask for the order again and again to see its steps. The certificate then waits to be deployed.',
      access: 'administrator',
      stepUp: true,
      params: bySlot,
      body: z.object({
        provider: z.string().max(64).optional().describe('id; else those of the slot in their order'),
        test: z.boolean().optional().describe('Test this set-up: at the staging directory, nothing is kept'),
      }),
      response: wire.acmeOrderView,
      status: 202,
      handler: ({ actor, params, body }) => {
        const slot = parseSlot(params.slot);
        return body.test === true
          ? slots.test(actor, slot, body.provider ?? '')
          : slots.sign(actor, slot, body.provider);
      },
    }),
    route({
      id: 'retryAcme',
      method: 'POST',
      path: '/acme/slots/{slot}/retry',
      tag,
      summary: 'Retry now: one more attempt of the scheduler, at most four in an hour',
      access: 'administrator',
      params: bySlot,
      response: wire.acmeSlotView,
      handler: ({ actor, params }) => slots.retryNow(actor, parseSlot(params.slot)),
    }),
    route({
      id: 'revokeWithAcme',
      method: 'POST',
      path: '/acme/slots/{slot}/revocation',
      tag,
      summary: 'Revoke the certificate at the CA that issued it',
      access: 'administrator',
      stepUp: true,
      params: bySlot,
      body: z.object({ which: z.enum(['active', 'pending']), reason: z.enum(revocationReasons) }),
      response: wire.acmeSlotView,
      handler: ({ actor, params, body }) => slots.revoke(actor, parseSlot(params.slot), body.which, body.reason),
    }),
  ];
}

function orderRoutes(acme: Acme): Route[] {
  return [
    route({
      id: 'listRunningAcmeOrders',
      method: 'GET',
      path: '/acme/orders',
      tag,
      summary: 'Orders that are under way now, of every certificate',
      access: 'auditor',
      response: wire.acmeRunning,
      handler: () => acme.running(),
    }),
    route({
      id: 'listAcmeOrders',
      method: 'GET',
      path: '/acme/slots/{slot}/orders',
      tag,
      summary: 'Orders of one certificate, the newest first',
      access: 'auditor',
      params: bySlot,
      response: z.object({ orders: z.array(wire.acmeOrderView) }),
      handler: async ({ params }) => ({ orders: [...(await acme.orders(parseSlot(params.slot)))] }),
    }),
    route({
      id: 'getAcmeOrder',
      method: 'GET',
      path: '/acme/orders/{id}',
      tag,
      summary: 'One order, step by step, as it stands now',
      access: 'auditor',
      params: byId,
      response: wire.acmeOrderView,
      handler: ({ params }) => acme.order(params.id),
    }),
    route({
      id: 'stopAcmeOrder',
      method: 'DELETE',
      path: '/acme/orders/{id}',
      tag,
      summary: 'Stop an order that is under way',
      access: 'administrator',
      params: byId,
      response: wire.acmeOrderView,
      handler: ({ actor, params }) => acme.abandon(actor, params.id),
    }),
    route({
      id: 'getAcmeTimeline',
      method: 'GET',
      path: '/acme/timeline',
      tag,
      summary: 'What happened to the certificates and what will: oldest first, what is planned last',
      access: 'auditor',
      query: z.object({ slot: z.string().max(300).optional() }),
      response: z.object({ entries: z.array(wire.acmeTimelineEntry) }),
      handler: async ({ query }) => ({
        entries: [...(await acme.slots.timeline(query.slot === undefined ? undefined : parseSlot(query.slot)))],
      }),
    }),
  ];
}

function pendingRoutes({ slots }: Acme): Route[] {
  return [
    route({
      id: 'getPendingCertificatePem',
      method: 'GET',
      path: '/acme/slots/{slot}/pending/pem',
      tag,
      summary: 'The certificate that waits and its chain, PEM',
      access: 'auditor',
      params: bySlot,
      contentType: pemType,
      handler: async ({ params }) =>
        new RawAnswer(pemType, await slots.pendingPem(parseSlot(params.slot)), 'pending-certificate.pem'),
    }),
    route({
      id: 'getPendingCertificateText',
      method: 'GET',
      path: '/acme/slots/{slot}/pending/text',
      tag,
      summary: 'The certificate that waits, decoded',
      access: 'auditor',
      params: bySlot,
      response: z.object({ text: z.string() }),
      handler: async ({ params }) => ({ text: await slots.pendingText(parseSlot(params.slot)) }),
    }),
    route({
      id: 'deployPendingCertificate',
      method: 'POST',
      path: '/acme/slots/{slot}/pending/deployment',
      tag,
      summary: 'Deploy Pending Cert: the next handshake gets it, no connection is closed',
      access: 'administrator',
      stepUp: true,
      params: bySlot,
      response: z.object({ served: z.boolean(), notServed: z.string().nullable(), slot: wire.acmeSlotView }),
      handler: ({ actor, params }) => slots.deploy(actor, parseSlot(params.slot)),
    }),
    route({
      id: 'discardPendingCertificate',
      method: 'DELETE',
      path: '/acme/slots/{slot}/pending',
      tag,
      summary: 'Throw the certificate that waits away',
      access: 'administrator',
      params: bySlot,
      response: wire.acmeSlotView,
      handler: ({ actor, params }) => slots.discardPending(actor, parseSlot(params.slot)),
    }),
  ];
}

function checks({ slots, httpListener }: Acme): Route[] {
  return [
    route({
      id: 'checkAcme',
      method: 'POST',
      path: '/acme/slots/{slot}/checks',
      tag,
      summary: 'Look at everything that an order needs before the CA is asked',
      access: 'administrator',
      expensive: true,
      params: bySlot,
      body: z.object({ provider: z.string().max(64).optional().describe('id; else the first of the slot') }),
      response: z.object({ rows: z.array(wire.acmeCheckRow) }),
      handler: async ({ params, body }) => ({
        rows: [...(await slots.preFlight(parseSlot(params.slot), body.provider))],
      }),
    }),
    route({
      id: 'getAcmeIssuersPem',
      method: 'GET',
      path: '/acme/slots/{slot}/issuers/pem',
      tag,
      summary: 'The known CA certificates of the providers, PEM: for the lists of traversal clients and other peers',
      access: 'auditor',
      params: bySlot,
      contentType: pemType,
      handler: async ({ params }) =>
        new RawAnswer(pemType, await slots.issuersPem(parseSlot(params.slot)), 'issuers.pem'),
    }),
    route({
      id: 'appendAcmeIssuers',
      method: 'POST',
      path: '/acme/slots/{slot}/issuers',
      tag,
      summary: 'Append the known CA certificates of the providers to the trusted CA list',
      access: 'administrator',
      stepUp: true,
      params: bySlot,
      response: z.object({ rows: z.array(wire.acmeCheckRow) }),
      handler: async ({ actor, params }) => ({
        rows: [...(await slots.appendIssuers(actor, parseSlot(params.slot)))],
      }),
    }),
    route({
      id: 'getAcmeHttpListener',
      method: 'GET',
      path: '/acme/http-listener',
      tag,
      summary: 'How the port of HTTP-01 challenges is used',
      access: 'auditor',
      response: wire.httpListenerView,
      handler: () => httpListener.get(),
    }),
    route({
      id: 'updateAcmeHttpListener',
      method: 'PATCH',
      path: '/acme/http-listener',
      tag,
      summary: 'Keep the port open always, or send what is no challenge to HTTPS',
      access: 'administrator',
      stepUp: true,
      body: wire.httpListenerPatch,
      response: wire.httpListenerView,
      handler: ({ actor, body }) => httpListener.change(actor, body),
    }),
  ];
}
