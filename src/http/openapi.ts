/** The OpenAPI 3.1 description of the API, made from the routes. */
import { z } from 'zod';
import type { Route } from '../lib/route.ts';

type Json = Record<string, unknown>;

/** Plain JSON; the same routes always give the same text. */
export function openApiDocument(routes: readonly Route[]): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate',
      version: '1',
      description:
        'Certificates of a communications gateway. Programs send a token (Authorization: Bearer tg_…). Pages use the session cookie and send X-Requested-By with every change. Errors are problem documents (RFC 9457) with a code from docs/errors.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problemSchema, ...sorted(components) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-tollgate' },
      },
    },
  };
}

function operation(route: Route, components: Json): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', components),
    ...parametersOf(route.query, 'query', components),
  ];
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.access === 'public' ? [] : [{ session: [] }, { token: [] }],
    'x-tollgate-access': route.access,
    ...(route.stepUp ? { 'x-tollgate-step-up': true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(route.body, 'input', components) } },
          },
        }),
    responses: { ...success(route, components), default: failure },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query', components: Json): Json[] {
  if (schema === undefined) return [];
  const object = schemaOf(schema, 'input', components);
  const required = (object['required'] ?? []) as string[];
  return Object.entries((object['properties'] ?? {}) as Record<string, Json>).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function success(route: Route, components: Json): Json {
  const status = String(route.status ?? (route.response === undefined && route.contentType === undefined ? 204 : 200));
  if (route.contentType !== undefined) {
    const schema = { type: 'string', contentMediaType: route.contentType };
    return { [status]: { description: 'The file', content: { [route.contentType]: { schema } } } };
  }
  if (route.response === undefined) return { [status]: { description: 'Done' } };
  const schema = schemaOf(route.response, 'output', components);
  return { [status]: { description: 'Done', content: { 'application/json': { schema } } } };
}

/** Schemas with a name (`meta({ id })`) go to the components once and are referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const json = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // answers may gain members in a later version
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as Json;
  const { $schema, $defs, id, ...own } = moveReferences(json) as Json;
  for (const [name, { id: _, ...definition }] of Object.entries(($defs ?? {}) as Record<string, Json>)) {
    addComponent(components, name, definition);
  }
  if (typeof id !== 'string') return own;
  addComponent(components, id, own);
  return { $ref: `#/components/schemas/${id}` };
}

/** A name stands for one shape, in bodies as in answers. */
function addComponent(components: Json, name: string, definition: Json): void {
  components[name] ??= definition;
  if (JSON.stringify(components[name]) === JSON.stringify(definition)) return;
  throw new Error(`the schema ${name} has two shapes: give the body and the answer names of their own`);
}

function moveReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moveReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, moveReferences(member)];
      return [key, member.replace('#/$defs/', '#/components/schemas/')];
    }),
  );
}

function sorted(components: Json): Json {
  return Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const failure = {
  description: 'Refused; the code says why',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const text = { type: 'string' };

/** RFC 9457 with the members of ours. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { ...text, description: 'urn:tollgate:problem: and the code' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { ...text, description: 'A code from docs/errors.md' },
    hint: { ...text, description: 'What to do next' },
    requestId: text,
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'detail'],
        properties: { code: text, field: text, detail: text, hint: text },
      },
    },
  },
};
