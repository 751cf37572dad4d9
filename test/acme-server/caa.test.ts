/** CAA records as BIND gives them, before a certificate is issued: who may, who may not, and what is not told. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, type TestContext, test } from 'node:test';
import { type NameServer, startNameServer } from '../acme/name-server.ts';
import { acmeServerForTest } from '../support/acme-server-for-test.ts';
import { csrFor, errorOf, type JwsAnswer, JwsClient } from '../support/jws-client.ts';
import { needs } from '../support/needs.ts';
import { auditRows } from '../support/temporary-storage.ts';

const skip = needs('named');
const zone = [
  'mine CAA 0 issue "Private-CA.example"',
  'mine CAA 0 iodef "mailto:pki@caa.test"',
  'theirs CAA 0 issue "other.example"',
  'nobody CAA 0 issue ";"',
  'wild CAA 0 issue "private-ca.example"',
  'wild CAA 0 issuewild ";"',
  'strange CAA 0 issue "private-ca.example"',
  'strange CAA 128 tbs "unknown"',
  'hidden CAA 128 critical "x"',
  'empty CAA 0 issue ""',
  'method CAA 0 issue "private-ca.example; validationmethods=dns-01"',
  'account CAA 0 issue "private-ca.example; accounturi=https://ca.test/acme/default/account/none"',
  'alias CNAME theirs',
  'www.mine A 127.0.0.1',
  'a.b.theirs A 127.0.0.1',
  '',
].join('\n');

let bind: NameServer | undefined;
before(async () => {
  if (skip === false) bind = await startNameServer({ 'caa.test': zone, test: '' });
});
after(() => bind?.close());

async function stage(t: TestContext) {
  const bench = await acmeServerForTest(t, {
    caaDomains: ['private-ca.example'],
    resolvers: [bind?.address ?? ''],
  });
  const client = new JwsClient(bench.server);
  await client.register();
  const enrol = async (names: readonly string[], type = 'http-01'): Promise<JwsAnswer> => {
    const order = await client.order(names);
    assert.equal(order.status, 201, order.text);
    await client.prove(order, type);
    return client.post(String(order.json['finalize']), { csr: csrFor(names) });
  };
  return { ...bench, client, enrol };
}

test('a certificate is issued where CAA records name this CA, or nobody', { skip }, async (t) => {
  const { enrol, client } = await stage(t);
  for (const name of ['mine.caa.test', 'www.mine.caa.test', 'free.caa.test', 'wild.caa.test', '192.0.2.7'])
    assert.equal((await enrol([name])).json['status'], 'valid', name);
  const { json } = await client.get('directory');
  assert.deepEqual((json['meta'] as { caaIdentities: unknown }).caaIdentities, ['private-ca.example']);
});

test('records of others, for nobody, critical ones, and those of a name above or behind an alias forbid it', {
  skip,
}, async (t) => {
  const { server, enrol, ca, storage } = await stage(t);
  for (const [name, record] of [
    ['theirs.caa.test', /theirs\.caa\.test has CAA records that do not name this CA: 0 issue "other\.example"/],
    ['a.b.theirs.caa.test', /theirs\.caa\.test has CAA records/],
    ['alias.caa.test', /0 issue "other\.example"/],
    ['nobody.caa.test', /0 issue ";"/],
    ['strange.caa.test', /critical CAA record that is not understood here: 128 tbs "unknown"/],
    ['hidden.caa.test', /critical CAA record/],
  ] as const) {
    const refused = await enrol([name]);
    assert.equal(refused.status, 403);
    assert.equal(errorOf(refused), 'caa', name);
    assert.match(String(refused.json['detail']), record);
    const [listed] = (await server.orders.list({ limit: 1 })).orders;
    assert.deepEqual([listed?.status, listed?.error?.type, listed?.error?.reason], ['invalid', 'caa', 'caa']);
  }
  // the resolver library takes an empty value for a broken answer
  assert.equal((await enrol(['empty.caa.test'])).json['reason'], 'caa-lookup');
  const both = await enrol(['mine.caa.test', 'nobody.caa.test', 'theirs.caa.test']);
  assert.equal((both.json['subproblems'] as unknown[]).length, 2);
  assert.equal(ca.issued.length, 0);
  assert.ok(!(await server.conditions()).some(({ code }) => code === 'acme-server.refusing'));
  const [row] = await auditRows(storage);
  assert.deepEqual([row?.action, row?.result], ['acme-server.issue', 'refused']);
});

test('wildcards, challenges and accounts are told apart', { skip }, async (t) => {
  const { enrol, client, change } = await stage(t);
  assert.equal(errorOf(await enrol(['*.wild.caa.test'], 'dns-01')), 'caa');
  assert.equal(errorOf(await enrol(['method.caa.test'], 'http-01')), 'caa');
  assert.equal(errorOf(await enrol(['account.caa.test'])), 'caa');
  const id = client.account.split('/').at(-1);
  const own = await startNameServer({
    test: '',
    'account.test': `@ CAA 0 issue "private-ca.example; accounturi=https://192.0.2.1/acme/client/account/${id}"\n`,
  });
  t.after(() => own.close());
  await change({ resolvers: [own.address] });
  assert.equal((await enrol(['www.account.test'])).json['status'], 'valid');
  await change({ resolvers: [bind?.address ?? ''], authorizationHours: 0 });
  assert.equal((await enrol(['method.caa.test'], 'dns-01')).json['status'], 'valid');
});

test('when no server tells, nothing is issued, and the order can be finished later', { skip }, async (t) => {
  const { client, enrol, change, ca } = await stage(t);
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  await change({ resolvers: [`127.0.0.1:${silent.address().port}`] });
  const failed = await enrol(['free.caa.test']);
  assert.equal(errorOf(failed), 'dns');
  assert.equal(failed.json['reason'], 'caa-lookup');
  assert.equal(ca.issued.length, 0);
  await change({ resolvers: [bind?.address ?? ''] });
  const { json } = await client.post(`${client.account}/orders`, '');
  const [url = ''] = json['orders'] as string[];
  assert.equal((await client.post(url, '')).json['status'], 'ready');
  const done = await client.post(`${url}/finalize`, { csr: csrFor(['free.caa.test']) });
  assert.equal(done.json['status'], 'valid');
});

test('without a domain of this CA in the settings nobody is asked', { skip }, async (t) => {
  const { enrol, change } = await stage(t);
  await change({ caaDomains: [] });
  assert.equal((await enrol(['nobody.caa.test'])).json['status'], 'valid');
  await assert.rejects(change({ caaDomains: ['10.0.0.1', 'a b'] }), /is no domain/);
});
