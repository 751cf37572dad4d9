/** An ACME server that means ill: nothing it sends gets further than a sentence, and the account's key signs only for its own host. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AcmeProblem } from '../../src/features/acme/client/acme-problem.ts';
import {
  directoryOf,
  type Endpoint,
  goodToken,
  type Script,
  type ScriptedAcme,
  startScriptedAcme,
} from './scripted-acme.ts';
import { clientOf, orderWww, problemOf } from './scripted-client.ts';

let acme: ScriptedAcme;
let other: ScriptedAcme;
before(async () => {
  acme = await startScriptedAcme();
  other = await startScriptedAcme();
});
after(async () => {
  await acme.close();
  await other.close();
});
beforeEach(() => {
  acme.reset();
  other.reset();
});

async function refusedWith(endpoint: Endpoint, script: Script): Promise<AcmeProblem> {
  acme.reset();
  acme.scripts.set(endpoint, script);
  const made = clientOf(acme);
  try {
    return await problemOf(orderWww(made));
  } finally {
    assert.equal(made.tokens.size, 0, 'a token is left behind');
    made.close();
  }
}

const injections = [
  '$(id)',
  '`id`',
  'a\r\nx-evil: 1',
  '../../etc/passwd',
  '%2e%2e%2fetc',
  "';drop table orders--",
  '\u0000',
  '\u202eevil',
];

test('a sound order, for comparison, comes to its end', async () => {
  const made = clientOf(acme);
  const pem = await orderWww(made);
  assert.match(Buffer.from(pem).toString(), /BEGIN CERTIFICATE/);
  made.close();
});

test('tokens that are none are refused before anything is served', async () => {
  const bad = [
    '../../etc/x',
    '%2e%2e',
    'a/b',
    'a'.repeat(200),
    'short',
    `${goodToken}\u0000`,
    `${goodToken}\n`,
    '',
    ...injections,
  ];
  for (const token of bad) {
    const problem = await refusedWith('authorization', () => ({
      body: {
        status: 'pending',
        identifier: { type: 'dns', value: 'www.example.com' },
        challenges: [{ type: 'http-01', url: `${acme.origin}/challenge/1`, status: 'pending', token }],
      },
    }));
    assert.equal(problem.code, 'acme.token-refused', JSON.stringify(token));
    assert.ok(!acme.asked.some(({ endpoint }) => endpoint === 'challenge'));
  }
});

test('an authorization for a name that was not ordered ends the order before anything is shown', async () => {
  const names = [
    { type: 'dns', value: 'evil.example.com' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'www.example.com.' },
    { type: 'dns', value: '../www.example.com' },
    { type: 'dns', value: 'www.example.com', wildcard: true },
  ];
  for (const { wildcard, ...identifier } of names) {
    const challenge = { type: 'http-01', url: `${acme.origin}/challenge/1`, status: 'pending', token: goodToken };
    const body = { status: 'pending', identifier, wildcard, challenges: [challenge] };
    assert.equal((await refusedWith('authorization', () => ({ body }))).code, 'acme.answer', identifier.value);
    assert.ok(!acme.asked.some(({ endpoint }) => endpoint === 'challenge'));
  }
});

test('words of the server are made safe to print wherever they are shown', async () => {
  for (const text of injections) {
    const problem = await refusedWith('new-order', () => ({
      status: 403,
      headers: { link: '<$(id)>;rel="up", `id`' },
      body: {
        type: `urn:ietf:params:acme:error:${text}`,
        detail: text,
        subproblems: [{ detail: text, identifier: { type: 'dns', value: text } }],
      },
    }));
    assert.equal(problem.code, 'acme.refused');
    assert.equal(problem.failure.document?.type, 'other');
    assert.doesNotMatch(problem.details.detail ?? '', /[\u0000-\u001f\u202e]/);
  }
  assert.deepEqual(
    readdirSync('.').filter((name) => name.includes('evil')),
    [],
  );
});

test('URLs that lead elsewhere are not asked, and no signature is made for them', async () => {
  const places: readonly (readonly [Endpoint, (url: string) => Script])[] = [
    ['directory', (url) => () => ({ body: { ...directoryOf(acme.origin), newAccount: url } })],
    ['directory', (url) => () => ({ body: { ...directoryOf(acme.origin), newNonce: url } })],
    ['directory', (url) => () => ({ body: { ...directoryOf(acme.origin), renewalInfo: url } })],
    ['new-account', (url) => () => ({ status: 201, headers: { location: url }, body: { status: 'valid' } })],
    [
      'order',
      (url) => () => ({
        body: {
          status: 'ready',
          identifiers: [{ type: 'dns', value: 'www.example.com' }],
          authorizations: [],
          finalize: url,
        },
      }),
    ],
    [
      'authorization',
      (url) => () => ({
        body: {
          status: 'pending',
          identifier: { type: 'dns', value: 'www.example.com' },
          challenges: [{ type: 'http-01', url, status: 'pending', token: goodToken }],
        },
      }),
    ],
    [
      'finalize',
      (url) => () => ({
        body: {
          status: 'valid',
          identifiers: [{ type: 'dns', value: 'www.example.com' }],
          authorizations: [],
          finalize: url,
          certificate: url,
        },
      }),
    ],
  ];
  const urls = [
    `${other.origin}/x`,
    acme.origin.replace('https', 'http'),
    'file:///etc/passwd',
    'https://user@127.0.0.1/x',
    'https://example.com/$(id)',
    'https://169.254.169.254/latest',
    '/relative',
    'javascript:alert(1)',
  ];
  for (const [endpoint, script] of places) {
    for (const url of urls) {
      const problem = await refusedWith(endpoint, script(url));
      assert.equal(problem.code, 'acme.url-refused', `${endpoint} ${url}: ${problem.message}`);
      assert.equal(other.asked.length, 0);
    }
  }
});

test('a host that the operator approved is used', async () => {
  acme.scripts.set('directory', () => ({ body: { ...directoryOf(acme.origin), renewalInfo: `${other.origin}/ari` } }));
  const start = new Date(Date.now() + 86_400_000);
  other.scripts.set('ari', () => ({ body: { suggestedWindow: { start, end: new Date(start.getTime() + 1_000) } } }));
  const { client, close } = clientOf(acme, { ca: [acme.ca, other.ca], approvedHosts: [new URL(other.origin).host] });
  const { info } = await client.renewalInfo('abc.def');
  assert.equal(info.start, start.getTime());
  assert.equal(other.asked[0]?.path, '/ari/abc.def');
  close();
});

test('redirects, encodings, switches of protocol, HTML, endless and enormous answers are refused', async () => {
  const cases: readonly (readonly [Script, string])[] = [
    [() => ({ status: 302, headers: { location: `${other.origin}/directory` } }), 'acme.redirect'],
    [() => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('{}') }), 'acme.answer'],
    [() => ({ headers: { 'content-type': 'text/html' }, body: '<html><script>alert(1)</script>' }), 'acme.answer'],
    [() => ({ body: '[1]' }), 'acme.answer'],
    [() => ({ body: '['.repeat(500_000) }), 'acme.answer'],
    [() => ({ body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }), 'acme.answer'],
    [() => ({ body: {} }), 'acme.answer'],
    [() => ({ body: { ...directoryOf(acme.origin), newOrder: 7 } }), 'acme.answer'],
    [() => ({ body: `"${'x'.repeat(2 << 20)}"` }), 'acme.too-large'],
    [partial({ 'content-length': '99999999' }), 'acme.too-large'],
    [partial({ 'content-length': '50' }), 'acme.no-connection'],
    [partial(undefined), 'acme.no-connection'],
    [endless, 'acme.too-large'],
  ];
  for (const [script, code] of cases) {
    const problem = await refusedWith('directory', script);
    assert.equal(problem.code, code, problem.message);
  }
  assert.equal(other.asked.length, 0);
});

/** Begins an answer, or none at all, and closes the connection. */
function partial(headers: Readonly<Record<string, string>> | undefined): Script {
  return (_, response) => {
    if (headers !== undefined) response.writeHead(200, headers).write('{');
    response.socket?.end();
    return 'written';
  };
}

const endless: Script = (_, response) => {
  const block = Buffer.alloc(65_536, 0x20);
  const write = (): void => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', write);
  write();
  return 'written';
};

test('a silent server and one that drips are given up in time', async () => {
  const drip: Script = (_, response) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
    return 'written';
  };
  for (const script of [drip, () => 'written' as const]) {
    acme.scripts.set('directory', script);
    const { client, close } = clientOf(acme, { within: 400, idle: 200 });
    assert.equal((await problemOf(client.directory())).code, 'acme.timeout');
    close();
  }
});

test('a server that takes none of its nonces is left alone after forty', async () => {
  const problem = await refusedWith('new-order', () => ({
    status: 400,
    body: { type: 'urn:ietf:params:acme:error:badNonce' },
  }));
  assert.equal(problem.code, 'acme.bad-nonces');
  assert.equal(acme.asked.filter(({ endpoint }) => endpoint === 'new-order').length, 40);
  const nonces = acme.asked.map(({ header }) => header['nonce']).filter((nonce) => nonce !== undefined);
  assert.equal(new Set(nonces).size, nonces.length, 'a nonce was used twice');
});

test('nonces that are no base64url are passed over, and without any good one nothing is sent', async () => {
  const bad = { 'replay-nonce': 'no nonce; $(id)' };
  acme.scripts.set('new-account', () => ({
    status: 201,
    headers: { ...bad, location: `${acme.origin}/account/1` },
    body: { status: 'valid' },
  }));
  const made = clientOf(acme);
  await orderWww(made);
  assert.equal(acme.asked.filter(({ endpoint }) => endpoint === 'new-nonce').length, 1);
  made.close();
  acme.reset();
  acme.scripts.set('directory', () => ({ headers: bad, body: directoryOf(acme.origin) }));
  acme.scripts.set('new-nonce', () => ({ headers: bad }));
  const { client, close } = clientOf(acme);
  assert.equal((await problemOf(client.newAccount({ email: [], termsAgreed: true }))).code, 'acme.answer');
  assert.ok(acme.asked.every(({ method }) => method !== 'POST'));
  close();
});

test('the server must show a certificate for its name from the CA of the provider', async () => {
  const wrongName = await startScriptedAcme('ca.example.com');
  try {
    const url = wrongName.directoryUrl.replace('ca.example.com', '127.0.0.1');
    const named = clientOf({ ...wrongName, directoryUrl: url });
    const problem = await problemOf(named.client.directory());
    assert.equal(problem.code, 'acme.server-certificate');
    assert.match(problem.message, /not made out to 127\.0\.0\.1 but to ca\.example\.com/);
    named.close();
    const unknown = clientOf(acme, { ca: [other.ca] });
    assert.equal((await problemOf(unknown.client.directory())).code, 'acme.server-certificate');
    unknown.close();
    const bundled = clientOf(acme, { ca: [] });
    assert.equal((await problemOf(bundled.client.directory())).code, 'acme.server-certificate');
    bundled.close();
    assert.equal(wrongName.asked.length + acme.asked.length, 0, 'something was sent');
  } finally {
    await wrongName.close();
  }
});

test('this machine and metadata services are not called unless the operator named them, the latter never', async () => {
  const { client, close } = clientOf(acme, { allowed: [] });
  const problem = await problemOf(client.directory());
  assert.equal(problem.code, 'acme.address-refused');
  assert.equal(problem.failure.host, '127.0.0.1');
  close();
  const port = new URL(acme.origin).port;
  for (const host of ['169.254.169.254', '[::ffff:127.0.0.1]', '0.0.0.0', '[fd00:ec2::254]']) {
    const never = clientOf(
      { ...acme, directoryUrl: `https://${host}:${port}/directory` },
      { allowed: [host, '0.0.0.0/0', '::/0'] },
    );
    assert.equal((await problemOf(never.client.directory())).code, 'acme.address-refused', host);
    never.close();
  }
  const rebound = clientOf(
    { ...acme, directoryUrl: `https://ca.example.com:${port}/directory` },
    { resolve: (_host, _options, done) => done(null, [{ address: '169.254.169.254', family: 4 }]), allowed: [] },
  );
  assert.equal((await problemOf(rebound.client.directory())).code, 'acme.address-refused');
  rebound.close();
  assert.equal(acme.asked.length, 0);
});
