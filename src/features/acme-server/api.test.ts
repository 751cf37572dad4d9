import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { acmeServerForTest } from '../../../test/support/acme-server-for-test.ts';
import { bindingFor, JwsClient } from '../../../test/support/jws-client.ts';
import { startSmallGateway } from '../../../test/support/small-gateway.ts';
import { acmeServerRoutes } from './routes.ts';

/** The API of an operator; every good answer is checked against the description of its operation. */
async function operator(t: TestContext, patch: Parameters<typeof acmeServerForTest>[1] = {}) {
  const environment = await acmeServerForTest(t, patch);
  const routes = acmeServerRoutes(environment.server);
  const gateway = await startSmallGateway({ routes });
  t.after(() => gateway.close());
  const session = await gateway.logIn();
  const call = async (id: string, method: string, path: string, body?: unknown) => {
    const answer = await gateway.call(method, `/api/v1/acme-server/${path}`, {
      session,
      ...(body === undefined ? {} : { body }),
    });
    const shape = routes.find((one) => one.id === id)?.response;
    if (answer.status < 300 && shape !== undefined) shape.parse(answer.json);
    return answer;
  };
  return { ...environment, call };
}

test('settings are read with templates and directories, changed from a version, and refused field by field', async (t) => {
  const { call } = await operator(t);
  const { json } = await call('getAcmeServerSettings', 'GET', 'settings');
  assert.deepEqual(json['directories'], [
    { path: '/acme/default/directory', profiles: ['web-server', 'client'] },
    { path: '/acme/web-server/directory', profiles: ['web-server'] },
    { path: '/acme/client/directory', profiles: ['client'] },
  ]);
  const put = (body: object) =>
    call('updateAcmeServerSettings', 'PUT', 'settings', { version: json['version'], ...body });
  const wrong = await put({
    hosts: ['ca.example.com:8443'],
    networks: ['10.0.0.1'],
    resolvers: ['dns.example.com'],
    names: ['exam ple'],
    termsUrl: 'javascript:alert(1)',
    challenges: [],
    authorizationHours: 721,
    limits: { ordersPerAccount: 0 },
    profiles: ['nothing'],
    defaultProfile: 'other',
  });
  assert.equal(wrong.status, 422);
  assert.deepEqual((wrong.json['errors'] as { field: string }[]).map(({ field }) => field).sort(), [
    ...['authorizationHours', 'challenges', 'defaultProfile', 'hosts', 'limits.ordersPerAccount', 'names', 'networks'],
    ...['profiles', 'resolvers', 'termsUrl'],
  ]);
  const good = await put({ names: [' Example.COM. ', 'example.com'], resolvers: ['10.0.0.53:5353', 'fd00::53'] });
  assert.deepEqual(good.json['names'], ['example.com']);
  assert.equal(good.json['version'], Number(json['version']) + 1);
  const stale = await put({ enabled: false });
  assert.equal(stale.json['code'], 'acme-server.stale');
  const off = await call('updateAcmeServerSettings', 'PUT', 'settings', {
    version: good.json['version'],
    enabled: false,
  });
  assert.deepEqual(off.json['directories'], []);
});

test('keys, accounts and orders are listed in pages, ended, and their failures explained', async (t) => {
  const { call, server, clock, validation } = await operator(t);
  const made = await call('createAcmeServerKey', 'POST', 'keys', { name: 'web team', maxAccounts: 2, days: 30 });
  assert.equal(made.status, 201);
  const { key, hmac } = made.json as { key: { id: string }; hmac: string };
  assert.match(hmac, /^[A-Za-z0-9_][\w-]{42}$/);
  const bad = await call('createAcmeServerKey', 'POST', 'keys', {
    name: 'x',
    names: ['not a name'],
    profiles: ['none'],
  });
  assert.deepEqual(
    (bad.json['errors'] as { field: string }[]).map(({ field }) => field),
    ['names', 'profiles'],
  );
  const client = new JwsClient(server);
  const externalAccountBinding = bindingFor(client.key, key.id, hmac, client.url('new-account'));
  const agreedAt = new Date(clock.now()).toISOString();
  await client.register({ externalAccountBinding, contact: ['mailto:ops@example.com'], termsOfServiceAgreed: true });
  await client.enrol(['a.example']);
  clock.advance(1_000);
  validation.problem = {
    type: 'dns',
    reason: 'txt-missing',
    detail: '_acme-challenge.b.example has no TXT record (yet).',
  };
  await client.prove(await client.order(['b.example']), 'dns-01');
  const accounts = await call('listAcmeServerAccounts', 'GET', `accounts?key=${key.id}&limit=1`);
  const [account] = accounts.json['accounts'] as {
    id: string;
    certificates: number;
    key: { name: string };
    termsAgreedAt: string | null;
  }[];
  assert.deepEqual([account?.certificates, account?.key.name, account?.termsAgreedAt], [1, 'web team', agreedAt]);
  const first = await call('listAcmeServerOrders', 'GET', 'orders?limit=1');
  const [failed] = first.json['orders'] as { id: string; status: string; error: { reason: string } }[];
  assert.deepEqual([failed?.status, failed?.error.reason], ['invalid', 'txt-missing']);
  const second = await call('listAcmeServerOrders', 'GET', `orders?limit=1&before=${String(first.json['next'])}`);
  assert.equal((second.json['orders'] as { status: string }[])[0]?.status, 'valid');
  const some = await call('listAcmeServerOrders', 'GET', 'orders?text=B.EX');
  assert.deepEqual(
    (some.json['orders'] as { id: string }[]).map(({ id }) => id),
    [failed?.id],
  );
  const details = await call('getAcmeServerOrder', 'GET', `orders/${failed?.id}`);
  const [authorization] = details.json['authorizations'] as {
    status: string;
    challenges: { type: string; status: string }[];
  }[];
  assert.equal(authorization?.status, 'invalid');
  assert.ok(authorization?.challenges.some(({ type, status }) => type === 'dns-01' && status === 'invalid'));
  assert.equal((await call('getAcmeServerOrder', 'GET', 'orders/x')).json['code'], 'acme-server.no-order');
  assert.equal((await call('revokeAcmeServerAccount', 'DELETE', `accounts/${account?.id}`)).status, 204);
  assert.equal((await call('revokeAcmeServerKey', 'DELETE', `keys/${key.id}`)).status, 204);
  assert.equal((await call('revokeAcmeServerKey', 'DELETE', 'keys/x')).json['code'], 'acme-server.no-key');
  const keys = await call('listAcmeServerKeys', 'GET', 'keys');
  assert.equal((keys.json['keys'] as { state: string }[])[0]?.state, 'revoked');
  assert.ok(!keys.text.includes(hmac));
});

test('alarms tell of templates that are gone, of an open server, and of a CA that refuses', async (t) => {
  const { server, ca, faults, change } = await operator(t);
  const codes = async () => (await server.conditions()).map(({ code }) => code);
  assert.deepEqual(await codes(), ['acme-server.open']);
  await change({ names: ['example'] });
  assert.deepEqual(await codes(), []);
  const { Problem } = await import('../../lib/problem.ts');
  ca.failure = new Problem({ code: 'private-ca.lint', status: 422, title: 'No', detail: 'No.' });
  const client = new JwsClient(server);
  await client.register();
  for (let i = 0; i < 5; i++) await client.enrol([`h${i}.example`]);
  assert.deepEqual(await codes(), ['acme-server.refusing']);
  assert.deepEqual(faults, []);
  ca.templates = async () => [];
  assert.equal((await codes())[0], 'acme-server.no-template');
  await server.updateSettings(
    { kind: 'system', id: 't', name: 't', role: 'administrator', address: '', requestId: '' },
    { enabled: false, profiles: [] },
    2,
  );
  assert.deepEqual(await codes(), []);
});
