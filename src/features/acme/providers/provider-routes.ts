/** Providers and accounts in the API. */
import { z } from 'zod';
import { type Route, route } from '../../../lib/route.ts';
import type { Acme } from '../acme.ts';
import * as wire from '../schemas.ts';

const tag = 'acme';
const byId = z.object({ id: z.string().max(64) });
const providerList = z.object({ providers: z.array(wire.acmeProviderView) });

export function providerRoutes({ providers, accounts }: Pick<Acme, 'providers' | 'accounts'>): Route[] {
  return [
    route({
      id: 'listAcmeProviders',
      method: 'GET',
      path: '/acme/providers',
      tag,
      summary: 'CAs that certificates are ordered from, with account and limits',
      access: 'auditor',
      response: providerList,
      handler: async () => ({ providers: [...(await providers.list())] }),
    }),
    route({
      id: 'getAcmeProvider',
      method: 'GET',
      path: '/acme/providers/{id}',
      tag,
      summary: 'One provider',
      access: 'auditor',
      params: byId,
      response: wire.acmeProviderView,
      handler: ({ params }) => providers.get(params.id),
    }),
    route({
      id: 'createAcmeProvider',
      method: 'POST',
      path: '/acme/providers',
      tag,
      summary: 'Add a provider, an ACME directory or a template of the private CA',
      access: 'administrator',
      stepUp: true,
      body: wire.acmeProviderRequest,
      response: wire.acmeProviderView,
      status: 201,
      handler: ({ actor, body }) => providers.add(actor, body),
    }),
    route({
      id: 'updateAcmeProvider',
      method: 'PATCH',
      path: '/acme/providers/{id}',
      tag,
      summary: 'Change a provider',
      access: 'administrator',
      stepUp: true,
      params: byId,
      body: wire.acmeProviderPatch,
      response: wire.acmeProviderView,
      handler: ({ actor, params, body }) => providers.change(actor, params.id, body),
    }),
    route({
      id: 'deleteAcmeProvider',
      method: 'DELETE',
      path: '/acme/providers/{id}',
      tag,
      summary: 'Remove a provider that no certificate uses',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: z.object({ deleted: z.string() }),
      handler: async ({ actor, params }) => {
        await providers.remove(actor, params.id);
        return { deleted: params.id };
      },
    }),
    route({
      id: 'orderAcmeProviders',
      method: 'PUT',
      path: '/acme/providers/order',
      tag,
      summary: 'Put the providers in order',
      access: 'administrator',
      body: z.object({ ids: z.array(z.string().max(64)).max(200) }),
      response: providerList,
      handler: async ({ actor, body }) => ({ providers: [...(await providers.order(actor, body.ids))] }),
    }),
    route({
      id: 'getAcmeDirectory',
      method: 'GET',
      path: '/acme/providers/{id}/directory',
      tag,
      summary: 'What the CA says of itself: terms, profiles, whether it wants an external account',
      access: 'auditor',
      expensive: true,
      params: byId,
      response: wire.acmeDirectoryView,
      handler: ({ params }) => providers.directory(params.id),
    }),
    ...accountRoutes(accounts),
  ];
}

function accountRoutes(accounts: Acme['accounts']): Route[] {
  return [
    route({
      id: 'createAcmeAccount',
      method: 'POST',
      path: '/acme/providers/{id}/account',
      tag,
      summary: 'Accept the terms and make the account',
      access: 'administrator',
      stepUp: true,
      params: byId,
      body: z.object({ acceptTerms: z.string().max(2000).optional().describe('the URL of the terms that were read') }),
      response: wire.acmeAccountView,
      status: 201,
      handler: ({ actor, params, body }) => accounts.create(actor, params.id, body.acceptTerms),
    }),
    route({
      id: 'updateAcmeAccount',
      method: 'PATCH',
      path: '/acme/providers/{id}/account',
      tag,
      summary: 'Tell the CA another admin e-mail',
      access: 'administrator',
      params: byId,
      body: z.object({ contact: z.array(z.email().max(254)).max(10) }),
      response: wire.acmeAccountView,
      handler: ({ actor, params, body }) => accounts.updateContact(actor, params.id, body.contact),
    }),
    route({
      id: 'rollOverAcmeAccount',
      method: 'POST',
      path: '/acme/providers/{id}/account/key',
      tag,
      summary: 'Roll-over: a new key for the account',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: wire.acmeAccountView,
      handler: ({ actor, params }) => accounts.rollOver(actor, params.id),
    }),
    route({
      id: 'deactivateAcmeAccount',
      method: 'POST',
      path: '/acme/providers/{id}/account/deactivation',
      tag,
      summary: 'Deactivate the account at the CA, for ever; the next order makes a new one',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: wire.acmeAccountView,
      handler: ({ actor, params }) => accounts.deactivate(actor, params.id),
    }),
    route({
      id: 'resetAcmeAccount',
      method: 'DELETE',
      path: '/acme/providers/{id}/account',
      tag,
      summary: 'Reset: forget the account and its key here; the next order makes a new one',
      access: 'administrator',
      stepUp: true,
      params: byId,
      response: wire.acmeAccountView,
      handler: ({ actor, params }) => accounts.reset(actor, params.id),
    }),
  ];
}
