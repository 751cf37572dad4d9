import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { csrFor, errorOf, JwsClient, makeAccountKey } from '../../../../test/support/jws-client.ts';
import { auditRows } from '../../../../test/support/temporary-storage.ts';
import { Problem } from '../../../lib/problem.ts';

const day = 86_400_000;

test('an order goes from pending over ready to a certificate with exactly its names', async (t) => {
  const { server, ca, storage } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const names = ['b.example', 'a.example', '192.0.2.5', '2001:db8::1'];
  const order = await client.order([...names, 'A.EXAMPLE']);
  assert.equal(order.status, 201);
  assert.equal(order.json['status'], 'pending');
  assert.equal((order.json['identifiers'] as unknown[]).length, 4);
  const url = String(order.headers['location']);
  const early = await client.post(String(order.json['finalize']), { csr: csrFor(names) });
  assert.equal(errorOf(early), 'orderNotReady');
  await client.prove(order);
  assert.equal((await client.post(url, '')).json['status'], 'ready');
  const done = await client.post(String(order.json['finalize']), { csr: csrFor(names, { commonName: 'a.example' }) });
  assert.equal(done.json['status'], 'valid');
  assert.equal(errorOf(await client.post(String(order.json['finalize']), { csr: csrFor(names) })), 'orderNotReady');
  for (const read of [url, String(done.json['certificate'])])
    assert.equal((await client.post(read, {})).json['reason'], 'payload-not-empty');
  const answer = await client.post(String(done.json['certificate']), '');
  assert.equal(answer.headers['content-type'], 'application/pem-certificate-chain');
  const chain = answer.text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  assert.equal(chain.join(''), answer.text);
  assert.equal(chain.length, 2);
  const leaf = new X509Certificate(chain[0]!);
  assert.equal(
    leaf.subjectAltName,
    'DNS:a.example, DNS:b.example, IP Address:192.0.2.5, IP Address:2001:DB8:0:0:0:0:0:1',
  );
  const links = [answer.headers['link'] ?? []].flat();
  const alternate = /<([^>]+)>;rel="alternate"/.exec(links.find((link) => link.includes('alternate')) ?? '')?.[1] ?? '';
  const other = await client.post(alternate, '');
  assert.equal(new X509Certificate(other.text).fingerprint, leaf.fingerprint);
  assert.notEqual(other.text, answer.text);
  assert.equal(ca.issued.length, 1);
  const actions = (await auditRows(storage)).map(({ action }) => action).filter((a) => a.startsWith('acme-server.'));
  assert.deepEqual(actions, [
    ...['acme-server.issue', ...Array<string>(4).fill('acme-server.validation'), 'acme-server.order'],
    ...['acme-server.account-create', 'acme-server.settings'],
  ]);
});

test('another account sees nothing of an order, its proofs and its certificate', async (t) => {
  const { server } = await acmeServerForTest(t);
  const [client, other] = [new JwsClient(server), new JwsClient(server)];
  await client.register();
  await other.register();
  const done = await client.enrol(['a.example']);
  const [authorization = ''] = done.json['authorizations'] as string[];
  const challenge = ((await client.post(authorization, '')).json['challenges'] as { url: string }[])[0]!.url;
  for (const url of [String(done.headers['location']), authorization, challenge, String(done.json['certificate'])]) {
    assert.equal((await other.post(url, '')).status, 404, url);
    assert.equal((await client.post(url, '')).status, 200, url);
  }
});

test('names that are none, or may not be ordered, are refused, each with its reason', async (t) => {
  const { server, change } = await acmeServerForTest(t, { names: ['example.com', '10.0.0.0/8'] });
  const client = new JwsClient(server);
  await client.register();
  const refused = async (value: string, type: string, kind = 'dns', reason = /./) => {
    const answer = await client.post('new-order', { identifiers: [{ type: kind, value }] });
    assert.equal(errorOf(answer), type, value);
    assert.match(String(answer.json['reason']), reason, value);
  };
  for (const value of [
    'localhost',
    '10.0.0.1',
    'a_b.example.com',
    'ex ample.com',
    'a..example.com',
    '-a.example.com',
    '*.*.example.com',
    'a.*.example.com',
    'münchen.example.com',
    'example.com.',
    '',
    'a.1',
    // a sign that becomes a letter in lower case, and labels that encode nothing or are not written as they would be
    ...['\u212aa.example.com', 'xn--a.example.com', 'xn--example-.example.com', 'a.xn--zz--.example.com'],
    // a URL reads these as addresses
    ...['1.2.3.0x4', 'a.0x1', 'a.0x'],
  ])
    await refused(value, 'rejectedIdentifier', 'dns', /^(no-host-name|address-as-name)$/);
  for (const value of ['010.0.0.1', '10.0.0.1/8', '0x7f.1', '2001:DB8:0::1', 'a.example.com', '10.0.0'])
    await refused(value, 'malformed', 'ip');
  await refused('a.example.com', 'unsupportedIdentifier', 'email');
  for (const value of ['notexample.com', 'example.com.evil.test', 'other.test'])
    await refused(value, 'rejectedIdentifier', 'dns', /^name-not-allowed$/);
  await refused('192.0.2.1', 'rejectedIdentifier', 'ip', /^name-not-allowed$/);
  const both = await client.order(['a.example.com', 'other.test', 'another.test']);
  assert.deepEqual(
    (both.json['subproblems'] as { identifier: { value: string } }[]).map(({ identifier }) => identifier.value),
    ['another.test', 'other.test'],
  );
  assert.equal((await client.order(['example.com', '*.example.com', '10.9.8.7'])).status, 201);
  assert.equal((await client.order(['xn--mnchen-3ya.example.com', 'XN--FA-HIA.example.com'])).status, 201);
  const unfit = await client.order(['*.example.com', 'other.test'], { profile: 'client' });
  assert.deepEqual([errorOf(unfit), unfit.json['reason']], ['invalidProfile', 'profile-wildcards']);
  await change({ wildcards: false });
  assert.equal((await client.order(['*.example.com'])).json['reason'], 'wildcards-off');
  assert.equal(errorOf(await client.post('new-order', { identifiers: [] })), 'malformed');
  const many = Array.from({ length: 101 }, (_, i) => `h${i}.example.com`);
  assert.equal(errorOf(await client.order(many)), 'malformed');
});

test('a wildcard is proved by DNS only, an address by anything but DNS', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const challenges = async (name: string) => {
    const [url = ''] = (await client.order([name])).json['authorizations'] as string[];
    const { json } = await client.post(url, '');
    return [json, (json['challenges'] as { type: string }[]).map(({ type }) => type).sort()] as const;
  };
  const [wildcard, types] = await challenges('*.example.com');
  assert.deepEqual(types, ['dns-01']);
  assert.equal(wildcard['wildcard'], true);
  assert.deepEqual(wildcard['identifier'], { type: 'dns', value: 'example.com' });
  assert.deepEqual((await challenges('192.0.2.5'))[1], ['http-01', 'tls-alpn-01']);
  assert.deepEqual((await challenges('a.example'))[1], ['dns-01', 'http-01', 'tls-alpn-01']);
  assert.equal((await client.enrol(['*.b.example', 'b.example'])).json['status'], 'valid');
});

test('a request that is not for the order, or has a bad key, is refused and the order stays ready', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example', '192.0.2.5']);
  await client.prove(order);
  const finalize = String(order.json['finalize']);
  const refused = async (csr: unknown, reason: string) => {
    const answer = await client.post(finalize, { csr });
    assert.equal(answer.json['reason'], reason, JSON.stringify(answer.json));
    assert.equal(errorOf(answer), reason === 'payload' ? 'malformed' : 'badCSR');
  };
  const names = ['a.example', '192.0.2.5'];
  await refused(csrFor(['a.example']), 'csr-names');
  await refused(csrFor([...names, 'b.example']), 'csr-names');
  await refused(csrFor(names, { commonName: 'b.example' }), 'csr-names');
  await refused(csrFor(names, { more: [{ kind: 'email', value: 'a@a.example' }] }), 'csr-names');
  await refused(csrFor(names, { more: [{ kind: 'uri', value: 'sip:a.example' }] }), 'csr-names');
  await refused(csrFor(names, { key: client.key }), 'csr-account-key');
  const other = new JwsClient(server, { key: makeAccountKey('RS256') });
  await other.register();
  await refused(csrFor(names, { key: other.key }), 'csr-account-key');
  await other.post(other.account, { status: 'deactivated' });
  await refused(csrFor(names, { key: other.key }), 'csr-account-key');
  await refused(csrFor(names, { key: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey }), 'csr-key');
  await refused('AAAA', 'csr-form');
  await refused('not base64!', 'csr-encoding');
  await refused('', 'csr-form');
  await refused(7, 'payload');
  const bytes = Buffer.from(csrFor(names), 'base64url');
  bytes[bytes.length - 1]! ^= 1;
  await refused(bytes.toString('base64url'), 'csr-signature');
  const url = String(order.headers['location']);
  assert.equal((await client.post(url, '')).json['status'], 'ready');
  // what else a request asks for is the template's to decide
  const wishes = csrFor(names, { extendedKeyUsage: ['codeSigning'] });
  assert.equal((await client.post(finalize, { csr: wishes })).json['status'], 'valid');
});

test('a failed validation makes authorization and order invalid, says why, and five an hour are enough', async (t) => {
  const { server, validation, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  validation.problem = {
    type: 'connection',
    reason: 'connection-refused',
    detail: 'a.example, port 80: Nothing listens.',
  };
  const order = await client.order(['a.example']);
  await client.prove(order);
  const shown = await client.post(String(order.headers['location']), '');
  assert.equal(shown.json['status'], 'invalid');
  const { json } = await client.post((order.json['authorizations'] as string[])[0]!, '');
  assert.equal(json['status'], 'invalid');
  const [challenge, ...others] = json['challenges'] as { error: Record<string, unknown> }[];
  assert.equal(others.length, 0);
  assert.equal(challenge?.error['type'], 'urn:ietf:params:acme:error:connection');
  assert.equal(challenge?.error['reason'], 'connection-refused');
  // RFC 8555 6.7.1: identifiers stand in subproblems only
  assert.deepEqual(
    [challenge?.error, shown.json['error']].filter((error) => Object(error).identifier),
    [],
  );
  const { orders } = await server.orders.list({ limit: 10 });
  assert.equal(orders[0]?.error?.reason, 'connection-refused');
  for (let i = 0; i < 4; i++) {
    clock.advance(60_000);
    await client.prove(await client.order(['a.example']));
  }
  const refused = await client.order(['a.example', 'b.example']);
  assert.equal(errorOf(refused), 'rateLimited');
  assert.equal(refused.json['reason'], 'failures');
  assert.equal(refused.headers['retry-after'], String(3600 - 240));
  assert.equal((await client.order(['b.example'])).status, 201);
  clock.advance(3_600_000 - 240_000 + 1);
  validation.problem = undefined;
  assert.equal((await client.enrol(['a.example'])).json['status'], 'valid');
});

test('a proof counts for further orders of the account as long as the operator says', async (t) => {
  const { server, validation, clock, change } = await acmeServerForTest(t, { authorizationHours: 8 });
  const client = new JwsClient(server);
  await client.register();
  await client.enrol(['a.example']);
  assert.equal((await client.order(['a.example'])).json['status'], 'ready');
  assert.equal((await client.order(['*.a.example'])).json['status'], 'pending');
  const other = new JwsClient(server);
  await other.register();
  assert.equal((await other.order(['a.example'])).json['status'], 'pending');
  assert.equal(validation.count, 1);
  clock.advance(8 * 3_600_000);
  assert.equal((await client.order(['a.example'])).json['status'], 'pending');
  await change({ authorizationHours: 0 });
  await client.enrol(['a.example']);
  assert.equal((await client.order(['a.example'])).json['status'], 'pending');
});

test('what is given up or over is not finished', async (t) => {
  const { server, clock } = await acmeServerForTest(t, { authorizationHours: 720 });
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example']);
  const [authorization = ''] = order.json['authorizations'] as string[];
  const challengeOf = async (url: string) =>
    ((await client.post(url, '')).json['challenges'] as { url: string }[])[0]?.url ?? '';
  const challenge = await challengeOf(authorization);
  assert.equal((await client.post(authorization, { status: 'deactivated' })).json['status'], 'deactivated');
  assert.equal((await client.post(challenge, {})).json['reason'], 'authorization-over');
  const shown = await client.post(String(order.headers['location']), '');
  assert.equal(shown.json['status'], 'invalid');
  assert.equal(errorOf(await client.post(authorization, { status: 'deactivated' })), 'malformed');
  const late = await client.order(['b.example']);
  await client.prove(late);
  const unproved = await client.order(['c.example']);
  const forgotten = await challengeOf(String((unproved.json['authorizations'] as string[])[0]));
  clock.advance(day + 1);
  assert.equal((await client.post(forgotten, {})).json['reason'], 'authorization-over');
  assert.equal((await client.post(String(late.headers['location']), '')).json['status'], 'invalid');
  assert.equal(
    errorOf(await client.post(String(late.json['finalize']), { csr: csrFor(['b.example']) })),
    'orderNotReady',
  );
});

test('an end within the life of the template is kept, another refused; a profile that is not offered too', async (t) => {
  const { server, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const at = (time: number) => new Date(time).toISOString();
  assert.equal(errorOf(await client.order(['a.example'], { notAfter: at(clock.now() + 91 * day) })), 'malformed');
  assert.equal(errorOf(await client.order(['a.example'], { notAfter: at(clock.now()) })), 'malformed');
  for (const begin of [clock.now() + day, clock.now()])
    assert.equal((await client.order(['a.example'], { notBefore: at(begin) })).json['reason'], 'not-before');
  assert.equal(errorOf(await client.order(['a.example'], { notAfter: 'tomorrow' })), 'malformed');
  assert.equal(errorOf(await client.order(['a.example'], { profile: 'codesign' })), 'invalidProfile');
  const end = clock.now() + 10 * day;
  const done = await client.enrol(['a.example'], { notAfter: at(end), profile: 'client' });
  const { text } = await client.post(String(done.json['certificate']), '');
  const leaf = new X509Certificate(text);
  assert.equal(leaf.validToDate.getTime(), end);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  const own = new JwsClient(server, { key: client.key, directory: 'client' });
  own.account = client.account;
  assert.equal((await own.order(['a.example'])).json['profile'], 'client');
  assert.equal(errorOf(await own.order(['a.example'], { profile: 'web-server' })), 'invalidProfile');
});

test('orders are limited by account, renewals that say what they replace are not', async (t) => {
  const { server, clock, storage } = await acmeServerForTest(t, { limits: { ordersPerAccount: 2 } });
  const client = new JwsClient(server);
  await client.register();
  await client.enrol(['a.example']);
  clock.advance(60_000);
  await client.order(['b.example']);
  const refused = await client.order(['c.example']);
  assert.equal(errorOf(refused), 'rateLimited');
  assert.equal(refused.headers['retry-after'], String(3 * 3600 - 60));
  const { ari_id: ari } = await storage.db.selectFrom('acme_server_certificates').selectAll().executeTakeFirstOrThrow();
  assert.equal((await client.order(['a.example'], { replaces: ari })).status, 201);
});

test('asked twice at once, an order is issued once, and a certificate is replaced once', async (t) => {
  const { server, ca, storage } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example']);
  await client.prove(order);
  const finalize = String(order.json['finalize']);
  const answers = await Promise.all([1, 2, 3].map(() => client.post(finalize, { csr: csrFor(['a.example']) })));
  assert.equal(answers.filter(({ json }) => json['status'] === 'valid').length, 1);
  assert.equal(answers.filter((answer) => errorOf(answer) === 'orderNotReady').length, 2);
  assert.equal(ca.issued.length, 1);
  const { ari_id: replaces } = await storage.db
    .selectFrom('acme_server_certificates')
    .selectAll()
    .executeTakeFirstOrThrow();
  const orders = await Promise.all([1, 2, 3].map(() => client.order(['a.example'], { replaces })));
  assert.deepEqual(orders.map(({ status }) => status).sort(), [201, 409, 409]);
});

test('what the CA refuses makes the order invalid with its words; a fault of ours leaves it ready', async (t) => {
  const { server, ca, faults } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  ca.failure = new Error('disk full');
  const order = await client.order(['a.example']);
  await client.prove(order);
  const finalize = String(order.json['finalize']);
  const broken = await client.post(finalize, { csr: csrFor(['a.example']) });
  assert.equal(broken.status, 500);
  assert.equal(errorOf(broken), 'serverInternal');
  assert.ok(!broken.text.includes('disk full'));
  assert.equal(faults.splice(0).length, 1);
  assert.equal((await client.post(String(order.headers['location']), '')).json['status'], 'ready');
  ca.failure = new Problem({
    code: 'private-ca.name-not-allowed',
    status: 422,
    title: 'No',
    detail: 'a.example is outside.',
    hint: 'Ask.',
  });
  const refused = await client.post(finalize, { csr: csrFor(['a.example']) });
  assert.equal(refused.json['reason'], 'private-ca.name-not-allowed');
  const shown = await client.post(String(order.headers['location']), '');
  assert.equal(shown.json['status'], 'invalid');
  assert.equal((shown.json['error'] as Record<string, unknown>)['detail'], 'a.example is outside. Ask.');
});

test('a stop in the middle loses nothing: validations and issuing go on at the next start, once', async (t) => {
  const { server, ca, storage, restart } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example']);
  const id = String(order.headers['location']).split('/').at(-1) ?? '';
  // as a kill leaves it behind: said to be ready, not yet looked at
  const challenge = await storage.db
    .updateTable('acme_server_challenges')
    .set({ status: 'processing' })
    .where('type', '=', 'http-01')
    .executeTakeFirst();
  assert.equal(challenge.numUpdatedRows, 1n);
  const second = new JwsClient(await restart(), { key: client.key });
  second.account = client.account;
  await second.prove(order);
  assert.equal((await second.post(String(order.headers['location']), '')).json['status'], 'ready');
  const csr = new Uint8Array(Buffer.from(csrFor(['a.example'], { key: makeAccountKey() }), 'base64url'));
  await storage.db
    .updateTable('acme_server_orders')
    .set({ status: 'processing', csr, processing_since: 1 })
    .where('id', '=', id)
    .execute();
  const third = new JwsClient(await restart(), { key: client.key });
  third.account = client.account;
  const done = await third.post(String(order.headers['location']), '');
  assert.equal(done.json['status'], 'valid');
  assert.equal((await third.post(String(done.json['certificate']), '')).status, 200);
  assert.equal(ca.issued.length, 1);
});
