import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { csrFor, errorOf, type JwsAnswer, JwsClient } from '../../../../test/support/jws-client.ts';
import { testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { decodePem } from '../../../pki/pem.ts';
import { ariIdOf } from '../certificates/names-of-certificate.ts';

const hour = 3_600_000;

async function ariOf(client: JwsClient, done: JwsAnswer): Promise<string> {
  const { text } = await client.post(String(done.json['certificate']), '');
  const blocks = decodePem(Buffer.from(text));
  const leaf = blocks.ok ? parseCertificate(blocks.value[0]!.der) : undefined;
  assert.ok(leaf?.ok);
  return ariIdOf(leaf.value) ?? '';
}

test('an order that lost a proof replaces nothing, is in no list of the account, and is found as invalid', async (t) => {
  const { server, validation, clock } = await acmeServerForTest(t, { authorizationHours: 2 });
  const client = new JwsClient(server);
  await client.register();
  const done = await client.enrol(['a.example']);
  const ari = await ariOf(client, done);
  validation.problem = { type: 'connection', reason: 'connection-refused', detail: 'Nothing listens.' };
  const failed = await client.order(['a.example', 'b.example'], { replaces: ari });
  await client.prove(failed);
  // the proof of a.example is over before this order is
  clock.advance(hour);
  const overtaken = await client.order(['a.example'], { replaces: ari });
  assert.equal(overtaken.json['status'], 'ready');
  assert.equal(errorOf(await client.order(['a.example'], { replaces: ari })), 'alreadyReplaced');
  clock.advance(hour);
  const shown = await client.post(String(overtaken.headers['location']), '');
  assert.equal(shown.json['status'], 'invalid');
  const waiting = await client.order(['a.example'], { replaces: ari });
  assert.equal(waiting.status, 201);
  const listed = await client.post(`${client.account}/orders`, '');
  assert.deepEqual(listed.json['orders'], [waiting.headers['location'], done.headers['location']]);
  const found = async (status: 'invalid' | 'pending' | 'valid') =>
    (await server.orders.list({ status, limit: 10 })).orders.map((order) => order.status);
  assert.deepEqual(await found('invalid'), ['invalid', 'invalid']);
  assert.deepEqual(await found('pending'), ['pending']);
  assert.deepEqual(await found('valid'), ['valid']);
});

test('what the operator closes between order and request is not issued', async (t) => {
  const { server, ca, change } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example'], { profile: 'client' });
  await client.prove(order);
  const finalize = () => client.post(String(order.json['finalize']), { csr: csrFor(['a.example']) });
  await change({ profiles: ['web-server'] });
  assert.equal(errorOf(await finalize()), 'invalidProfile');
  await change({ profiles: ['web-server', 'client'], names: ['other.example'] });
  assert.equal(errorOf(await finalize()), 'rejectedIdentifier');
  assert.equal(ca.issued.length, 0);
  await change({ names: ['example'] });
  assert.equal((await finalize()).json['status'], 'valid');
});

test('an end that was asked for and cannot be had any more is not made another one', async (t) => {
  const { server, ca, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example'], { notAfter: new Date(clock.now() + 10 * 24 * hour).toISOString() });
  await client.prove(order);
  const finalize = () => client.post(String(order.json['finalize']), { csr: csrFor(['a.example']) });
  const { lifetime } = ca;
  ca.lifetime = 5 * 24 * hour;
  assert.equal((await finalize()).json['reason'], 'not-after');
  assert.equal(ca.issued.length, 0);
  ca.lifetime = lifetime;
  assert.equal((await finalize()).json['status'], 'valid');
});

test('renewals that come to nothing are counted, so that nobody orders without end by them', async (t) => {
  const { server, change } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const replaces = await ariOf(client, await client.enrol(['a.example']));
  await change({ authorizationHours: 0, limits: { ordersPerAccount: 2 } });
  for (let i = 0; i < 2; i++) {
    const order = await client.order(['a.example'], { replaces });
    const [authorization = ''] = order.json['authorizations'] as string[];
    assert.equal((await client.post(authorization, { status: 'deactivated' })).status, 200);
  }
  const third = await client.order(['a.example'], { replaces });
  assert.deepEqual([errorOf(third), third.json['reason']], ['rateLimited', 'orders']);
  // its other orders have a count of their own
  assert.equal((await client.order(['a.example'])).status, 201);
});

test('an account has 300 proofs to give at once, and no more', async (t) => {
  const { server } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  const names = (set: string) => Array.from({ length: 100 }, (_, i) => `h${i}.${set}.example`);
  const first = await client.order(names('a'));
  for (const set of ['b', 'c']) await client.order(names(set));
  const refused = await client.order(['d.example']);
  assert.deepEqual([errorOf(refused), refused.json['reason']], ['rateLimited', 'pending']);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  const [authorization = ''] = first.json['authorizations'] as string[];
  await client.post(authorization, { status: 'deactivated' });
  assert.equal((await client.order(['d.example'])).status, 201);
});

test('what waits for proofs is given up with its account, by its holder or by the operator', async (t) => {
  const { server } = await acmeServerForTest(t);
  const [client, other] = [new JwsClient(server), new JwsClient(server)];
  for (const one of [client, other]) {
    await one.register();
    assert.equal((await one.order(['a.example'])).json['status'], 'pending');
  }
  assert.equal((await client.post(client.account, { status: 'deactivated' })).status, 200);
  await server.accounts.deactivate(testAdministrator, other.account.split('/').at(-1) ?? '');
  const { orders } = await server.orders.list({ limit: 10 });
  assert.deepEqual(
    orders.map(({ status, error }) => [status, error?.reason]),
    Array(2).fill(['invalid', 'authorization-deactivated']),
  );
});

test('no page of orders or accounts loses what was made in the same millisecond', async (t) => {
  const { server, clock } = await acmeServerForTest(t);
  const client = new JwsClient(server);
  await client.register();
  await new JwsClient(server).register();
  for (let i = 0; i < 5; i++) await client.order([`h${i}.example`]);
  clock.advance(1);
  await client.order(['later.example']);
  await new JwsClient(server).register();
  const orders: string[] = [];
  for (let before: number | undefined; ; ) {
    const page = await server.orders.list({ limit: 2, before });
    orders.push(...page.orders.map(({ id }) => id));
    if (page.next === null) break;
    before = page.next;
  }
  assert.deepEqual([orders.length, new Set(orders).size], [6, 6]);
  const first = await server.accounts.list({ limit: 2 });
  assert.equal(first.accounts.length, 3);
  assert.equal((await server.accounts.list({ limit: 2, before: first.next ?? 0 })).accounts.length, 0);
});

test('a fault of ours in a validation decides the challenge too, so that its client does not wait for ever', async (t) => {
  const validate = (): Promise<undefined> => Promise.reject(new Error('a fault'));
  const { server, faults } = await acmeServerForTest(t, {}, { validate });
  const client = new JwsClient(server);
  await client.register();
  const order = await client.order(['a.example']);
  await client.prove(order);
  assert.equal((await client.post(String(order.headers['location']), '')).json['status'], 'invalid');
  const [listed] = (await server.orders.list({ limit: 1 })).orders;
  assert.equal(listed?.error?.type, 'serverInternal');
  assert.deepEqual(
    faults.splice(0).map((fault) => (fault as Error).message),
    ['a fault'],
  );
});
