/** Identities over HTTP. */
import { z } from 'zod';
import { RawAnswer, type Route, route } from '../../lib/route.ts';
import type { Identity } from './identity.ts';
import * as wire from './schemas.ts';
import { parseSlot } from './slots.ts';

const tag = 'identity';
const pemType = 'application/x-pem-file';

/** Every operation of the API on identities. */
export function identityRoutes(identity: Identity): readonly Route[] {
  return [...viewRoutes(identity), ...csrRoutes(identity), ...changeRoutes(identity)];
}

function viewRoutes(identity: Identity): Route[] {
  return [
    route({
      id: 'listIdentities',
      method: 'GET',
      path: '/identities',
      tag,
      summary: 'What the gateway presents: server, client and domain certificates',
      access: 'auditor',
      response: z.object({ identities: z.array(wire.identityOverview) }),
      handler: async () => ({ identities: await identity.overview() }),
    }),
    route({
      id: 'getIdentity',
      method: 'GET',
      path: '/identities/{slot}',
      tag,
      summary: 'One certificate with its chain, names, history and what is missing',
      access: 'auditor',
      params: wire.slotParams,
      response: wire.identityView,
      handler: ({ params }) => identity.slot(parseSlot(params.slot)),
    }),
    route({
      id: 'getIdentityPem',
      method: 'GET',
      path: '/identities/{slot}/pem',
      tag,
      summary: 'The certificate and the chain as served, PEM',
      access: 'auditor',
      params: wire.slotParams,
      contentType: pemType,
      handler: async ({ params }) =>
        new RawAnswer(pemType, await identity.pem(parseSlot(params.slot)), 'certificate.pem'),
    }),
    route({
      id: 'getIdentityText',
      method: 'GET',
      path: '/identities/{slot}/text',
      tag,
      summary: 'The certificate decoded, in the layout of openssl x509 -text',
      access: 'auditor',
      params: wire.slotParams,
      response: z.object({ text: z.string() }),
      handler: async ({ params }) => ({ text: await identity.text(parseSlot(params.slot)) }),
    }),
    route({
      id: 'getRequiredNames',
      method: 'GET',
      path: '/identities/{slot}/required-names',
      tag,
      summary: 'The names that the settings demand of this certificate, and which it lacks',
      access: 'auditor',
      params: wire.slotParams,
      response: z.object({ names: z.array(wire.requiredName), missing: z.array(wire.requiredName) }),
      handler: ({ params }) => identity.requiredNames(parseSlot(params.slot)),
    }),
  ];
}

function csrRoutes(identity: Identity): Route[] {
  return [
    route({
      id: 'getCsrDefaults',
      method: 'GET',
      path: '/identities/{slot}/csr/form',
      tag,
      summary: 'The Generate CSR form filled in from the settings and the last request',
      access: 'auditor',
      params: wire.slotParams,
      response: wire.csrDefaults,
      handler: ({ params }) => identity.csrDefaults(parseSlot(params.slot)),
    }),
    route({
      id: 'previewCsr',
      method: 'POST',
      path: '/identities/{slot}/csr/preview',
      tag,
      summary: 'The final list of names and all reminders, before Generate CSR; changes nothing',
      access: 'auditor',
      params: wire.slotParams,
      body: wire.csrForm,
      response: wire.csrPreview,
      handler: ({ params, body }) => identity.previewCsr(parseSlot(params.slot), body),
    }),
    route({
      id: 'generateCsr',
      method: 'POST',
      path: '/identities/{slot}/csr',
      tag,
      summary: 'Generate CSR',
      access: 'administrator',
      expensive: true,
      params: wire.slotParams,
      body: wire.csrForm,
      response: wire.csrView,
      status: 201,
      handler: ({ params, body, actor }) => identity.generateCsr(actor, parseSlot(params.slot), body),
    }),
    route({
      id: 'getCsr',
      method: 'GET',
      path: '/identities/{slot}/csr',
      tag,
      summary: 'The pending request, else the last one',
      access: 'auditor',
      params: wire.slotParams,
      response: wire.csrView,
      handler: ({ params }) => identity.csr(parseSlot(params.slot)),
    }),
    route({
      id: 'downloadCsrPem',
      method: 'GET',
      path: '/identities/{slot}/csr/pem',
      tag,
      summary: 'Download the request, PEM',
      access: 'auditor',
      params: wire.slotParams,
      contentType: pemType,
      handler: async ({ params }) =>
        new RawAnswer(pemType, (await identity.csr(parseSlot(params.slot))).pem, 'csr.pem'),
    }),
    route({
      id: 'downloadCsrDer',
      method: 'GET',
      path: '/identities/{slot}/csr/der',
      tag,
      summary: 'Download the request, DER',
      access: 'auditor',
      params: wire.slotParams,
      contentType: 'application/pkcs10',
      handler: async ({ params }) =>
        new RawAnswer('application/pkcs10', await identity.csrDer(parseSlot(params.slot)), 'csr.der'),
    }),
    route({
      id: 'discardCsr',
      method: 'DELETE',
      path: '/identities/{slot}/csr',
      tag,
      summary: 'Discard CSR: destroys its key unless a certificate uses it',
      access: 'administrator',
      params: wire.slotParams,
      response: wire.identityView,
      handler: ({ params, actor }) => identity.discardCsr(actor, parseSlot(params.slot)),
    }),
  ];
}

function changeRoutes(identity: Identity): Route[] {
  return [
    route({
      id: 'previewUpload',
      method: 'POST',
      path: '/identities/{slot}/uploads',
      tag,
      summary: 'Check an upload: every error or every warning together; nothing is served yet',
      access: 'administrator',
      expensive: true,
      upload: true,
      params: wire.slotParams,
      body: wire.uploadRequest,
      response: wire.uploadPreview,
      status: 201,
      handler: ({ params, body }) => identity.previewUpload(parseSlot(params.slot), body),
    }),
    route({
      id: 'confirmUpload',
      method: 'POST',
      path: '/identities/{slot}/uploads/{previewId}/confirmation',
      tag,
      summary: 'Serve the previewed upload from the next handshake on',
      access: 'administrator',
      stepUp: true,
      params: wire.uploadParams,
      body: wire.uploadConfirmation,
      response: wire.changeResult,
      handler: ({ params, body, actor }) =>
        identity.confirmUpload(actor, parseSlot(params.slot), params.previewId, body),
    }),
    route({
      id: 'resetIdentity',
      method: 'POST',
      path: '/identities/{slot}/reset',
      tag,
      summary:
        'Reset to default: a fresh temporary server certificate, the server certificate for the client, none for a domain',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      params: wire.slotParams,
      response: wire.changeResult,
      handler: ({ params, actor }) => identity.reset(actor, parseSlot(params.slot)),
    }),
    route({
      id: 'rollBackIdentity',
      method: 'POST',
      path: '/identities/{slot}/roll-back',
      tag,
      summary: 'Serve the previous certificate again',
      access: 'administrator',
      stepUp: true,
      params: wire.slotParams,
      response: wire.changeResult,
      handler: ({ params, actor }) => identity.rollBack(actor, parseSlot(params.slot)),
    }),
    route({
      id: 'addDomainIdentity',
      method: 'POST',
      path: '/identities',
      tag,
      summary: 'Add a domain that is served by SNI',
      access: 'administrator',
      body: wire.domainRequest,
      response: wire.identityView,
      status: 201,
      handler: ({ body, actor }) => identity.addDomain(actor, body.domain),
    }),
    route({
      id: 'removeDomainIdentity',
      method: 'DELETE',
      path: '/identities/{slot}',
      tag,
      summary: 'Remove a domain with its certificates, request and keys',
      access: 'administrator',
      stepUp: true,
      params: wire.slotParams,
      response: z.object({ served: z.boolean(), notServed: z.string().nullable() }),
      handler: ({ params, actor }) => identity.removeDomain(actor, parseSlot(params.slot)),
    }),
  ];
}
