/** Publishing in the API. */
import { z } from 'zod';
import { type Route, route } from '../../../lib/route.ts';
import { Secret } from '../../../lib/secret.ts';
import {
  publicationView,
  publicationViewOf,
  publishingView,
  publishingViewOf,
  publishRequest,
  publishSettingsRequest,
  publishSettingsView,
} from './publish-schemas.ts';
import type { Publishing } from './publishing.ts';

const tag = 'private-ca';
const byId = z.object({ id: z.string().max(64) });

/** Everything below `/private-ca/publishing`. */
export function publishRoutes(publishing: Publishing): readonly Route[] {
  return [
    route({
      id: 'getPrivateCaPublishing',
      method: 'GET',
      path: '/private-ca/publishing',
      tag,
      summary: 'CRLs, OCSP responders and the process that serves them: what is published, and what is being made',
      access: 'auditor',
      response: publishingView,
      handler: async () => publishingViewOf(await publishing.state()),
    }),
    route({
      id: 'publishPrivateCaCrls',
      method: 'POST',
      path: '/private-ca/publishing/{id}',
      tag,
      summary: 'Publish every CRL of an authority anew, now',
      access: 'administrator',
      expensive: true,
      params: byId,
      body: publishRequest,
      response: publicationView,
      handler: async ({ actor, params, body: { passphrase } }) =>
        publicationViewOf(
          await publishing.publishNow(actor, params.id, passphrase === undefined ? undefined : new Secret(passphrase)),
        ),
    }),
    route({
      id: 'getPrivateCaPublishSettings',
      method: 'GET',
      path: '/private-ca/publishing/settings',
      tag,
      summary: 'How long CRLs and OCSP answers hold, when they are renewed, and how much may be asked for at once',
      access: 'auditor',
      response: publishSettingsView,
      handler: () => publishing.settings(),
    }),
    route({
      id: 'changePrivateCaPublishSettings',
      method: 'PATCH',
      path: '/private-ca/publishing/settings',
      tag,
      summary:
        'Change how long CRLs and OCSP answers hold, from the next ones on, or how much may be asked for at once',
      access: 'administrator',
      stepUp: true,
      body: publishSettingsRequest,
      response: publishSettingsView,
      handler: ({ actor, body: { version, ...patch } }) => publishing.changeSettings(actor, patch, version),
    }),
  ];
}
