/** Roots and intermediates in the API. */
import { z } from 'zod';
import { RawAnswer, type Route, route } from '../../../lib/route.ts';
import { Secret } from '../../../lib/secret.ts';
import { encodePem } from '../../../pki/pem.ts';
import { certificatesOf } from '../issue/read-files.ts';
import type { PrivateCa } from '../private-ca.ts';
import { wrongState } from '../problems.ts';
import {
  authorityFileQuery,
  authorityList,
  authorityView,
  exportRequest,
  importAnswer,
  importRequest,
  installRequest,
  intermediateRequest,
  rootRequest,
  rotationRequest,
  trustAnswer,
} from '../schemas.ts';
import { authorityViewOf, authorityViews } from '../views.ts';
import type { Authority } from './authority.ts';

const tag = 'private-ca';
const byId = z.object({ id: z.string().max(64) });

export function authorityRoutes(ca: PrivateCa): readonly Route[] {
  return [...reading(ca), ...making(ca), ...changing(ca), ...folders(ca)];
}

function reading(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'listPrivateCaAuthorities',
      method: 'GET',
      path: '/private-ca/authorities',
      tag,
      summary: 'Roots and intermediates, the roots first',
      access: 'auditor',
      response: authorityList,
      handler: async () => ({ authorities: await authorityViews(ca) }),
    }),
    route({
      id: 'getPrivateCaAuthority',
      method: 'GET',
      path: '/private-ca/authorities/{id}',
      tag,
      summary: 'One root or intermediate, with its certificate or the request that waits',
      access: 'auditor',
      params: byId,
      response: authorityView,
      handler: async ({ params }) => authorityViewOf(ca, await ca.authority(params.id)),
    }),
    route({
      id: 'downloadPrivateCaAuthority',
      method: 'GET',
      path: '/private-ca/authorities/{id}/file',
      tag,
      summary: 'Certificate of an authority, its chain with the root, or the request that waits',
      access: 'auditor',
      params: byId,
      query: authorityFileQuery,
      contentType: 'application/x-pem-file',
      handler: async ({ params, query }) => fileOf(await ca.authority(params.id), query.format),
    }),
  ];
}

function making(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'createPrivateCaRoot',
      method: 'POST',
      path: '/private-ca/roots',
      tag,
      summary: 'Make a root; its key is kept under the passphrase alone',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      body: rootRequest,
      response: authorityView,
      status: 201,
      handler: async ({ actor, body }) =>
        authorityViewOf(ca, await ca.createRoot(actor, { ...body, passphrase: new Secret(body.passphrase) })),
    }),
    route({
      id: 'createPrivateCaIntermediate',
      method: 'POST',
      path: '/private-ca/intermediates',
      tag,
      summary: 'Make an intermediate that issues without a passphrase, signed by a root here or by another CA',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      body: intermediateRequest,
      response: authorityView,
      status: 201,
      handler: async ({ actor, body: { constraints, ...body } }) => {
        const limits = constraints === undefined ? await ca.defaultLimits() : constraints;
        return authorityViewOf(
          ca,
          await ca.createIntermediate(actor, { ...body, constraints: limits, passphrase: secret(body.passphrase) }),
        );
      },
    }),
    route({
      id: 'rotatePrivateCaIntermediate',
      method: 'POST',
      path: '/private-ca/authorities/{id}/rotation',
      tag,
      summary:
        'Replace an intermediate by one with a new key; the old one issues no more and is published until it ends',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      params: byId,
      body: rotationRequest,
      response: authorityView,
      status: 201,
      handler: async ({ actor, params, body }) =>
        authorityViewOf(
          ca,
          await ca.rotateIntermediate(actor, params.id, { ...body, passphrase: secret(body.passphrase) }),
        ),
    }),
  ];
}

function changing(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'installPrivateCaIntermediate',
      method: 'POST',
      path: '/private-ca/authorities/{id}/certificate',
      tag,
      summary: 'Give a pending intermediate the certificate that another CA made, with those above it',
      access: 'administrator',
      stepUp: true,
      upload: true,
      params: byId,
      body: installRequest,
      response: authorityView,
      handler: async ({ actor, params, body }) => {
        const chain = certificatesOf(Buffer.from(body.file, 'base64'), 'file');
        return authorityViewOf(ca, await ca.installIntermediate(actor, params.id, chain));
      },
    }),
    route({
      id: 'trustPrivateCaAuthority',
      method: 'POST',
      path: '/private-ca/authorities/{id}/trust',
      tag,
      summary: 'Append the root of an authority to the trusted CA list',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: trustAnswer,
      handler: async ({ actor, params }) => ({ added: await ca.trust(actor, params.id) }),
    }),
    route({
      id: 'discardPrivateCaAuthority',
      method: 'DELETE',
      path: '/private-ca/authorities/{id}',
      tag,
      summary: 'Discard an intermediate that waits for its certificate, and destroy its key',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: z.object({ deleted: z.string() }),
      handler: async ({ actor, params }) => {
        await ca.discardPending(actor, params.id);
        return { deleted: params.id };
      },
    }),
  ];
}

function folders(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'importPrivateCaFolder',
      method: 'POST',
      path: '/private-ca/imports',
      tag,
      summary: 'Take over a folder of openssl ca: authority, key, and everything it issued',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      upload: true,
      body: importRequest,
      response: importAnswer,
      status: 201,
      handler: async ({ actor, body }) => {
        const archive = Buffer.from(body.archive, 'base64');
        const { authority, ...report } = await ca.importDemoCa(actor, archive, new Secret(body.passphrase));
        return { ...report, authority: await authorityViewOf(ca, authority) };
      },
    }),
    route({
      id: 'exportPrivateCaFolder',
      method: 'POST',
      path: '/private-ca/authorities/{id}/export',
      tag,
      summary: 'The folder that openssl ca goes on with, as tar.gz; with the passphrase the key is in it, encrypted',
      access: 'administrator',
      stepUp: true,
      expensive: true,
      params: byId,
      body: exportRequest,
      contentType: 'application/gzip',
      handler: async ({ actor, params, body }) => {
        const { archive, fileName } = await ca.exportDemoCa(actor, params.id, secret(body.passphrase));
        return new RawAnswer('application/gzip', archive, fileName);
      },
    }),
  ];
}

function secret(text: string | undefined): Secret<string> | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function fileOf({ certificate, above, csr, label }: Authority, format: 'pem' | 'der' | 'chain' | 'request'): RawAnswer {
  const name = label.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  if (format === 'request') {
    if (csr === undefined) throw wrongState(`${label} waits for no certificate.`, 'Download the certificate instead.');
    return new RawAnswer('application/x-pem-file', encodePem('CERTIFICATE REQUEST', csr), `${name}.csr`);
  }
  if (certificate === undefined) throw wrongState(`${label} has no certificate yet.`, 'Download the request instead.');
  if (format === 'der') return new RawAnswer('application/pkix-cert', certificate.der, `${name}.cer`);
  const all = format === 'chain' ? [certificate, ...above] : [certificate];
  const pem = all.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
  return new RawAnswer('application/x-pem-file', pem, `${name}.pem`);
}
