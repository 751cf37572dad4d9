import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { gatedRoutes } from '../../test/support/gated-routes.ts';
import { type Answer, type SmallGateway, startSmallGateway } from '../../test/support/small-gateway.ts';
import { systemActor } from '../lib/actor.ts';
import type { Route } from '../lib/route.ts';

const rates = { perMinute: 100_000, expensivePerMinute: 100_000, expensiveAtOnce: 100 };
let gateway: SmallGateway;
let session: string;

before(async () => {
  gateway = await startSmallGateway({ rates, routes: gatedRoutes() });
  session = await gateway.logIn();
});
after(() => gateway.close());

/** The address of a route with something in place of its parameters. */
const address = (route: Route) => `/api/v1${route.path.replace(/\{\w+\}/g, '0'.repeat(32))}`;
const unsafe = () => gateway.routes.filter((route) => route.method !== 'GET');
const code = (answer: Answer) => answer.json['code'];

test('no change can be made from another site, for any route', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const own = { origin: 'https://gateway.test:8443', 'x-requested-by': 'page' };
  const attempts: readonly (readonly [string, Record<string, string>])[] = [
    ['no origin', { 'x-requested-by': 'page' }],
    ['another origin', { ...own, origin: 'https://evil.test' }],
    ['a sub-domain', { ...own, origin: 'https://a.gateway.test:8443' }],
    ['another port', { ...own, origin: 'https://gateway.test:9443' }],
    ['plain http', { ...own, origin: 'http://gateway.test:8443' }],
    ['an opaque origin', { ...own, origin: 'null' }],
    ['cross-site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['same-site', { ...own, 'sec-fetch-site': 'same-site' }],
    ['a typed address', { 'x-requested-by': 'page', 'sec-fetch-site': 'none' }],
    ['a form', { ...form, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['no custom header', { origin: 'https://gateway.test:8443', 'sec-fetch-site': 'same-origin' }],
  ];
  const before = await databaseHash();
  for (const route of unsafe()) {
    for (const [what, headers] of attempts) {
      const answer = await gateway.call(route.method, address(route), { session, bare: true, headers, body: {} });
      assert.deepEqual([route.id, what, answer.status, code(answer)], [route.id, what, 403, 'http.cross-site']);
    }
  }
  assert.equal(await databaseHash(), before);
});

test('text that looks like JSON is not read as JSON', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const headers = { 'content-type': type };
    const answer = await gateway.call('POST', '/api/v1/session', { body: '{"name":"ada"}', headers });
    assert.equal(answer.status, 415);
    assert.equal(code(answer), 'http.content-type');
  }
});

test('reading changes nothing, whatever is asked', async () => {
  const before = await databaseHash();
  const odd = [
    '',
    '?limit=1',
    '?limit=x',
    '?before=-1',
    '?action=%00',
    '?__proto__=1',
    `?q=${'x'.repeat(4000)}`,
    '/%2e%2e',
    '/0',
  ];
  for (const route of gateway.routes.filter((each) => each.method === 'GET')) {
    for (const end of odd) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await gateway.call(method, address(route) + end, { session });
        assert.ok(answer.status < 500, `${route.id}${end} gave ${answer.status}`);
      }
    }
  }
  assert.equal(await databaseHash(), before);
});

test('the answer to an unknown address or method says so and changes nothing', async () => {
  const expected: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/api/v1/nothing', 404, 'http.not-found'],
    ['GET', '/api/v1/users/', 404, 'http.not-found'],
    ['GET', '/api/v1/Users', 404, 'http.not-found'],
    ['GET', '/api/v1/usersx', 404, 'http.not-found'],
    ['GET', '/api/v2/users', 404, 'http.not-found'],
    ['PUT', '/api/v1/users', 405, 'http.method'],
    ['TRACE', '/api/v1/users', 405, 'http.method'],
    ['OPTIONS', '/api/v1/users', 405, 'http.method'],
    ['PATCH', '/api/v1/users/x/password', 405, 'http.method'],
    ['POST', '/', 405, 'http.method'],
    ['TRACE', '/', 405, 'http.method'],
    ['GET', '/missing.js', 404, 'http.not-found'],
    ['GET', '/assets/../../../etc/passwd', 404, 'http.not-found'],
    ['GET', '/api/v1/users/%zz', 400, 'http.bad-request'],
  ];
  for (const [method, path, status, expectedCode] of expected) {
    const answer = await gateway.call(method, path, { session });
    assert.deepEqual([method, path, answer.status, code(answer)], [method, path, status, expectedCode]);
  }
  const wrong = await gateway.call('PUT', '/api/v1/users', { session });
  assert.equal(wrong.headers.allow, 'GET, HEAD, POST');
});

test('HEAD gives the headers of GET and no body', async () => {
  const get = await gateway.call('GET', '/api/v1/users', { session });
  const head = await gateway.call('HEAD', '/api/v1/users', { session });
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.equal(head.headers['content-length'], get.headers['content-length']);
});

test('Host of another identity than the handshake selected is misdirected; addresses and unknown names are not', async () => {
  const names = new Map([
    ['a.test', 'domain:a'],
    ['b.test', 'domain:b'],
  ]);
  const some = await startSmallGateway({ slotOf: (name) => names.get(name) ?? '' });
  const status = async (sni: string, host: string) =>
    (await some.call('GET', '/api/v1/setup', { sni, headers: { host } })).status;
  assert.equal(await status('a.test', 'a.test'), 200);
  assert.equal(await status('A.TEST', 'A.test.:8443'), 200);
  assert.equal(await status('a.test', 'b.test'), 421);
  assert.equal(await status('', 'b.test'), 421);
  assert.equal(await status('gateway.test', 'a.test:8443'), 421);
  for (const host of ['127.0.0.1:8443', '[::1]:8443', 'localhost', 'unknown.test', 'gateway.test'])
    assert.equal(await status('', host), 200, host);
  await some.close();
});

test('a token or a password in the address is refused and recorded, but not repeated', async () => {
  for (const query of ['?token=abc', '?x=tg_0123456789', '?access_token=1', '?password=geheim']) {
    const answer = await gateway.call('GET', `/api/v1/users${query}`, { session });
    assert.equal(code(answer), 'http.token-in-url');
  }
  const { rows } = await gateway.audit.list({ limit: 10, action: 'access.token-in-url' });
  assert.equal(rows.length, 4);
  assert.ok(!JSON.stringify(rows).includes('geheim'));
});

test('more than 600 requests a minute from one session wait; another session does not', async () => {
  const usual = await startSmallGateway();
  const first = await usual.logIn();
  const second = await usual.logIn('eve');
  const get = (who: string) => usual.call('GET', '/api/v1/setup', { session: who });
  let refused: Answer | undefined;
  for (let i = 0; i <= 600 && refused === undefined; i++) {
    const answer = await get(first);
    if (answer.status === 429) refused = answer;
    else assert.equal(answer.status, 200);
  }
  assert.equal(refused?.json['code'], 'http.too-many-requests');
  assert.equal(refused?.headers['retry-after'], '1');
  assert.equal((await get(second)).status, 200);
  usual.time.now += 1000;
  assert.equal((await get(first)).status, 200);
  await usual.close();
});

test('of a hundred costly requests at once two run and the others are told to wait', async () => {
  const { route } = await import('../lib/route.ts');
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const slow = route({
    id: 'slow',
    method: 'POST',
    path: '/slow',
    tag: 'test',
    summary: 'Slow',
    access: 'administrator',
    expensive: true,
    handler: () => gate,
  });
  const usual = await startSmallGateway({ routes: [slow] });
  const own = await usual.logIn();
  let waiting = 100;
  const calls = Array.from({ length: 100 }, async () => {
    const answer = await usual.call('POST', '/api/v1/slow', { session: own });
    if (--waiting === 2) open();
    return answer.status;
  });
  const states = await Promise.all(calls);
  assert.equal(states.filter((status) => status === 204).length, 2);
  assert.equal(states.filter((status) => status === 429).length, 98);
  await usual.close();
});

test('tokens: scopes, end, ranges, revocation', async () => {
  const create = async (body: object) => {
    const answer = await gateway.call('POST', '/api/v1/tokens', { session, body });
    assert.equal(answer.status, 201, answer.text);
    return { secret: String(answer.json['secret']), id: (answer.json['token'] as { id: string }).id };
  };
  const reader = await create({ name: 'reader', scopes: ['read'] });
  assert.match(reader.secret, /^tg_[\w-]{43}$/);
  const get = (token: string, from?: string) =>
    gateway.call('GET', '/api/v1/users', { token, ...(from === undefined ? {} : { address: from }) });
  const make = (token: string) =>
    gateway.call('POST', '/api/v1/tokens', { token, bare: true, body: { name: 'x', scopes: ['read'] } });
  assert.equal((await get(reader.secret)).status, 200);
  assert.equal(code(await make(reader.secret)), 'access.scope-missing');
  assert.equal((await get('tg_wrong')).status, 401);
  assert.equal((await get(session)).status, 401, 'a session is no token');

  const writer = await create({ name: 'writer', scopes: ['write'] });
  assert.equal(code(await get(writer.secret)), 'access.scope-missing');
  assert.equal(code(await make(writer.secret)), 'access.scope-missing', 'dangerous changes need security-write');

  const all = await create({ name: 'all', scopes: ['security-write', 'read'], days: 10 });
  assert.equal((await make(all.secret)).status, 201);
  const wider = { token: all.secret, bare: true, body: { name: 'y', scopes: ['write'] } };
  assert.equal(code(await gateway.call('POST', '/api/v1/tokens', wider)), 'access.token-wider');

  const bound = await create({ name: 'bound', scopes: ['read'], ranges: ['192.0.2.0/28', '2001:db8:1::/48'] });
  assert.equal((await get(bound.secret, '192.0.2.15')).status, 200);
  assert.equal((await get(bound.secret, '::ffff:192.0.2.15')).status, 200);
  assert.equal((await get(bound.secret, '2001:db8:1::7')).status, 200);
  assert.equal(code(await get(bound.secret, '192.0.2.16')), 'access.address-not-allowed');
  assert.equal(code(await get(bound.secret, '2001:db8:2::7')), 'access.address-not-allowed');

  const listed = await gateway.call('GET', '/api/v1/tokens', { session });
  assert.ok(!listed.text.includes(bound.secret) && !/hash/i.test(listed.text));
  const tooLong = { session, body: { name: 'z', scopes: ['read'], days: 366 } };
  assert.equal((await gateway.call('POST', '/api/v1/tokens', tooLong)).status, 400);
  assert.equal((await gateway.call('DELETE', `/api/v1/tokens/${reader.id}`, { session })).status, 204);
  assert.equal((await get(reader.secret)).status, 401);

  gateway.time.now += 10 * 86_400_000;
  assert.equal((await get(all.secret)).status, 401);
  assert.equal((await get(bound.secret, '192.0.2.15')).status, 200);
});

test('the tokens a user made end with the user', async () => {
  const own = await gateway.logIn('fay');
  const made = await gateway.call('POST', '/api/v1/tokens', { session: own, body: { name: 't', scopes: ['read'] } });
  const token = String(made.json['secret']);
  assert.equal((await gateway.call('GET', '/api/v1/session', { token })).status, 200);
  await gateway.access.users.remove(systemActor('test'), await gateway.access.users.idOf('fay'));
  assert.equal((await gateway.call('GET', '/api/v1/session', { token })).status, 401);
});

/** Over every row of every table. */
async function databaseHash(): Promise<string> {
  const { db } = gateway.storage;
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table' order by name`.execute(
    db,
  );
  const hash = createHash('sha256');
  for (const { name } of tables.rows) {
    const rows = await sql`select * from ${sql.table(name)}`.execute(db);
    hash.update(JSON.stringify([name, rows.rows]));
  }
  return hash.digest('hex');
}
