/** What the client sends and how it takes what it is told: renewals, limits, bindings, keys, reasons, windows. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { newKey } from './acme-bench.ts';
import { type Answer, type Script, type ScriptedAcme, startScriptedAcme } from './scripted-acme.ts';
import { clientOf, orderWww, problemOf, type ScriptedClient } from './scripted-client.ts';

let acme: ScriptedAcme;
let made: ScriptedClient;
before(async () => {
  acme = await startScriptedAcme();
});
after(() => acme.close());
beforeEach(async () => {
  acme.reset();
  made?.close();
  made = clientOf(acme);
  await made.client.newAccount({ email: ['ops@example.com'], termsAgreed: true });
});
after(() => made.close());

const identifiers = [{ type: 'dns', value: 'www.example.com' }] as const;
const replaces = 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE';

test('a renewal names the certificate it replaces; a CA that will not have that gets the order once more without', async () => {
  for (const status of [400, 403, 404, 409, 500]) {
    acme.asked.splice(0);
    acme.scripts.set('new-order', ({ payload }) =>
      payload.includes('replaces')
        ? { status, body: { type: 'urn:ietf:params:acme:error:alreadyReplaced' } }
        : undefined,
    );
    const { replacesLeftOut } = await made.client.newOrder({ identifiers, replaces });
    assert.ok(replacesLeftOut);
    const payloads = acme.asked.filter(({ endpoint }) => endpoint === 'new-order').map(({ payload }) => payload);
    assert.deepEqual(
      payloads.map((text) => text.includes(replaces)),
      [true, false],
    );
  }
  acme.asked.splice(0);
  acme.scripts.set('new-order', () => ({ status: 409, body: {} }));
  assert.equal((await problemOf(made.client.newOrder({ identifiers, replaces }))).code, 'acme.refused');
  assert.equal(acme.asked.filter(({ endpoint }) => endpoint === 'new-order').length, 2);
  acme.asked.splice(0);
  acme.scripts.set('new-order', () => ({ status: 429, body: { type: 'urn:ietf:params:acme:error:rateLimited' } }));
  assert.equal((await problemOf(made.client.newOrder({ identifiers, replaces }))).code, 'acme.rate-limited');
  assert.equal(acme.asked.filter(({ endpoint }) => endpoint === 'new-order').length, 1);
});

test('a CA that asks to wait says until when: by header in seconds, by date, or in its words', async () => {
  const inAnHour = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000);
  const text = inAnHour.toISOString().replace('T', ' ').replace('.000Z', ' UTC');
  const cases: readonly Answer[] = [
    { status: 429, headers: { 'retry-after': '3600' }, body: { type: 'urn:ietf:params:acme:error:rateLimited' } },
    { status: 429, headers: { 'retry-after': inAnHour.toUTCString() }, body: {} },
    { status: 503, headers: { 'retry-after': '3600', 'content-type': 'text/html' }, body: '<h1>maintenance' },
    {
      status: 429,
      body: {
        type: 'urn:ietf:params:acme:error:rateLimited',
        detail: `too many certificates, retry after ${text}: see there`,
      },
    },
  ];
  for (const answer of cases) {
    acme.scripts.set('new-order', () => answer);
    const { code, failure } = await problemOf(made.client.newOrder({ identifiers }));
    assert.equal(code, 'acme.rate-limited');
    assert.ok(Math.abs((failure.retryAt ?? 0) - inAnHour.getTime()) < 10_000, JSON.stringify(answer));
  }
  acme.scripts.set('new-order', () => ({ status: 503, headers: { 'retry-after': '99999999999' }, body: {} }));
  assert.equal((await problemOf(made.client.newOrder({ identifiers }))).failure.retryAt, undefined);
});

test('a profile is only asked for when the CA lists it', async () => {
  await made.client.newOrder({ identifiers, profile: 'tls-server' });
  assert.match(acme.asked.at(-1)!.payload, /"profile":"tls-server"/);
  const { code, message } = await problemOf(made.client.newOrder({ identifiers, profile: 'tlsclient' }));
  assert.equal(code, 'acme.profile-unknown');
  assert.match(message, /classic, tls-server/);
});

test('the days wished for stand in the order as times', async () => {
  await made.client.newOrder({ identifiers, notBefore: Date.UTC(2030, 0), notAfter: Date.UTC(2030, 1) });
  assert.match(
    acme.asked.at(-1)!.payload,
    /"notBefore":"2030-01-01T00:00:00.000Z","notAfter":"2030-02-01T00:00:00.000Z"/,
  );
});

test('an external account is bound by an HMAC over our key', async () => {
  const fresh = clientOf(acme);
  const secret = Buffer.from('a secret of the CA, 32 octets...');
  await fresh.client.newAccount({ email: [], termsAgreed: true, binding: { keyId: 'kid-1', key: secret } });
  const { payload, header } = acme.asked.at(-1)!;
  const { externalAccountBinding: inner } = JSON.parse(payload) as Record<string, Record<string, string>>;
  const innerHeader = JSON.parse(Buffer.from(inner!['protected']!, 'base64url').toString()) as unknown;
  assert.deepEqual(innerHeader, { alg: 'HS256', url: `${acme.origin}/new-account`, kid: 'kid-1' });
  assert.deepEqual(JSON.parse(Buffer.from(inner!['payload']!, 'base64url').toString()), header['jwk']);
  const mac = createHmac('sha256', secret).update(`${inner!['protected']}.${inner!['payload']}`).digest('base64url');
  assert.equal(inner!['signature'], mac);
  fresh.close();
});

test('terms and bindings that are missing are said before anything is sent', async () => {
  const meta = { termsOfService: 'https://ca.example.com/terms', externalAccountRequired: true };
  const fresh = clientOf(acme);
  acme.scripts.set('directory', () => ({ body: { ...directory(), meta } }));
  assert.equal(
    (await problemOf(fresh.client.newAccount({ email: [], termsAgreed: true }))).code,
    'acme.binding-needed',
  );
  const binding = { keyId: 'a', key: Buffer.alloc(32) };
  const { code, message } = await problemOf(fresh.client.newAccount({ email: [], termsAgreed: false, binding }));
  assert.equal(code, 'acme.terms-not-accepted');
  assert.match(message, /ca\.example\.com\/terms/);
  fresh.close();
});

test('renewal information: the window, and when to ask again within a minute and a day', async () => {
  const start = Date.now() + 1_000;
  const body = {
    suggestedWindow: { start: new Date(start), end: new Date(start + 5_000) },
    explanationURL: 'https://ca.example.com/why',
  };
  for (const [header, least, most] of [
    ['1', 30, 61],
    ['21600', 21_500, 21_610],
    ['9999999', 86_300, 86_410],
    ['soon', 21_500, 21_610],
  ] as const) {
    acme.scripts.set('ari', () => ({ headers: { 'retry-after': header }, body }));
    const { info, askAgainAt } = await made.client.renewalInfo('abc.def');
    assert.equal(info.start, start);
    assert.equal(info.explanation, 'https://ca.example.com/why');
    const seconds = (askAgainAt - Date.now()) / 1_000;
    assert.ok(seconds > least && seconds < most, `${header}: ${seconds}`);
  }
  const bad = [
    {},
    { suggestedWindow: { start: 'now', end: 'later' } },
    { suggestedWindow: { start: '2030-01-02T00:00:00Z', end: '2030-01-01T00:00:00Z' } },
    { suggestedWindow: [] },
  ];
  for (const one of bad) {
    acme.scripts.set('ari', () => ({ body: one }));
    assert.equal((await problemOf(made.client.renewalInfo('abc.def'))).code, 'acme.answer');
  }
});

test('a certificate is revoked with its reason, by the account or by its own key, and twice is once', async () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  await made.client.revoke(Uint8Array.of(1, 2, 3), 'key-compromise');
  assert.deepEqual(JSON.parse(acme.asked.at(-1)!.payload), { certificate: 'AQID', reason: 1 });
  assert.equal(acme.asked.at(-1)!.header['kid'], `${acme.origin}/account/1`);
  await made.client.revoke(Uint8Array.of(1, 2, 3), 'superseded', key);
  assert.equal(acme.asked.at(-1)!.header['kid'], undefined);
  acme.scripts.set('revoke', () => ({ status: 400, body: { type: 'urn:ietf:params:acme:error:alreadyRevoked' } }));
  await made.client.revoke(Uint8Array.of(1, 2, 3));
});

test('a name that the CA refuses is told with its reason, down to the single name', async () => {
  acme.scripts.set('new-order', () => ({
    status: 403,
    body: {
      type: 'urn:ietf:params:acme:error:compound',
      detail: 'Errors during validation',
      subproblems: [
        {
          type: 'urn:ietf:params:acme:error:caa',
          detail: 'CAA record forbids',
          identifier: { type: 'dns', value: 'a.example.com' },
        },
        {
          type: 'urn:ietf:params:acme:error:rejectedIdentifier',
          detail: 'policy',
          identifier: { type: 'dns', value: 'b.example.com' },
        },
      ],
    },
  }));
  const { message, failure } = await problemOf(made.client.newOrder({ identifiers }));
  assert.match(message, /a\.example\.com: CAA record forbids; b\.example\.com: policy/);
  assert.deepEqual(
    failure.document?.subproblems.map(({ type }) => type),
    ['caa', 'rejectedIdentifier'],
  );
});

test('a CA that fails for a moment while it is asked is asked again, one that fails for good is given up in time', async () => {
  let asked = 0;
  acme.scripts.set('order', (_, response): ReturnType<Script> => {
    asked++;
    if (asked === 1) return { status: 503, headers: { 'retry-after': '1' } };
    if (asked === 2) return { status: 500, headers: { 'content-type': 'text/html' }, body: 'oops' };
    if (asked > 3) return undefined;
    response.socket?.destroy();
    return 'written';
  });
  const pem = await orderWww(made);
  assert.match(Buffer.from(pem).toString(), /BEGIN CERTIFICATE/);
  assert.ok(asked >= 4);
  acme.scripts.set('order', () => ({ status: 500 }));
  assert.equal((await problemOf(orderWww(made, newKey(), 1_500))).code, 'acme.refused');
  acme.scripts.set('order', () => ({ status: 403 }));
  const before = acme.asked.length;
  assert.equal((await problemOf(orderWww(made))).code, 'acme.refused');
  assert.equal(acme.asked.slice(before).filter(({ endpoint }) => endpoint === 'order').length, 1);
});

test('an order for other names than ours is not gone on with', async () => {
  acme.scripts.set('new-order', () => ({
    status: 201,
    headers: { location: `${acme.origin}/order/1` },
    body: {
      status: 'pending',
      identifiers: [{ type: 'dns', value: 'evil.example.com' }],
      authorizations: [],
      finalize: `${acme.origin}/finalize/1`,
    },
  }));
  assert.match((await problemOf(orderWww(made))).message, /not for the names/);
});

test('keys of every kind sign what a server can verify', async () => {
  const keys = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
  ];
  const algorithms: unknown[] = [];
  for (const accountKey of keys) {
    const fresh = clientOf(acme, { accountKey });
    await fresh.client.newAccount({ email: [], termsAgreed: true });
    algorithms.push(acme.asked.at(-1)?.header['alg']);
    fresh.close();
  }
  assert.deepEqual(algorithms, ['RS256', 'ES384', 'ES512', 'EdDSA']);
});

function directory(): Record<string, unknown> {
  const at = (name: string): string => `${acme.origin}/${name}`;
  return {
    newNonce: at('new-nonce'),
    newAccount: at('new-account'),
    newOrder: at('new-order'),
    revokeCert: at('revoke'),
    keyChange: at('key-change'),
  };
}
