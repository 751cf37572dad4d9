import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type HostileServer, startHostileServer } from '../../../../test/support/hostile-server.ts';
import type { Resolve } from '../../../lib/address-filter.ts';
import { systemClock } from '../../../lib/clock.ts';
import { createOutboundHttp, type FetchRequest, type OutboundHttpDeps } from './outbound-http.ts';

async function hostile(t: TestContext): Promise<HostileServer> {
  const server = await startHostileServer();
  t.after(() => server.close());
  return server;
}

function client(server: HostileServer, more: Partial<OutboundHttpDeps> = {}) {
  return createOutboundHttp({
    clock: systemClock,
    policy: () => ({ allowedHosts: [], allowedPorts: [server.port] }),
    testAllow: ['127.0.0.1'],
    ...more,
  });
}

const get = { origin: 'operator', method: 'GET', maxBytes: 1_000, within: 60_000 } as const;

/** One name, one answer after the other. */
function names(...answers: readonly (readonly string[])[]): Resolve {
  let asked = 0;
  return (_host, _options, done) => {
    const found = answers[Math.min(asked++, answers.length - 1)] ?? [];
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

const refusedHosts = [
  ...['127.0.0.1', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '127.255.255.254', 'localhost', 'LOCALHOST.'],
  ...['0.0.0.0', '0', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1'],
  ...['169.254.169.254', '169.254.1.1', '192.0.2.1', '198.51.100.7', '203.0.113.9', '192.0.0.1', '198.18.0.1'],
  ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '[::1]', '[::]', '[::ffff:127.0.0.1]'],
  ...['[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::1]'],
  ...['[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[2001:db8::1]', '[fec0::1]', '[100::1]'],
];

test('forty addresses that lead inside: none is connected to', async (t) => {
  const server = await hostile(t);
  assert.ok(refusedHosts.length >= 40, String(refusedHosts.length));
  const http = client(server, { testAllow: [], resolve: names(['127.0.0.1']) });
  for (const host of refusedHosts) {
    const url = `http://${host}:${server.port}/`;
    const answer = await http.fetch({ ...get, origin: 'certificate', url });
    assert.ok(!answer.ok, host);
    assert.equal(answer.error.code, 'revocation.address-refused', `${host}: ${answer.error.message}`);
  }
  assert.equal(server.connections, 0);
});

test('a name is refused when one of its addresses is, and is looked up once for each connection', async (t) => {
  const server = await hostile(t);
  const mixed = client(server, { testAllow: [], resolve: names(['93.184.216.34', '10.0.0.1']) });
  const answer = await mixed.fetch({ ...get, origin: 'certificate', url: `http://mixed.example.com:${server.port}/` });
  assert.ok(!answer.ok && answer.error.allowHost === 'mixed.example.com');
  // rebinding: the second look-up would lead inside
  const rebound = client(server, { testAllow: [], resolve: names(['127.0.0.1'], ['93.184.216.34']) });
  const second = await rebound.fetch({ ...get, origin: 'certificate', url: `http://r.example.com:${server.port}/` });
  assert.ok(!second.ok && second.error.allowHost === undefined);
  assert.equal(server.connections, 0);
});

test('points of an operator may be private, those of certificates when they are allowed, loopback and metadata never', async (t) => {
  const server = await hostile(t);
  const ask = async (origin: FetchRequest['origin'], address: string, allowedHosts: readonly string[] = []) => {
    const policy = () => ({ allowedHosts, allowedPorts: [server.port] });
    const http = client(server, { testAllow: [], policy, resolve: names([address]) });
    const answer = await http.fetch({ ...get, within: 50, origin, url: `http://pki.example.com:${server.port}/` });
    return answer.ok ? 'ok' : answer.error.code;
  };
  const refused = 'revocation.address-refused';
  assert.notEqual(await ask('operator', '10.255.255.1'), refused);
  assert.equal(await ask('certificate', '10.255.255.1'), refused);
  assert.notEqual(await ask('certificate', '10.255.255.1', ['pki.example.com']), refused);
  assert.notEqual(await ask('certificate', '10.255.255.1', ['10.0.0.0/8']), refused);
  for (const never of ['127.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1']) {
    assert.equal(await ask('operator', never), refused, never);
    assert.equal(await ask('operator', never, ['pki.example.com', '0.0.0.0/0', '::/0']), refused, never);
  }
});

test('what is no plain web address is refused with the reason', async (t) => {
  const server = await hostile(t);
  const wrong = [
    ...['ldap://127.0.0.1/cn=x', 'ftp://127.0.0.1/x', 'file:///etc/passwd', 'data:,x', 'gopher://127.0.0.1/'],
    ...[`http://user@127.0.0.1:${server.port}/`, `http://u:p@127.0.0.1:${server.port}/`],
    ...[`http://127.0.0.1:${server.port}/#x`, 'http://127.0.0.1:22/', 'http://127.0.0.1:25/', '//127.0.0.1/', ''],
    ...[`http://127.0.0.1:${server.port}/ x`, `http://127.0.0.1:${server.port}/${'a'.repeat(2_048)}`],
  ];
  for (const url of wrong) {
    const answer = await client(server).fetch({ ...get, url });
    assert.ok(!answer.ok && answer.error.code === 'revocation.url-refused', url);
  }
  const secure = await client(server).fetch({ ...get, origin: 'certificate', url: 'https://127.0.0.1/' });
  assert.ok(!secure.ok && /http only/.test(secure.error.message));
  assert.equal(server.connections, 0);
});

test('an endless body, a length that lies, a slow drip and a silent server are all stopped', async (t) => {
  const server = await hostile(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-fetch-'));
  t.after(() => rm(folder, { recursive: true }));
  const block = Buffer.alloc(65_536, 1);
  server.answers.set('/endless', (_, response) => {
    const write = (): void => {
      while (!response.destroyed && response.write(block));
    };
    response.on('drain', write);
    write();
  });
  server.answers.set('/lie', (_, response) => {
    response.writeHead(200, { 'content-length': '5000000000' });
    response.write('x');
  });
  server.answers.set('/short', (_, response) => {
    response.writeHead(200, { 'content-length': '500' });
    response.write('x');
    setTimeout(() => response.destroy(), 20);
  });
  server.answers.set('/drip', (_, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  server.answers.set('/silent', () => undefined);
  const ask = async (path: string, more: Partial<FetchRequest> = {}) => {
    const answer = await client(server).fetch({ ...get, url: `${server.url}${path}`, within: 300, ...more });
    assert.ok(!answer.ok, path);
    return answer.error.code;
  };
  const before = process.memoryUsage().rss;
  const file = join(folder, 'body');
  assert.equal(await ask('/endless', { maxBytes: 8 << 20, within: 60_000, file }), 'revocation.too-large');
  assert.ok(statSync(file).size <= 8 << 20);
  assert.ok(process.memoryUsage().rss - before < 64 << 20);
  assert.equal(await ask('/lie', { within: 60_000 }), 'revocation.too-large');
  assert.equal(await ask('/short', { within: 60_000 }), 'revocation.http-answer');
  assert.equal(await ask('/drip'), 'revocation.timeout');
  assert.equal(await ask('/silent'), 'revocation.timeout');
  await sleep(50);
});

test('an answer that is encoded, redirected by a certificate’s server, an error or of the wrong type is refused', async (t) => {
  const server = await hostile(t);
  const encoded = (encoding: string) => (_: unknown, response: import('node:http').ServerResponse) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync('x'));
  server.answers.set('/gzip', encoded('gzip'));
  server.answers.set('/chain', encoded(Array(1_000).fill('br').join(', ')));
  server.answers.set('/error', (_, response) => response.writeHead(500).end('no'));
  server.answers.set('/away', (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  );
  server.answers.set('/here', (_, response) => response.writeHead(302, { location: '/good' }).end());
  server.answers.set('/loop', (_, response) => response.writeHead(302, { location: '/loop' }).end());
  server.answers.set('/good', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('good'));
  const ask = async (path: string, more: Partial<FetchRequest> = {}) => {
    const answer = await client(server).fetch({ ...get, url: `${server.url}${path}`, ...more });
    return answer.ok ? Buffer.from(answer.value.body).toString() : answer.error.code;
  };
  assert.equal(await ask('/gzip'), 'revocation.http-answer');
  assert.equal(await ask('/chain'), 'revocation.http-answer');
  assert.equal(server.headers['accept-encoding'], 'identity');
  assert.equal(await ask('/error'), 'revocation.http-status');
  assert.equal(await ask('/away'), 'revocation.url-refused'.replace('url', 'address'));
  assert.equal(await ask('/here', { origin: 'certificate' }), 'revocation.redirect');
  assert.equal(await ask('/here'), 'good');
  assert.equal(await ask('/loop'), 'revocation.redirect');
  assert.equal(await ask('/good', { mediaTypes: ['application/ocsp-response'] }), 'revocation.http-answer');
});

test('a body goes to its file as it comes, and progress is told', async (t) => {
  const server = await hostile(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-fetch-'));
  t.after(() => rm(folder, { recursive: true }));
  const body = Buffer.alloc(300_000, 7);
  server.answers.set('/a', body);
  const seen: number[] = [];
  const file = join(folder, 'body');
  const onProgress = (bytes: number): void => void seen.push(bytes);
  const answer = await client(server).fetch({ ...get, maxBytes: 400_000, url: `${server.url}/a`, file, onProgress });
  assert.ok(answer.ok && answer.value.bytes === body.length && answer.value.body.length === 0);
  assert.deepEqual(readFileSync(file), body);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(seen.at(-1), body.length);
});

test('two at once from one host, a full queue is busy, and five hundred URLs open few sockets', async (t) => {
  const server = await hostile(t);
  let open = 0;
  let most = 0;
  server.answers.set('*', (_, response) => {
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    setTimeout(() => response.end('x'), 5);
  });
  const limits = { perHost: 2, total: 32, queue: 50, startsPerSecond: 1_000 };
  const http = client(server, { limits });
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, i) => http.fetch({ ...get, url: `${server.url}/${i}` })),
  );
  assert.ok(most <= 2, String(most));
  const busy = answers.filter((answer) => !answer.ok && answer.error.code === 'revocation.busy').length;
  assert.equal(answers.filter((answer) => answer.ok).length + busy, 500);
  assert.ok(busy >= 400);
  assert.equal(http.running, 0);
});

test('no more than so many are started in a second', async (t) => {
  const server = await hostile(t);
  server.answers.set('*', Buffer.from('x'));
  const http = client(server, { limits: { perHost: 50, total: 50, queue: 50, startsPerSecond: 5 } });
  const began = performance.now();
  await Promise.all(Array.from({ length: 8 }, (_, i) => http.fetch({ ...get, url: `${server.url}/${i}` })));
  assert.ok(performance.now() - began > 900);
});
