/** Set-up, log-in, users and tokens over HTTP. */
import { z } from 'zod';
import type { Actor } from '../../lib/actor.ts';
import { Problem } from '../../lib/problem.ts';
import { type Route, route, SessionAnswer } from '../../lib/route.ts';
import { Secret } from '../../lib/secret.ts';
import { type Access, type NewSession, scopes } from './access.ts';

const role = z.enum(['administrator', 'auditor']);
const secret = (description: string, max: number) =>
  z
    .string()
    .max(max)
    .transform((text) => new Secret(text))
    .describe(description);
const password = secret('15 to 128 characters', 1024);
const userName = z.string().min(1).max(64);
const byId = z.object({ id: z.string().min(1).max(64).describe('The id or the name') });

const session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), role }),
    confirmedUntil: z.string().nullable().describe('Until then dangerous changes need no further password'),
    endsAt: z.string().nullable(),
    idleMinutes: z.number().nullable(),
  })
  .meta({ id: 'Session' });

const user = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    createdAt: z.string(),
    passwordChangedAt: z.string(),
  })
  .meta({ id: 'User' });

const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    scopes: z.array(z.enum(scopes)).readonly(),
    ranges: z.array(z.string()).readonly().describe('Address ranges it may be used from; none: anywhere'),
    state: z.enum(['active', 'expired', 'revoked']),
    createdBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    lastUsedAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'Token' });

export function accessRoutes(access: Access): readonly Route[] {
  return [...setupRoutes(access), ...sessionRoutes(access), ...userRoutes(access), ...tokenRoutes(access)];
}

function setupRoutes({ setup }: Access): readonly Route[] {
  return [
    route({
      id: 'getSetup',
      method: 'GET',
      path: '/setup',
      tag: 'access',
      summary: 'Whether the first user is still to be made',
      access: 'public',
      response: z.object({ needed: z.boolean() }),
      handler: async () => ({ needed: await setup.needed() }),
    }),
    route({
      id: 'completeSetup',
      method: 'POST',
      path: '/setup',
      tag: 'access',
      summary: 'Make the first administrator through the one-time set-up link, and log in',
      access: 'public',
      expensive: true,
      body: z.strictObject({ token: secret('What follows # in the link', 100), name: userName, password }),
      response: session,
      handler: async ({ actor, body }) => loggedIn(await setup.complete(actor, body.token, body)),
    }),
    route({
      id: 'renewSetupLink',
      method: 'POST',
      path: '/setup/link',
      tag: 'access',
      summary: 'A new set-up link, while there is no user',
      description: 'Only on the gateway itself, through the local socket of the command line.',
      access: 'administrator',
      response: z.object({ path: z.string(), expiresAt: z.string() }),
      handler: async ({ actor }) => {
        const link = await setup.renewLink(localOnly(actor));
        if (link === undefined) throw noLinkNeeded();
        return { path: link.path.reveal(), expiresAt: new Date(link.expiresAt).toISOString() };
      },
    }),
  ];
}

function sessionRoutes({ sessions }: Access): readonly Route[] {
  return [
    route({
      id: 'logIn',
      method: 'POST',
      path: '/session',
      tag: 'access',
      summary: 'Log in',
      description: 'Sets the session cookie. After five wrong passwords each further try has to wait.',
      access: 'public',
      expensive: true,
      body: z.strictObject({ name: userName, password }),
      response: session,
      handler: async ({ actor, body, sessionId }) =>
        loggedIn(await sessions.logIn(actor, body.name, body.password, sessionId)),
    }),
    route({
      id: 'getSession',
      method: 'GET',
      path: '/session',
      tag: 'access',
      summary: 'Who is logged in',
      access: 'auditor',
      response: session,
      handler: ({ actor, sessionId }) => sessions.view(actor, sessionId),
    }),
    route({
      id: 'logOut',
      method: 'DELETE',
      path: '/session',
      tag: 'access',
      summary: 'Log out',
      access: 'auditor',
      handler: async ({ actor, sessionId }) => {
        await sessions.logOut(actor, sessionId);
        return new SessionAnswer(undefined, null);
      },
    }),
    route({
      id: 'confirmSession',
      method: 'POST',
      path: '/session/confirm',
      tag: 'access',
      summary: 'Give the password again, before a dangerous change',
      access: 'auditor',
      expensive: true,
      body: z.strictObject({ password }),
      response: session,
      handler: async ({ actor, body, sessionId }) => loggedIn(await sessions.confirm(actor, sessionId, body.password)),
    }),
    route({
      id: 'changeOwnPassword',
      method: 'POST',
      path: '/session/password',
      tag: 'access',
      summary: 'Change your own password; ends your other sessions',
      access: 'auditor',
      expensive: true,
      body: z.strictObject({ current: password, next: password }),
      response: session,
      handler: async ({ actor, body, sessionId }) => loggedIn(await sessions.changeOwnPassword(actor, sessionId, body)),
    }),
  ];
}

function userRoutes({ users }: Access): readonly Route[] {
  const shared = { tag: 'access', access: 'administrator', stepUp: true } as const;
  return [
    route({
      id: 'listUsers',
      method: 'GET',
      path: '/users',
      tag: 'access',
      summary: 'All users',
      access: 'auditor',
      response: z.object({ users: z.array(user).readonly() }),
      handler: async () => ({ users: await users.list() }),
    }),
    route({
      ...shared,
      id: 'createUser',
      method: 'POST',
      path: '/users',
      summary: 'Make a user',
      expensive: true,
      body: z.strictObject({ name: userName, role, password }),
      response: user,
      status: 201,
      handler: ({ actor, body }) => users.create(actor, body),
    }),
    route({
      id: 'getUser',
      method: 'GET',
      path: '/users/{id}',
      tag: 'access',
      summary: 'One user',
      access: 'auditor',
      params: byId,
      response: user,
      handler: async ({ params }) => users.get(await users.idOf(params.id)),
    }),
    route({
      ...shared,
      id: 'updateUser',
      method: 'PATCH',
      path: '/users/{id}',
      summary: 'Change the role of a user, disable or enable; ends the sessions of that user',
      params: byId,
      body: z.strictObject({ role: role.optional(), disabled: z.boolean().optional() }),
      response: user,
      handler: async ({ actor, params, body }) => users.update(actor, await users.idOf(params.id), body),
    }),
    route({
      ...shared,
      id: 'setUserPassword',
      method: 'PUT',
      path: '/users/{id}/password',
      summary: 'Set the password of another user; ends the sessions of that user',
      expensive: true,
      params: byId,
      body: z.strictObject({ password }),
      handler: async ({ actor, params, body }) => users.setPassword(actor, await users.idOf(params.id), body.password),
    }),
    route({
      ...shared,
      id: 'removeUser',
      method: 'DELETE',
      path: '/users/{id}',
      summary: 'Remove a user, with sessions and tokens',
      params: byId,
      handler: async ({ actor, params }) => users.remove(actor, await users.idOf(params.id)),
    }),
  ];
}

function tokenRoutes({ tokens }: Access): readonly Route[] {
  return [
    route({
      id: 'listTokens',
      method: 'GET',
      path: '/tokens',
      tag: 'access',
      summary: 'All API tokens, without their secrets',
      access: 'auditor',
      response: z.object({ tokens: z.array(token).readonly() }),
      handler: async () => ({ tokens: await tokens.list() }),
    }),
    route({
      id: 'createToken',
      method: 'POST',
      path: '/tokens',
      tag: 'access',
      summary: 'Make an API token; its secret is in this answer only',
      access: 'administrator',
      stepUp: true,
      body: z.strictObject({
        name: z.string().min(1).max(100),
        role: role.default('administrator'),
        scopes: z.array(z.enum(scopes)).min(1).max(3).default(['read']),
        days: z.int().min(1).max(365).default(90),
        ranges: z.array(z.string().max(50)).max(50).default([]).describe('`192.0.2.0/24`, `2001:db8::/32`'),
      }),
      response: z.object({ token, secret: z.string() }),
      status: 201,
      handler: async ({ actor, body }) => {
        const made = await tokens.create(actor, body);
        return { token: made.token, secret: made.secret.reveal() };
      },
    }),
    route({
      id: 'revokeToken',
      method: 'DELETE',
      path: '/tokens/{id}',
      tag: 'access',
      summary: 'Revoke an API token',
      access: 'administrator',
      params: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
      handler: ({ actor, params }) => tokens.revoke(actor, params.id),
    }),
  ];
}

function loggedIn(made: NewSession): SessionAnswer {
  return new SessionAnswer(made.session, made.token);
}

function localOnly(actor: Actor): Actor {
  if (actor.kind === 'system' && actor.id === 'cli') return actor;
  throw new Problem({
    code: 'access.local-only',
    status: 403,
    title: 'Only on the gateway itself',
    detail: 'Set-up links are made through the local socket, which only the owner of the data folder can open.',
    hint: 'On the gateway: tollgate --data DIR user setup-link.',
  });
}

function noLinkNeeded(): Problem {
  return new Problem({
    code: 'access.setup-done',
    status: 409,
    title: 'The gateway is set up already',
    detail: 'A user exists, so there is no set-up link any more.',
    hint: 'A forgotten password: tollgate user set-password NAME. Another user: tollgate user create NAME.',
  });
}
