/** The private CA in the API. */
import { z } from 'zod';
import { type Route, route } from '../../lib/route.ts';
import { authorityRoutes } from './authority/authority-routes.ts';
import { issueRoutes } from './issue/issue-routes.ts';
import { issuedRoutes } from './issued/issued-routes.ts';
import type { PrivateCa } from './private-ca.ts';
import { settingsRequest, settingsView, templateList, templateRequest, templateView } from './schemas.ts';

export { publishRoutes } from './publish/publish-routes.ts';
export type { Publishing } from './publish/publishing.ts';

const tag = 'private-ca';
const byName = z.object({ name: z.string().max(60) });

/** Everything below `/private-ca`. */
export function privateCaRoutes(ca: PrivateCa): readonly Route[] {
  return [
    ...authorityRoutes(ca),
    ...issueRoutes(ca),
    ...issuedRoutes(ca),
    ...templateRoutes(ca),
    ...settingsRoutes(ca),
  ];
}

function templateRoutes(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'listPrivateCaTemplates',
      method: 'GET',
      path: '/private-ca/templates',
      tag,
      summary: 'Templates: those of the program, then your own',
      access: 'auditor',
      response: templateList,
      handler: async () => ({ templates: await ca.templates() }),
    }),
    route({
      id: 'getPrivateCaTemplate',
      method: 'GET',
      path: '/private-ca/templates/{name}',
      tag,
      summary: 'One template',
      access: 'auditor',
      params: byName,
      response: templateView,
      handler: ({ params }) => ca.template(params.name),
    }),
    route({
      id: 'savePrivateCaTemplate',
      method: 'PUT',
      path: '/private-ca/templates/{name}',
      tag,
      summary: 'Add a template or change one of your own',
      access: 'administrator',
      stepUp: true,
      params: byName,
      body: templateRequest,
      response: templateView,
      handler: ({ actor, params, body: { version, ...fields } }) =>
        ca.saveTemplate(actor, params.name, fields, version),
    }),
    route({
      id: 'deletePrivateCaTemplate',
      method: 'DELETE',
      path: '/private-ca/templates/{name}',
      tag,
      summary: 'Delete a template of your own; what it issued stays',
      access: 'administrator',
      stepUp: true,
      params: byName,
      response: z.object({ deleted: z.string() }),
      handler: async ({ actor, params }) => {
        await ca.removeTemplate(actor, params.name);
        return { deleted: params.name };
      },
    }),
  ];
}

function settingsRoutes(ca: PrivateCa): readonly Route[] {
  const view = async () => ({ ...(await ca.settings()), effectiveUrl: await ca.publicUrl() });
  return [
    route({
      id: 'getPrivateCaSettings',
      method: 'GET',
      path: '/private-ca/settings',
      tag,
      summary: 'Addresses that stand in certificates',
      access: 'auditor',
      response: settingsView,
      handler: view,
    }),
    route({
      id: 'changePrivateCaSettings',
      method: 'PATCH',
      path: '/private-ca/settings',
      tag,
      summary: 'Change the addresses that stand in certificates issued from now on',
      access: 'administrator',
      stepUp: true,
      body: settingsRequest,
      response: settingsView,
      handler: async ({ actor, body: { version, ...patch } }) => {
        await ca.changeSettings(actor, patch, version);
        return view();
      },
    }),
  ];
}
