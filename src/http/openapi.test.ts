import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { productRoutes } from '../../test/support/gated-routes.ts';
import { startSmallGateway } from '../../test/support/small-gateway.ts';
import { route } from '../lib/route.ts';
import { openApiDocument } from './openapi.ts';

type Json = Record<string, unknown>;
const routes = productRoutes();
const committed = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')) as Json;

test('the committed file is what the routes give', () => {
  assert.deepEqual(committed, JSON.parse(JSON.stringify(openApiDocument(routes))));
});

test('the file has the structure of OpenAPI 3.1: every reference leads somewhere, every path parameter is described', () => {
  assert.equal(committed['openapi'], '3.1.0');
  const ids = new Set<string>();
  for (const [path, item] of Object.entries(committed['paths'] as Record<string, Record<string, Json>>)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, operation] of Object.entries(item)) {
      const id = String(operation['operationId']);
      assert.ok(!ids.has(id), `${id} is there twice`);
      ids.add(id);
      const parameters = (operation['parameters'] ?? []) as { name: string; in: string; required: boolean }[];
      const described = parameters.filter((parameter) => parameter.in === 'path');
      assert.deepEqual(described.map((parameter) => parameter.name).sort(), inPath.sort(), `${method} ${path}`);
      assert.ok(described.every((parameter) => parameter.required));
      assert.ok(Object.keys(operation['responses'] as Json).length === 2);
      if (method === 'get') assert.equal(operation['requestBody'], undefined);
    }
  }
  assert.equal(ids.size, routes.length);
  for (const [, target = ''] of JSON.stringify(committed).matchAll(/"\$ref":"([^"]+)"/g)) {
    const found = target
      .slice(2)
      .split('/')
      .reduce<unknown>((at, part) => (at as Json | undefined)?.[part], committed);
    assert.ok(target.startsWith('#/components/schemas/') && found !== undefined, target);
  }
});

test('every name is a verb and a noun, every tag a feature, every operation says who may call it', () => {
  for (const each of routes) {
    assert.match(each.id, /^[a-z]+[A-Z]\w+$/, each.id);
    assert.match(each.path, /^(\/[a-z-]+|\/\{[a-zA-Z]+\})+$/, each.path);
    assert.ok(['public', 'auditor', 'administrator'].includes(each.access));
    const open = [
      ...['getSetup', 'completeSetup', 'logIn', 'getCertificateLogIn', 'logInByCertificate'],
      'revokeOwnPrivateCaCertificate',
    ];
    if (each.access === 'public') assert.ok(open.includes(each.id), each.id);
  }
});

test('two shapes under one name are noticed', () => {
  const shape = (member: z.ZodType) => z.object({ member }).meta({ id: 'Same' });
  const base = {
    tag: 'test',
    summary: '',
    access: 'public',
    method: 'GET',
    handler: () => undefined as never,
  } as const;
  const two = [
    route({ ...base, id: 'getOne', path: '/one', response: shape(z.string()) }),
    route({ ...base, id: 'getTwo', path: '/two', response: shape(z.number()) }),
  ];
  assert.throws(() => openApiDocument(two), /Same has two shapes/);
});

test('a running gateway serves its description to everyone', async () => {
  const gateway = await startSmallGateway();
  const answer = await gateway.call('GET', '/api/v1/openapi.json');
  assert.equal(answer.status, 200);
  assert.equal(answer.json['openapi'], '3.1.0');
  await gateway.close();
});
