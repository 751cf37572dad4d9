/** The process' port 80: known tokens and nothing else, whatever is sent; other addresses cannot crowd a CA out. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type ChallengeServer, createChallengeServer } from './challenge-server.ts';

const token = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
const answer = `${token}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI`;
const path = `/.well-known/acme-challenge/${token}`;
const nothing = 'Nothing is here.\n';
let challenges: ChallengeServer;
let port = 0;
let source = 1;

before(async () => {
  challenges = createChallengeServer();
  challenges.set({ answers: { [token]: answer, long: 'x'.repeat(300) }, redirect: null });
  challenges.server.listen(0, '127.0.0.1');
  await once(challenges.server, 'listening');
  port = (challenges.server.address() as AddressInfo).port;
});

after(() => challenges.server.close());

test('A known token is answered to GET and HEAD, as plain text and nothing more', async () => {
  const got = await send(`GET ${path} HTTP/1.1\r\nHost: a.example.com\r\n\r\n`);
  assert.equal(got.status, 200);
  assert.equal(got.body, answer);
  assert.equal(got.headers['content-type'], 'text/plain');
  assert.ok(got.body.length <= 256);
  const head = await send(`HEAD ${path} HTTP/1.1\r\nHost: a.example.com\r\n\r\n`);
  assert.deepEqual([head.status, head.body], [200, '']);
  const old = await send(`GET ${path} HTTP/1.0\r\n\r\n`);
  assert.equal(old.body, answer, 'clients of HTTP/1.0 too');
});

test('Two thousand odd requests get 404 or 405 and the same body', async () => {
  const odd = oddRequests();
  assert.ok(odd.length >= 2000, `${odd.length} requests`);
  const queue = odd.values();
  const worker = async (): Promise<void> => {
    for (const request of queue) {
      const got = await send(request);
      const shown = JSON.stringify(request.slice(0, 200));
      assert.ok(got.status === 404 || got.status === 405, `${got.status} ${got.raw.slice(0, 200)} for ${shown}`);
      if (!/^head /i.test(request)) assert.equal(got.body, nothing, shown);
      assert.ok(!got.raw.includes(answer), shown);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
});

test('Twenty requests in a second are answered to one address, and a known token always', async () => {
  const request = () => send('GET / HTTP/1.1\r\nHost: a\r\n\r\n', '127.0.0.99');
  const seen = new Set<number>();
  // so many at once that no machine takes a second for twenty of them
  for (const { status } of await Promise.all(Array.from({ length: 400 }, request))) seen.add(status);
  assert.ok(seen.has(429), [...seen].join());
  assert.equal((await send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, '127.0.0.99')).status, 200);
});

test('With the redirect on, what is no token is sent to HTTPS under our own names only', async () => {
  const redirect = { httpsPort: 8443, names: ['gw.example.com', 'other.example.com'] };
  challenges.set({ answers: { [token]: answer }, redirect });
  const to = async (request: string) => (await send(request)).headers['location'];
  assert.equal(
    await to('GET /a?b=1 HTTP/1.1\r\nHost: other.example.com:80\r\n\r\n'),
    'https://other.example.com:8443/a?b=1',
  );
  assert.equal(await to('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'), 'https://gw.example.com:8443/');
  assert.equal(await to('GET //evil.example/ HTTP/1.1\r\nHost: gw.example.com\r\n\r\n'), undefined);
  assert.equal(await to('GET http://evil.example/ HTTP/1.1\r\nHost: gw.example.com\r\n\r\n'), undefined);
  assert.equal((await send('POST / HTTP/1.1\r\nHost: gw.example.com\r\nContent-Length: 0\r\n\r\n')).status, 405);
  assert.equal((await send(`GET ${path} HTTP/1.1\r\nHost: gw.example.com\r\n\r\n`)).body, answer);
  challenges.set({ answers: { [token]: answer }, redirect: null });
});

test('No token is served under a path that only looks like its own', async () => {
  const near = fc.string({ maxLength: 40, unit: 'grapheme-ascii' }).filter((text) => !/[\s]/.test(text));
  await fc.assert(
    fc.asyncProperty(near, near, async (front, back) => {
      fc.pre(front !== '' || back !== '');
      const got = await send(`GET ${front}${path}${back} HTTP/1.1\r\nHost: a\r\n\r\n`);
      assert.ok(!got.raw.includes(answer));
    }),
    { numRuns: 200 },
  );
});

function oddRequests(): string[] {
  const host = 'Host: a.example.com\r\n';
  const paths = [
    ...[
      '/',
      '//',
      `/${path}`,
      `${path}/`,
      `${path}?`,
      `${path}?a=b`,
      `${path}#a`,
      `${path}%00`,
      `${path}.`,
      `.${path}`,
    ],
    ...[path.replaceAll('/', '%2f'), path.replaceAll('/', '\\'), path.toUpperCase(), path.replace('acme', 'acm%65')],
    ...[
      '/.well-known/acme-challenge/',
      '/.well-known/acme-challenge',
      '/.well-known/',
      '/.well-known/acme-challenge/..',
    ],
    ...['/.well-known/acme-challenge/../../etc/passwd', '/.well-known/acme-challenge/%2e%2e/%2e%2e/etc/passwd'],
    ...[`/.well-known//acme-challenge/${token}`, `/.well-known/./acme-challenge/${token}`, `/x/..${path}`],
    ...[`http://a.example.com${path}`, `https://a.example.com${path}`, 'a.example.com:443', '*', '/favicon.ico'],
    ...['/.well-known/acme-challenge/long', '/admin', '/api/v1/settings', '/.env', '/.git/config', '/index.php'],
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PATCH', 'PROPFIND', 'PURGE'];
  const headers = [
    host,
    `${host}Expect: 100-continue\r\n`,
    `${host}Upgrade: websocket\r\nConnection: Upgrade\r\n`,
    `${host}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n`,
    `${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`,
    'Host: a\r\nHost: b\r\n',
    `${host}X-Forwarded-For: 127.0.0.1\r\nX-Original-URL: ${path}\r\nX-Rewrite-URL: ${path}\r\n`,
  ];
  const made = paths.flatMap((one) =>
    methods.flatMap((method) => headers.map((more) => `${method} ${one} HTTP/1.1\r\n${more}\r\n`)),
  );
  const broken = [
    'GARBAGE\r\n\r\n',
    `GET ${path}\r\n\r\n`,
    `GET ${path} HTTP/9.9\r\n${host}\r\n`,
    `get ${path} HTTP/1.1\r\n${host}\r\n`,
    `GET\t${path}\tHTTP/1.1\r\n${host}\r\n`,
    `GET ${path} HTTP/1.1\r\nHost : a\r\n\r\n`,
    `GET / HTTP/1.1\r\n${'A'.repeat(9000)}: b\r\n\r\n`,
    `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    `POST / HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nGET ${path} HTTP/1.1\r\n${host}\r\n`,
    `GET /x HTTP/1.1\r\n${host}Content-Length: 60\r\n\r\nGET ${path} HTTP/1.1\r\n${host}\r\n`,
    `GET /x HTTP/1.1\r\n${host}\r\nGET ${path} HTTP/1.1\r\n${host}\r\n`,
  ];
  // what is right as it stands is in the first test
  return [
    ...made.filter((one) => !/^(GET|HEAD) \/\.well-known\/acme-challenge\/eva[A-Za-z0-9_-]+ /.test(one)),
    ...broken,
  ];
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly raw: string;
}

/** Sends bytes as they are, from an address of loopback of its own unless told, and reads until the end. */
async function send(request: string, from?: string): Promise<Got> {
  source = (source % 250_000) + 1;
  const localAddress = from ?? `127.${1 + (source >> 16)}.${(source >> 8) & 255}.${source & 255 || 1}`;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(Buffer.from(request, 'latin1'));
  const late = setTimeout(() => socket.destroy(), 120_000);
  await once(socket, 'close');
  clearTimeout(late);
  const raw = Buffer.concat(chunks).toString('latin1');
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.slice(1).map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*:\s*/, '')]),
  );
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(raw)?.[1] ?? 0), headers, body: rest.join('\r\n\r\n'), raw };
}
