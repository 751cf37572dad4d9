import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import {
  bindingFor,
  csrFor,
  errorOf,
  JwsClient,
  jwkOf,
  makeAccountKey,
  signJws,
} from '../../../../test/support/jws-client.ts';
import { auditRows, testAdministrator } from '../../../../test/support/temporary-storage.ts';

test('a key becomes one account, which is told again and not made again', async (t) => {
  const { server, storage } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  const none = await client.post('new-account', { onlyReturnExisting: true });
  assert.equal(errorOf(none), 'accountDoesNotExist');
  const made = await client.register({ contact: ['mailto:ada@example.com'] });
  assert.equal(made.status, 201);
  assert.deepEqual(made.json, {
    status: 'valid',
    contact: ['mailto:ada@example.com'],
    orders: `${client.account}/orders`,
  });
  const again = await client.post('new-account', { contact: [] });
  assert.equal(again.status, 200);
  assert.equal(again.headers['location'], client.account);
  assert.deepEqual(again.json['contact'], ['mailto:ada@example.com']);
  const there = await client.post('new-account', { onlyReturnExisting: true });
  assert.equal(there.status, 200);
  const actions = (await auditRows(storage)).map(({ action }) => action);
  assert.equal(actions.filter((action) => action === 'acme-server.account-create').length, 1);
});

test('contacts are single mail addresses, terms must be agreed to when there are any', async (t) => {
  const { server } = await acmeServerForTest(t, { termsUrl: 'https://ca.test/terms' });
  const client = new JwsClient(server);
  const refused = await client.register({});
  assert.equal(errorOf(refused), 'userActionRequired');
  assert.match(String(refused.headers['link']), /terms>;rel="terms-of-service"/);
  assert.equal(refused.json['instance'], 'https://ca.test/terms');
  const agreed = (contact: string[]) => client.register({ termsOfServiceAgreed: true, contact });
  assert.equal(errorOf(await agreed(['tel:+123'])), 'unsupportedContact');
  for (const contact of [
    'mailto:a@b?subject=x',
    'mailto:a@b,c@d',
    'mailto:',
    'mailto:a b@c',
    'mailto:<script>@b',
    'mailto:a\u202eb@c',
  ])
    assert.equal(errorOf(await agreed([contact])), 'invalidContact', contact);
  assert.equal((await agreed(['mailto:a@b.example'])).status, 201);
});

test('an account is changed and ended by its holder only', async (t) => {
  const { server } = await acmeServerForTest(t);
  const [client, other] = [new JwsClient(server), new JwsClient(server)];
  await client.register();
  await other.register();
  assert.equal(errorOf(await other.post(client.account, { status: 'deactivated' })), 'unauthorized');
  const changed = await client.post(client.account, { contact: ['mailto:new@example.com'] });
  assert.deepEqual(changed.json['contact'], ['mailto:new@example.com']);
  const ended = await client.post(client.account, { status: 'deactivated' });
  assert.equal(ended.json['status'], 'deactivated');
  const after = await client.post(client.account, '');
  assert.deepEqual([after.status, errorOf(after)], [401, 'unauthorized']);
  const again = await client.post('new-account', {});
  assert.deepEqual([again.status, errorOf(again)], [401, 'unauthorized']);
});

test('of an account only its contacts and its end are the holder’s to say', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  const made = await client.register({ contact: ['mailto:a@b.example'], status: 'revoked', orders: 'x', extra: 1 });
  assert.deepEqual([made.status, made.json['status'], made.json['extra']], [201, 'valid', undefined]);
  for (const more of [{ status: 'valid' }, { status: 'revoked' }, { status: 7 }, { orders: 'x', extra: {} }, {}]) {
    const { status, json } = await client.post(client.account, { ...more, termsOfServiceAgreed: true });
    assert.deepEqual([status, json], [200, made.json], JSON.stringify(more));
  }
  // found again, it is told as it is (RFC 8555 7.3.1)
  const found = await client.post('new-account', { termsOfServiceAgreed: true, contact: ['mailto:x@y.example'] });
  assert.deepEqual([found.status, found.json], [200, made.json]);
});

test('of two registrations with one key, or two changes of one key, at once, the second finds the first', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  const both = await Promise.all([client.post('new-account', {}), client.post('new-account', {})]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 201]);
  assert.equal(both[0]?.headers['location'], both[1]?.headers['location']);
  client.account = String(both[0]?.headers['location']);
  const url = client.url('key-change');
  const changes = [makeAccountKey(), makeAccountKey()].map((key) => {
    const inner = { account: client.account, oldKey: jwkOf(client.key) };
    return client.post('key-change', signJws(key, { alg: 'ES256', jwk: jwkOf(key), url }, inner));
  });
  const answers = await Promise.all(changes);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403]);
});

test('a key is the same however its numbers are written', async (t) => {
  const { server } = await acmeServerForTest(t);
  const padded = (member: unknown) =>
    Buffer.concat([Buffer.from([0]), Buffer.from(String(member), 'base64url')]).toString('base64url');
  for (const [kind, alg, members] of [
    ['RS256', 'RS256', ['n', 'e']],
    ['ES256', 'ES256', ['x']],
  ] as const) {
    const key = makeAccountKey(kind);
    const client = new JwsClient(server, { key });
    const made = await client.register();
    const good = jwkOf(key);
    const odd = Object.fromEntries(members.map((member) => [member, padded(good[member])]));
    const again = await client.post('new-account', {}, { header: { alg, jwk: { ...good, ...odd } } });
    assert.deepEqual([again.status, again.headers['location']], [200, made.headers['location']], kind);
  }
});

test('a key is rolled over when both keys sign, and the old one is worth nothing then', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const oldKey = client.key;
  const newKey = makeAccountKey();
  const url = client.url('key-change');
  const inner = (over: object = {}, payload: object = {}, by = newKey) =>
    signJws(
      by,
      { alg: 'ES256', jwk: jwkOf(newKey), url, ...over },
      { account: client.account, oldKey: jwkOf(oldKey), ...payload },
    );
  const wrong: readonly (readonly [string, object])[] = [
    ['signed by another', inner({}, {}, makeAccountKey())],
    ['other url', inner({ url: client.url('new-order') })],
    ['other account', inner({}, { account: client.account.replace(/.{4}$/, '0000') })],
    ['account of another server', inner({}, { account: client.account.replace('ca.test', 'other.test') })],
    ['other old key', inner({}, { oldKey: jwkOf(newKey) })],
    ['no message', { a: 1 }],
  ];
  for (const [name, payload] of wrong)
    assert.equal(errorOf(await client.post('key-change', payload)), 'malformed', name);
  assert.equal((await client.post('key-change', inner())).status, 200);
  assert.equal(errorOf(await client.post(client.account, '')), 'unauthorized');
  client.key = newKey;
  assert.equal((await client.post(client.account, '')).status, 200);
  const other = new JwsClient(server, { key: oldKey });
  await other.register();
  const taken = signJws(
    newKey,
    { alg: 'ES256', jwk: jwkOf(newKey), url },
    { account: other.account, oldKey: jwkOf(oldKey) },
  );
  const conflict = await other.post('key-change', taken);
  assert.equal(conflict.status, 409);
  assert.equal(conflict.headers['location'], client.account);
});

test('external account binding: who holds a key may register, as often and as long as it says', async (t) => {
  const { server, clock } = await acmeServerForTest(t, { externalAccountRequired: true });
  const make = (more: object = {}) =>
    server.accounts.createKey(testAdministrator, {
      name: 'web team',
      names: [],
      profiles: [],
      maxAccounts: 1,
      ...more,
    });
  const { key, hmac } = await make();
  const client = new JwsClient(server);
  const url = client.url('new-account');
  const register = (who: JwsClient, id = key.id, secret = hmac.reveal(), over: object = {}, bound = who.key) =>
    who.register({ externalAccountBinding: bindingFor(bound, id, secret, url, over) });
  assert.equal(errorOf(await client.register()), 'externalAccountRequired');
  const reason = async (answer: Promise<{ json: Record<string, unknown> }>) => (await answer).json['reason'];
  assert.equal(await reason(register(client, '0'.repeat(32))), 'binding-key');
  assert.equal(await reason(register(client, key.id, 'AAAA')), 'binding-key');
  assert.equal(await reason(register(client, key.id, hmac.reveal(), { alg: 'HS512' })), 'binding-algorithm');
  assert.equal(await reason(register(client, key.id, hmac.reveal(), { nonce: 'x' })), 'binding-header');
  assert.equal(await reason(register(client, key.id, hmac.reveal(), { url: 'https://other.test/' })), 'binding-url');
  assert.equal(await reason(register(client, key.id, hmac.reveal(), {}, makeAccountKey())), 'binding-payload');
  const externalAccountBinding = bindingFor(client.key, key.id, hmac.reveal(), url);
  const made = await client.register({ externalAccountBinding: { ...externalAccountBinding, more: 1 } });
  assert.deepEqual([made.status, made.json['externalAccountBinding']], [201, externalAccountBinding]);
  assert.equal(await reason(register(new JwsClient(server))), 'binding-used-up');
  const short = await make({ days: 1 });
  clock.advance(86_400_001);
  assert.equal(await reason(register(new JwsClient(server), short.key.id, short.hmac.reveal())), 'binding-expired');
  const ended = await make();
  await server.accounts.revokeKey(testAdministrator, ended.key.id);
  assert.equal(await reason(register(new JwsClient(server), ended.key.id, ended.hmac.reveal())), 'binding-revoked');
  assert.deepEqual((await server.accounts.keys()).map(({ state }) => state).sort(), ['expired', 'revoked', 'used-up']);
  const { accounts } = await server.accounts.list({ limit: 10 });
  assert.deepEqual(
    accounts.map(({ key: by }) => by?.name),
    ['web team'],
  );
});

test('a key for binding narrows what its accounts may order, and its secret is sealed', async (t) => {
  const { server, storage } = await acmeServerForTest(t);
  const { key, hmac } = await server.accounts.createKey(testAdministrator, {
    name: 'printers',
    names: ['print.example'],
    profiles: ['client'],
    maxAccounts: 5,
  });
  const client = new JwsClient(server);
  await client.register({
    externalAccountBinding: bindingFor(client.key, key.id, hmac.reveal(), client.url('new-account')),
  });
  assert.equal((await client.order(['web.example'])).json['reason'], 'name-not-allowed-for-key');
  assert.equal(errorOf(await client.order(['a.print.example'], { profile: 'web-server' })), 'invalidProfile');
  const order = await client.order(['a.print.example']);
  assert.equal(order.json['profile'], 'client');
  const row = await storage.db.selectFrom('acme_server_eab_keys').selectAll().executeTakeFirstOrThrow();
  assert.ok(!Buffer.from(row.sealed_hmac).includes(Buffer.from(hmac.reveal(), 'base64url')));
  const audit = JSON.stringify(await auditRows(storage));
  assert.ok(!audit.includes(hmac.reveal()));
});

test('the operator ends an account; an account key is never a certificate key; addresses make ten accounts', async (t) => {
  const { server, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const key = makeAccountKey();
  const order = await client.order(['a.example']);
  await client.prove(order);
  const finalize = String(order.json['finalize']);
  const own = await client.post(finalize, { csr: csrFor(['a.example'], { key: client.key }) });
  assert.equal(own.json['reason'], 'csr-account-key');
  assert.equal((await client.post(finalize, { csr: csrFor(['a.example'], { key }) })).json['status'], 'valid');
  const thief = new JwsClient(server, { key });
  assert.equal((await thief.register()).json['reason'], 'certificate-key');
  const { accounts } = await server.accounts.list({ limit: 10 });
  await server.accounts.deactivate(testAdministrator, accounts[0]!.id);
  assert.equal(errorOf(await client.order(['b.example'])), 'unauthorized');
  await assert.rejects(server.accounts.deactivate(testAdministrator, 'x'), /No account/);
  for (let i = 1; i < 10; i++) assert.equal((await new JwsClient(server).register()).status, 201, `${i}`);
  const many = await new JwsClient(server).register();
  assert.equal(errorOf(many), 'rateLimited');
  assert.equal(many.headers['retry-after'], String(3 * 3_600));
  assert.equal((await new JwsClient(server).register({}, { address: '192.0.2.200' })).status, 201);
  // whoever has one address of IPv6 has all of its network
  const fromSix = (address: string) => new JwsClient(server).register({}, { address });
  for (let i = 1; i <= 10; i++) assert.equal((await fromSix(`2001:db8::${i}`)).status, 201);
  assert.equal(errorOf(await fromSix('2001:db8:0:0:ffff::11')), 'rateLimited');
  assert.equal((await fromSix('2001:db8:0:1::1')).status, 201);
  clock.advance(3 * 3_600_000);
  assert.equal((await new JwsClient(server).register()).status, 201);
});

test('the orders of an account come in pages, without those that failed', async (t) => {
  const { server, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  for (let i = 0; i < 103; i++) {
    clock.advance(1);
    const { status, text } = await client.order([`h${i}.example`]);
    assert.equal(status, 201, text);
  }
  const first = await client.post(`${client.account}/orders`, '');
  assert.equal((first.json['orders'] as string[]).length, 100);
  const [next] = [first.headers['link'] ?? []].flat().filter((link) => link.includes('rel="next"'));
  const more = await client.post(/<([^>]+)>/.exec(next ?? '')?.[1] ?? '', '');
  assert.equal((more.json['orders'] as string[]).length, 3);
  assert.ok(![more.headers['link'] ?? []].flat().some((link) => link.includes('next')));
  const other = new JwsClient(server);
  await other.register();
  const theirs = String((await other.order(['a.example'])).headers['location'])
    .split('/')
    .at(-1);
  for (const cursor of [theirs, '0'.repeat(32), 'x'])
    assert.equal((await client.post(`${client.account}/orders/${cursor}`, '')).json['reason'], 'cursor');
});
