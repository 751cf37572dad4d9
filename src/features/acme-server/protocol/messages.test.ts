import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { errorOf, JwsClient, jwkOf, type KeyKind, makeAccountKey } from '../../../../test/support/jws-client.ts';
import { fromBase64url } from './base64url.ts';

test('the directory names every resource, the profiles, and whether a binding is needed', async (t) => {
  const { server, change } = await acmeServerForTest(t, {
    termsUrl: 'https://ca.test/terms',
    website: 'https://ca.test/',
  });
  const { json, headers } = await new JwsClient(server).get('directory');
  assert.deepEqual(Object.keys(json).sort(), [
    ...['keyChange', 'meta', 'newAccount', 'newNonce', 'newOrder', 'renewalInfo', 'revokeCert'],
  ]);
  assert.equal(json['newOrder'], 'https://ca.test/acme/default/new-order');
  assert.deepEqual(json['meta'], {
    termsOfService: 'https://ca.test/terms',
    website: 'https://ca.test/',
    externalAccountRequired: false,
    profiles: { 'web-server': 'Web server', client: 'Client' },
  });
  assert.equal(headers['replay-nonce'], undefined);
  await change({ externalAccountRequired: true });
  const one = await new JwsClient(server, { directory: 'client' }).get('directory');
  assert.deepEqual((one.json['meta'] as Record<string, unknown>)['profiles'], { client: 'Client' });
  assert.equal((await new JwsClient(server, { directory: 'nothing' }).get('directory')).status, 404);
  await change({ enabled: false });
  assert.equal((await new JwsClient(server).get('directory')).status, 404);
});

test('directory and nonces are read by POST-as-GET as well', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const directory = await client.post('directory', '');
  assert.deepEqual(directory.json, (await client.get('directory')).json);
  assert.ok(directory.headers['replay-nonce']);
  assert.equal((await client.post('new-nonce', '')).status, 204);
  assert.equal(errorOf(await client.post('directory', {})), 'malformed');
  assert.equal(errorOf(await client.post('directory', '', { signedBy: makeAccountKey() })), 'unauthorized');
});

test('a nonce comes from HEAD with 200 and from GET with 204, works once, and is bad after an hour and a restart', async (t) => {
  const { server, clock, restart } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  assert.equal((await client.get('new-nonce', 'HEAD')).status, 200);
  const got = await client.get('new-nonce');
  assert.equal(got.status, 204);
  assert.match(String(got.headers['link']), /\/acme\/default\/directory>;rel="index"/);
  const nonce = String(got.headers['replay-nonce']);
  await client.register();
  assert.equal((await client.post('new-order', {}, { nonce })).status, 400);
  const again = await client.post('new-order', {}, { nonce });
  assert.equal(errorOf(again), 'badNonce');
  assert.equal(again.headers['content-type'], 'application/problem+json');
  // the nonce of a refusal is good
  const next = String(again.headers['replay-nonce']);
  assert.notEqual(errorOf(await client.post(client.account, '', { nonce: next })), 'badNonce');
  const old = await client.nonce();
  clock.advance(3_600_001);
  assert.equal(errorOf(await client.post(client.account, '', { nonce: old })), 'badNonce');
  const before = await client.nonce();
  const after = new JwsClient(await restart(), { key: client.key });
  after.account = client.account;
  assert.equal(errorOf(await after.post(client.account, '', { nonce: before })), 'badNonce');
  assert.equal(errorOf(await after.post(client.account, '', { nonce: 'not+base64' })), 'malformed');
});

for (const kind of ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const satisfies readonly KeyKind[])
  test(`an account with a key for ${kind} registers, reads itself, and its signature cannot be moved`, async (t) => {
    const { server } = await acmeServerForTest(t);
    const client = new JwsClient(server, { key: makeAccountKey(kind) });
    assert.equal((await client.register()).status, 201);
    const read = await client.post(client.account, '');
    assert.equal(read.json['status'], 'valid');
    const other = await client.post(client.account, '', { signedBy: makeAccountKey(kind) });
    assert.equal(errorOf(other), 'unauthorized');
    const changed = await client.post(
      client.account,
      {},
      {
        jws: (jws) => ({ ...jws, payload: Buffer.from('{"status":"deactivated"}').toString('base64url') }),
      },
    );
    assert.equal(errorOf(changed), 'unauthorized');
  });

test('algorithms that are none, symmetric, or not for the key are refused with the list of those that are', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  for (const alg of ['none', 'HS256', 'RS256', 'ES384', 'PS256', 'EdDSA', '__proto__', '']) {
    const answer = await client.post('new-account', {}, { header: { alg } });
    assert.equal(errorOf(answer), 'badSignatureAlgorithm', alg);
    assert.deepEqual(answer.json['algorithms'], ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256']);
  }
});

test('keys that are private, weak, of another kind or off their curve are refused', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  const good = jwkOf(client.key);
  const small = jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
  const bad: readonly (readonly [string, unknown])[] = [
    ['private', client.key.export({ format: 'jwk' })],
    ['secp256k1', jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)],
    ['off the curve', { ...good, y: good['x'] }],
    ['symmetric', { kty: 'oct', k: 'AAAA' }],
    ['no object', 'key'],
    ['short', { ...good, x: 'AAAA' }],
    ['exponent 1', { kty: 'RSA', n: jwkOf(makeAccountKey('RS256'))['n'], e: 'AQ' }],
    ['1024 bits', small],
  ];
  for (const [name, jwk] of bad) {
    const alg = (jwk as { kty?: string }).kty === 'RSA' ? 'RS256' : 'ES256';
    assert.equal(errorOf(await client.post('new-account', {}, { header: { jwk, alg } })), 'badPublicKey', name);
  }
});

test('what a message may not be: moved, unsigned, of two signers, with two keys, encoded otherwise', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const refused = async (bent: Parameters<JwsClient['post']>[2], type: string, payload: unknown = '') =>
    assert.equal(errorOf(await client.post(client.account, payload, bent)), type, JSON.stringify(bent));
  await refused({ url: 'https://ca.test/acme/default/new-order' }, 'unauthorized');
  await refused({ url: client.account.replace('https', 'http') }, 'unauthorized');
  await refused({ header: { url: undefined } }, 'unauthorized');
  await refused({ header: { nonce: undefined } }, 'badNonce');
  await refused({ header: { nonce: '' } }, 'malformed');
  await refused({ header: { jwk: jwkOf(client.key) } }, 'malformed');
  await refused({ header: { kid: undefined } }, 'malformed');
  await refused({ header: { crit: ['exp'], exp: 1 } }, 'malformed');
  await refused({ header: { b64: false } }, 'malformed');
  await refused({ header: { kid: 'https://elsewhere.test/acme/default/account/' } }, 'accountDoesNotExist');
  await refused({ header: { kid: `https://ca.test/acme/default/account/${'0'.repeat(32)}` } }, 'accountDoesNotExist');
  await refused({ header: { kid: client.account.replace('ca.test', 'elsewhere.test') } }, 'accountDoesNotExist');
  await refused({ contentType: 'application/json' }, 'malformed');
  await refused({ jws: (jws) => ({ ...jws, signatures: [jws] }) }, 'malformed');
  await refused({ jws: (jws) => ({ ...jws, header: { alg: 'none' } }) }, 'malformed');
  await refused({ jws: (jws) => ({ ...jws, signature: '' }) }, 'malformed');
  await refused({ jws: (jws) => ({ ...jws, payload: 'e30=' }) }, 'malformed');
  await refused({ jws: () => [] }, 'malformed');
  await refused({ jws: (jws) => ({ ...jws, signature: 'AAAA' }) }, 'unauthorized');
  // ECDSA as DER, which other protocols use
  const asDer = (jws: Record<string, unknown>) => {
    const signed = Buffer.from(`${jws['protected']}.${jws['payload']}`);
    return { ...jws, signature: sign('sha256', signed, client.key).toString('base64url') };
  };
  await refused({ jws: asDer }, 'unauthorized');
  // RFC 8555 6.3: read by POST-as-GET only
  assert.equal(errorOf(await client.post(`${client.account}/orders`, {})), 'malformed');
  for (const [resource, method, allow] of [
    [client.account, 'GET', 'POST'],
    ['new-nonce', 'PUT', 'GET, HEAD, POST'],
    ['directory', 'DELETE', 'GET, HEAD, POST'],
    ['renewal-info/a.b', 'POST', 'GET, HEAD'],
  ] as const) {
    const answer = await client.get(resource, method);
    assert.deepEqual([answer.status, errorOf(answer), answer.headers['allow']], [405, 'malformed', allow], resource);
  }
});

test('bytes have one text', () => {
  const read = ['e30', '', 'e31', 'e3', 'e', 'e30=', 'e3 0', 'e3+/', 'ä'].map((text) =>
    fromBase64url(text)?.toString(),
  );
  assert.deepEqual(read, ['{}', '', ...Array(7).fill(undefined)]);
});

test('a host that is not ours is refused, so that a message for another server is worth nothing here', async (t) => {
  const { server, change } = await acmeServerForTest(t);
  for (const host of ['other.test', 'ca.test.evil.test', 'user@ca.test', '', 'ca.test/x', '[::1', '[fe80::1]:443']) {
    const { status } = await new JwsClient(server).get('directory', 'GET', host);
    assert.equal(status, 421, host);
  }
  assert.equal((await new JwsClient(server).get('directory', 'GET', 'CA.TEST:8443')).status, 200);
  await change({ hosts: ['other.test', '2001:db8::5'] });
  assert.equal((await new JwsClient(server).get('directory', 'GET', 'other.test')).status, 200);
  assert.equal((await new JwsClient(server).get('directory', 'GET', '[2001:db8::5]:8443')).status, 200);
});

test('requests of one address are limited, with the time to wait', async (t) => {
  const { server, clock } = await acmeServerForTest(t, { limits: { requestsPerMinute: 5 } });
  const client = new JwsClient(server);
  for (let i = 0; i < 5; i++) assert.equal((await client.get('directory')).status, 200);
  const refused = await client.get('directory');
  assert.equal(refused.status, 429);
  assert.equal(errorOf(refused), 'rateLimited');
  assert.equal(refused.headers['retry-after'], '12');
  clock.advance(12_001);
  assert.equal((await client.get('directory')).status, 200);
  const from = (address: string) => client.post('new-account', {}, { address, nonce: 'x' });
  for (let i = 0; i < 5; i++) assert.equal((await from(`2001:db8::${i}`)).status, 400);
  assert.equal((await from('2001:db8:0:0:9::1')).status, 429);
  assert.equal((await from('2001:db8:1::1')).status, 400);
});

test('whatever is sent, the answer is a problem of ACME and never a fault of ours', async (t) => {
  const { server, faults } = await acmeServerForTest(t, { limits: { requestsPerMinute: 1_000_000 } });
  const paths = [
    'new-account',
    'new-order',
    'key-change',
    'revoke-cert',
    'order/x',
    `authz/${'a'.repeat(32)}`,
    'certificate/..',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 200 })),
      async (path, body) => {
        const answer = await server.handle({
          method: 'POST',
          path: `/acme/default/${path}`,
          host: 'ca.test',
          address: '192.0.2.9',
          requestId: '',
          contentType: 'application/jose+json',
          body: Buffer.from(body as string),
        });
        assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
        assert.match(String(JSON.parse(String(answer.body)).type), /^urn:ietf:params:acme:error:/);
      },
    ),
    { numRuns: 300 },
  );
  const client = new JwsClient(server);
  await client.register();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('new-order', 'key-change', 'revoke-cert', 'new-account'),
      fc.jsonValue(),
      async (path, payload) => {
        const { status } = await client.post(path, payload, { address: '192.0.2.77' });
        assert.ok(status < 500, `${path} ${status}`);
      },
    ),
    { numRuns: 200 },
  );
  assert.deepEqual(faults, []);
});
