/** The ACME server in the API of the operator; what clients of ACME call is not here. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { isoTime, isoTimeOrNull } from '../../lib/time-text.ts';
import type { AccountView, AcmeServer, EabKeyView, OrderDetails, OrderSummary } from './acme-server.ts';
import type { AcmeServerSettings } from './acme-server-settings.ts';
import type { IssuingTemplate } from './issuing-ca.ts';
import {
  accountQuerySchema,
  accountSchema,
  acmeServerSettingsPatchSchema,
  acmeServerSettingsSchema,
  eabKeySchema,
  newEabKeyAnswerSchema,
  newEabKeySchema,
  orderDetailsSchema,
  orderQuerySchema,
  orderSchema,
} from './schemas.ts';

const tag = 'acme-server';
const params = z.object({ id: z.string().max(64) });
const next = z.number().nullable();

/** Everything below `/acme-server`. */
export function acmeServerRoutes(server: AcmeServer): readonly Route[] {
  return [...settingsRoutes(server), ...keyRoutes(server), ...accountRoutes(server)];
}

function settingsRoutes(server: AcmeServer): readonly Route[] {
  return [
    route({
      id: 'getAcmeServerSettings',
      method: 'GET',
      path: '/acme-server/settings',
      tag,
      summary: 'Settings of the ACME server, the templates it could offer, and its directories',
      access: 'auditor',
      response: acmeServerSettingsSchema,
      handler: async () => settingsAnswer(await server.settings(), await server.templates()),
    }),
    route({
      id: 'updateAcmeServerSettings',
      method: 'PUT',
      path: '/acme-server/settings',
      tag,
      summary: 'Change what is named and leave the rest',
      access: 'administrator',
      stepUp: true,
      body: acmeServerSettingsPatchSchema,
      response: acmeServerSettingsSchema,
      handler: async ({ actor, body: { version, ...patch } }) =>
        settingsAnswer(await server.updateSettings(actor, patch, version), await server.templates()),
    }),
  ];
}

function keyRoutes(server: AcmeServer): readonly Route[] {
  return [
    route({
      id: 'listAcmeServerKeys',
      method: 'GET',
      path: '/acme-server/keys',
      tag,
      summary: 'Keys for external account binding, newest first',
      access: 'auditor',
      response: z.object({ keys: z.array(eabKeySchema) }),
      handler: async () => ({ keys: (await server.accounts.keys()).map(keyAnswer) }),
    }),
    route({
      id: 'createAcmeServerKey',
      method: 'POST',
      path: '/acme-server/keys',
      tag,
      summary: 'Make a key that lets its holder register; its secret is in this answer only',
      access: 'administrator',
      stepUp: true,
      status: 201,
      body: newEabKeySchema,
      response: newEabKeyAnswerSchema,
      handler: async ({ actor, body }) => {
        const { key, hmac } = await server.accounts.createKey(actor, body);
        return { key: keyAnswer(key), hmac: hmac.reveal() };
      },
    }),
    route({
      id: 'revokeAcmeServerKey',
      method: 'DELETE',
      path: '/acme-server/keys/{id}',
      tag,
      summary: 'End a key: nobody registers with it any more, its accounts stay',
      access: 'administrator',
      params,
      handler: async ({ actor, params: { id } }) => {
        await server.accounts.revokeKey(actor, id);
        return undefined as never;
      },
    }),
  ];
}

function accountRoutes(server: AcmeServer): readonly Route[] {
  return [
    route({
      id: 'listAcmeServerAccounts',
      method: 'GET',
      path: '/acme-server/accounts',
      tag,
      summary: 'Accounts of ACME clients, newest first',
      access: 'auditor',
      query: accountQuerySchema,
      response: z.object({ accounts: z.array(accountSchema), next }),
      handler: async ({ query: { key, ...query } }) => {
        const page = await server.accounts.list({ ...query, keyId: key });
        return { accounts: page.accounts.map(accountAnswer), next: page.next };
      },
    }),
    route({
      id: 'revokeAcmeServerAccount',
      method: 'DELETE',
      path: '/acme-server/accounts/{id}',
      tag,
      summary: 'End an account: it orders nothing more, its certificates hold on',
      access: 'administrator',
      params,
      handler: async ({ actor, params: { id } }) => {
        await server.accounts.deactivate(actor, id);
        return undefined as never;
      },
    }),
    route({
      id: 'listAcmeServerOrders',
      method: 'GET',
      path: '/acme-server/orders',
      tag,
      summary: 'Orders of ACME clients with their outcome, newest first',
      access: 'auditor',
      query: orderQuerySchema,
      response: z.object({ orders: z.array(orderSchema), next }),
      handler: async ({ query: { account, text, ...query } }) => {
        const page = await server.orders.list({ ...query, accountId: account, text: text?.toLowerCase() });
        return { orders: page.orders.map(orderAnswer), next: page.next };
      },
    }),
    route({
      id: 'getAcmeServerOrder',
      method: 'GET',
      path: '/acme-server/orders/{id}',
      tag,
      summary: 'One order with every name, its challenges, and why they failed',
      access: 'auditor',
      params,
      response: orderDetailsSchema,
      handler: async ({ params: { id } }) => orderDetailsAnswer(await server.orders.get(id)),
    }),
  ];
}

function settingsAnswer(
  settings: AcmeServerSettings,
  templates: readonly IssuingTemplate[],
): z.input<typeof acmeServerSettingsSchema> {
  const offered = settings.profiles.filter((profile) => templates.some(({ name }) => name === profile));
  const directory = (name: string, profiles: string[]) => ({ path: `/acme/${name}/directory`, profiles });
  return {
    ...settings,
    templates: templates.map(({ lifetime, ...template }) => ({
      ...template,
      lifetimeSeconds: Math.round(lifetime / 1_000),
    })),
    directories:
      settings.enabled && offered.length > 0
        ? [directory('default', [...offered]), ...offered.map((profile) => directory(profile, [profile]))]
        : [],
  };
}

function keyAnswer(key: EabKeyView): z.input<typeof eabKeySchema> {
  return {
    ...key,
    createdAt: isoTime(key.createdAt),
    expiresAt: isoTimeOrNull(key.expiresAt),
    revokedAt: isoTimeOrNull(key.revokedAt),
  };
}

function accountAnswer(account: AccountView): z.input<typeof accountSchema> {
  return {
    ...account,
    createdAt: isoTime(account.createdAt),
    termsAgreedAt: isoTimeOrNull(account.termsAgreedAt),
    lastOrderAt: isoTimeOrNull(account.lastOrderAt),
  };
}

function orderAnswer(order: OrderSummary): z.input<typeof orderSchema> {
  return {
    ...order,
    createdAt: isoTime(order.createdAt),
    expiresAt: isoTime(order.expiresAt),
    notAfter: isoTimeOrNull(order.notAfter),
  };
}

function orderDetailsAnswer(order: OrderDetails): z.input<typeof orderDetailsSchema> {
  return {
    ...orderAnswer(order),
    authorizations: order.authorizations.map(({ challenges, expiresAt, ...authorization }) => ({
      ...authorization,
      expiresAt: isoTime(expiresAt),
      challenges: challenges.map(({ at, ...challenge }) => ({ ...challenge, at: isoTimeOrNull(at) })),
    })),
  };
}
