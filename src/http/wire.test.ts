import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { gatedRoutes } from '../../test/support/gated-routes.ts';
import { type SmallGateway, startSmallGateway } from '../../test/support/small-gateway.ts';
import { Problem } from '../lib/problem.ts';
import { RawAnswer, route } from '../lib/route.ts';

const rates = { perMinute: 100_000, expensivePerMinute: 100_000, expensiveAtOnce: 100 };
const common = { method: 'GET', tag: 'test', summary: 'A test', access: 'public' } as const;
let gateway: SmallGateway;
let session: string;

before(async () => {
  const routes = [
    ...gatedRoutes(),
    route({
      ...common,
      id: 'crash',
      path: '/crash',
      handler: () => {
        throw new Error('SELECT secret FROM /var/lib/tollgate');
      },
    }),
    route({ ...common, id: 'file', path: '/file', handler: () => new RawAnswer('text/plain', 'x', 'a "b"\r\nc.txt') }),
    route({
      ...common,
      id: 'refuse',
      path: '/refuse',
      handler: () => {
        throw new Problem({ code: 'test.refused', status: 409, title: 'No', extra: { retryAfter: 3 } });
      },
    }),
    route({ ...common, method: 'POST', id: 'upload', path: '/upload', upload: true, handler: () => undefined }),
    route({ ...common, method: 'POST', id: 'small', path: '/small', handler: () => undefined }),
  ];
  gateway = await startSmallGateway({ rates, routes });
  session = await gateway.logIn();
});
after(() => gateway.close());

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'";

const expectedHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The answer to bytes as they are, and that the connection is closed after it. */
async function raw(bytes: string): Promise<string> {
  const socket = await gateway.open();
  socket.write(bytes);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test('every answer of every route has the security headers, errors and parser errors too', async () => {
  const calls = gateway.routes.flatMap((each) =>
    [undefined, session].map((who) => ({ method: each.method, path: `/api/v1${each.path}`, session: who })),
  );
  const others = [
    { method: 'GET', path: '/api/v1/none', session },
    { method: 'GET', path: '/api/v1/openapi.json', session },
    { method: 'GET', path: '/api/v1/users/%zz', session },
    { method: 'TRACE', path: '/', session },
    { method: 'GET', path: '/missing.js', session },
  ];
  for (const { method, path, session: who } of [...others, ...calls]) {
    const answer = await gateway.call(method, path, { session: who, bare: path.length % 2 === 0 });
    for (const [name, value] of Object.entries(expectedHeaders)) {
      assert.equal(answer.headers[name], value, `${name} of ${method} ${path} (${answer.status})`);
    }
    assert.equal(answer.headers['strict-transport-security'], undefined);
    assert.equal(answer.headers['x-powered-by'] ?? answer.headers.server, undefined);
  }
  const parserError = await raw('GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n');
  for (const [name, value] of Object.entries(expectedHeaders)) assert.ok(parserError.includes(`${name}: ${value}\r\n`));
});

test('the page has a style nonce of its own each time, and nothing else in the policy changes', async () => {
  const nonces = new Set<string>();
  for (const path of ['/', '/settings', '/setup', '/index.html']) {
    const answer = await gateway.call('GET', path);
    assert.equal(answer.status, 200);
    const own = String(answer.headers['content-security-policy']);
    const nonce = /'nonce-([\w+/]{24})'/.exec(own)?.[1] ?? '';
    assert.ok(answer.text.includes(`nonce="${nonce}"`));
    assert.equal(own.replace(` 'nonce-${nonce}'`, ''), policy);
    nonces.add(nonce);
  }
  assert.equal(nonces.size, 4);
});

test('the operator can have browsers insist on a valid certificate', async () => {
  const strict = await startSmallGateway({ strictTransport: () => true });
  const answer = await strict.call('GET', '/api/v1/setup');
  assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
  await strict.close();
});

test('what two parsers could read differently is refused and the connection closed', async () => {
  const head = 'POST /api/v1/session HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\n';
  const smuggled = 'GET /api/v1/setup HTTP/1.1\r\nHost: gateway.test\r\n\r\n';
  const corpus: readonly (readonly [string, string])[] = [
    ['CL.TE', `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`],
    ['TE.CL', `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${smuggled}\r\n0\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    ['two equal lengths', `${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['a list of lengths', `${head}Content-Length: 2, 2\r\n\r\n{}`],
    ['a signed length', `${head}Content-Length: +2\r\n\r\n{}`],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n${smuggled}`],
    ['chunks', `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['chunk extensions', `${head}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n`],
    [
      'an endless chunk extension',
      `${head}Transfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    ],
    ['TE twice', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ['an unknown TE', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['TE with a tab', `${head}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a space before the colon', `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${head}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['bare line feeds', `${head.replaceAll('\r\n', '\n')}Content-Length: 0\n\n`],
    ['a bare carriage return', `${head}X: a\rTransfer-Encoding: chunked\r\n\r\n`],
    ['a zero byte in a header', `${head}X: a\0b\r\n\r\n`],
    ['two hosts', 'GET /api/v1/setup HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['no host', 'GET /api/v1/setup HTTP/1.1\r\n\r\n'],
    ['a second preamble', `{"v":1}\n${smuggled}`],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ];
  for (const [what, bytes] of corpus) {
    const answer = await raw(bytes);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/, what);
    assert.equal(answer.split('HTTP/1.1 ').length, 2, `${what}: one answer and no more`);
  }
});

test('headers of more than 16 KiB are refused and the connection is closed', async () => {
  const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
  assert.match(answer, /"code":"http.headers-too-large"/);
});

test('a header that drips in is closed after ten seconds at the latest', async () => {
  const socket = await gateway.open();
  const started = performance.now();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => socket.write('X: y\r\n'), 400);
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  // a drop that falls just after the close is an error of the socket, which must not end the test
  await new Promise((resolve) => socket.once('close', resolve)).finally(() => clearInterval(drip));
  const seconds = (performance.now() - started) / 1000;
  // and a little more on a machine with too much to do
  assert.ok(seconds > 8 && seconds < 60, `closed after ${seconds} s`);
  // the same drop may make the answer be thrown away
  assert.match(text, /^(HTTP\/1\.1 408 |$)/);
});

test('a connection without a proper preamble is closed without a word', async () => {
  const wrong = ['\n', '{}\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '{"v":2}\n', `${'x'.repeat(1_100_000)}`, '[1]\n'];
  for (const line of wrong) {
    const socket = await gateway.open(line);
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    await new Promise((resolve) => socket.on('close', resolve));
    assert.equal(text, '');
  }
});

test('a preamble that comes in pieces, with the request in the same piece, is read', async () => {
  const socket = await gateway.open('{"v":1,"remoteAddress":"192.0.2.1","remotePort":1,"localPort":2,');
  socket.write('"sni":"","protocol":"","cipher":"","chain":[],"decision":null}\nGET /api/v1/se');
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.write('tup HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  await once(socket, 'close');
  assert.match(text, /\{"needed":false\}/);
});

test('errors hold a reason, a hint and a request id, never the cause; the log has the cause', async () => {
  const allowed = new Set([
    'type',
    'title',
    'status',
    'detail',
    'code',
    'hint',
    'requestId',
    'errors',
    'retryAfter',
    'scope',
  ]);
  const answers = await Promise.all([
    gateway.call('GET', '/api/v1/crash'),
    gateway.call('GET', '/api/v1/refuse'),
    gateway.call('GET', '/api/v1/none'),
    gateway.call('GET', '/api/v1/users/%zz'),
    gateway.call('GET', '/api/v1/users'),
    gateway.call('GET', '/api/v1/users/nobody', { session }),
    gateway.call('GET', '/api/v1/audit?limit=0', { session }),
    gateway.call('POST', '/api/v1/session', { body: '{' }),
    gateway.call('POST', '/api/v1/session', { body: '{"name":"\ud800"' }),
    gateway.call('POST', '/api/v1/session', { body: '{}' }),
    gateway.call('POST', '/api/v1/session', { body: '{"name":"ada","password":"p","__proto__":{"a":1}}' }),
    gateway.call('POST', '/api/v1/session', { body: '{"name":"ada","password":"p","\\u005f_proto__":{"a":1}}' }),
    gateway.call('POST', '/api/v1/session', { body: '{"name":"ada","password":"p","more":1}' }),
    gateway.call('POST', '/api/v1/session', { body: `{"name":${'['.repeat(21)}${']'.repeat(21)}}` }),
    gateway.call('POST', '/api/v1/session', { body: `{${Array.from({ length: 10_001 }, (_, i) => `"${i}":1`)}}` }),
    gateway.call('POST', '/api/v1/session', { body: 'x', headers: { 'content-type': 'text/plain' } }),
    gateway.call('POST', '/api/v1/users', { session, bare: true }),
    gateway.call('PUT', '/api/v1/users', { session }),
  ]);
  for (const answer of answers) {
    assert.ok(answer.status >= 400);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.deepEqual(
      Object.keys(answer.json).filter((key) => !allowed.has(key)),
      [],
    );
    assert.match(String(answer.json['requestId']), /^[0-9a-f]{16}$/);
    assert.equal(answer.json['type'], `urn:tollgate:problem:${answer.json['code']}`);
    assert.ok(!/SELECT|\/var\/lib|at file:|node_modules|\.ts:/.test(answer.text), answer.text);
  }
  assert.equal(answers[0]?.status, 500);
  assert.equal(answers[1]?.headers['retry-after'], '3');
  assert.match(answers[4]?.headers['www-authenticate'] ?? '', /^Bearer/);
  assert.ok(gateway.log.some((line) => line.includes('SELECT secret')));
});

test('a wrong field is named, and its value is not repeated', async () => {
  session = await gateway.logIn();
  const body = { name: 'ada', role: 'emperor', password: { hidden: 'geheim' } };
  const answer = await gateway.call('POST', '/api/v1/users', { session, body });
  assert.equal(answer.status, 400);
  const fields = (answer.json['errors'] as { field: string }[]).map((error) => error.field);
  assert.deepEqual(fields.sort(), ['password', 'role']);
  assert.ok(!answer.text.includes('geheim') && !answer.text.includes('emperor'));
});

test('bodies end at 1 MiB, uploads at 14.5 MiB; the answer comes although the body was not wanted', async () => {
  const headers = { connection: 'keep-alive' };
  const send = (path: string, size: number) =>
    gateway.call('POST', path, { session, headers, body: JSON.stringify({ file: 'x'.repeat(size) }) });
  assert.equal((await send('/api/v1/small', 1_000_000)).status, 204);
  assert.equal((await send('/api/v1/small', 1_100_000)).status, 413);
  assert.equal((await send('/api/v1/upload', 15_000_000)).status, 204);
  assert.equal((await send('/api/v1/upload', 15_300_000)).status, 413);
});

test('a connection ends with its thousandth request, whose answer says so, refusals too', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const told: string[] = [];
  for (let i = 1; i <= 1_001; i++) {
    const path = i % 2 === 0 ? '/api/v1/nowhere' : '/api/v1/users?limit=x';
    const sent = request({ socketPath: gateway.cliSocket, path, headers: { host: 'localhost' }, agent }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    for await (const _ of response);
    assert.ok((response.statusCode ?? 0) < 500, `${i}: ${response.statusCode}`);
    if (!sent.reusedSocket || response.headers.connection === 'close') told.push(`${i} ${response.headers.connection}`);
  }
  assert.deepEqual(told, ['1 keep-alive', '1000 close', '1001 keep-alive']);
  agent.destroy();
});

test('a file is sent as an attachment under a harmless name', async () => {
  const answer = await gateway.call('GET', '/api/v1/file');
  assert.equal(answer.headers['content-disposition'], 'attachment; filename="a_b_c.txt"');
});

test('the sockets are open to the owner only, and the local one needs no log-in', async () => {
  for (const path of [gateway.cliSocket, gateway.cliSocket.replace('cli.sock', 'admin.sock')]) {
    assert.ok(existsSync(path));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }
  const sent = request({
    socketPath: gateway.cliSocket,
    path: '/api/v1/session',
    headers: { host: 'localhost' },
  }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  assert.equal(JSON.parse(text).user.name, 'cli');
});
