import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AcmeServerForTest, acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { namesFrom } from '../../../../test/support/challenge-host.ts';
import { csrFor, errorOf, type JwsAnswer, JwsClient } from '../../../../test/support/jws-client.ts';
import { testAdministrator } from '../../../../test/support/temporary-storage.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';

/** Something that is waited for until the test lets it go on, or ends. */
function gate(t: TestContext) {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const pass = async (): Promise<void> => {
    reach();
    await opened;
  };
  // a test that failed must not leave behind what a stop of the server would wait for
  t.after(() => open());
  return { reached, open, pass };
}

/** A ready order whose request waits for CAA records until `open`. */
async function finishing(t: TestContext) {
  const dns = gate(t);
  const caa = () => dns.pass().then(() => Promise.reject(Object.assign(new Error(), { code: 'ENODATA' })));
  const environment = await acmeServerForTest(
    t,
    { caaDomains: ['ca.test'] },
    { nameServer: { ...namesFrom({}), caa } },
  );
  const client = new JwsClient(environment.server);
  await client.register();
  const order = await client.order(['a.example']);
  await client.prove(order);
  const answer = client.post(String(order.json['finalize']), { csr: csrFor(['a.example']) });
  await dns.reached;
  return { ...environment, client, order, answer, open: dns.open };
}

test('an account that is ended while the DNS is asked gets no certificate', async (t) => {
  const { server, ca, client, answer, open } = await finishing(t);
  await server.accounts.deactivate(testAdministrator, client.account.split('/').at(-1) ?? '');
  open();
  assert.deepEqual([(await answer).status, errorOf(await answer)], [401, 'unauthorized']);
  assert.equal(ca.issued.length, 0);
});

test('a proof that is given up while the DNS is asked is worth nothing any more', async (t) => {
  const { ca, client, order, answer, open } = await finishing(t);
  const [authorization = ''] = order.json['authorizations'] as string[];
  assert.equal((await client.post(authorization, { status: 'deactivated' })).status, 200);
  open();
  assert.equal((await answer).json['reason'], 'order-invalid');
  assert.equal(ca.issued.length, 0);
});

test('a request while another finishes the order is refused, and the other one is not disturbed', async (t) => {
  const { ca, client, order, answer, open } = await finishing(t);
  const second = await client.post(String(order.json['finalize']), { csr: csrFor(['a.example']) });
  assert.equal(second.json['reason'], 'order-processing');
  open();
  assert.equal((await answer).json['status'], 'valid');
  assert.equal(ca.issued.length, 1);
});

type Challenge = { readonly type: string; readonly url: string; readonly status: string };

/** An order whose validations wait, each at its gate, and end as told. */
async function validating(t: TestContext, outcomes: Readonly<Record<string, AcmeProblem | undefined>>) {
  const gates = Object.fromEntries(Object.keys(outcomes).map((type) => [type, gate(t)]));
  const asked: string[] = [];
  const validate = async ({ type }: { readonly type: string }) => {
    asked.push(type);
    await gates[type]?.pass();
    return outcomes[type];
  };
  const environment = await acmeServerForTest(t, {}, { validate });
  const client = new JwsClient(environment.server);
  await client.register();
  const order = await client.order(['a.example']);
  const [url = ''] = order.json['authorizations'] as string[];
  const read = async () => (await client.post(url, '')).json;
  const { challenges } = (await read()) as unknown as { challenges: Challenge[] };
  const begin = async (type: string): Promise<JwsAnswer> => {
    const answer = await client.post(challenges.find((one) => one.type === type)?.url ?? '', {});
    await gates[type]?.reached;
    return answer;
  };
  const stored = async (type: string) =>
    (await environment.storage.db.selectFrom('acme_server_challenges').selectAll().execute()).find(
      (one) => one.type === type,
    )?.status;
  /** Lets a validation end, and waits until its outcome stands. */
  const end = async (type: string): Promise<void> => {
    gates[type]?.open();
    while ((await stored(type)) === 'processing') await sleep(5);
  };
  return { ...environment, client, order, url, read, begin, end, asked, stored };
}

const refused: AcmeProblem = { type: 'connection', reason: 'connection-refused', detail: 'Nothing listens there.' };

async function failuresOf({ storage }: AcmeServerForTest): Promise<number> {
  const rows = await storage.db.selectFrom('acme_server_challenges').select('failed_at').execute();
  return rows.filter(({ failed_at: at }) => at !== null).length;
}

test('a challenge said to be ready twice at once is looked at once', async (t) => {
  const { begin, end, asked, read } = await validating(t, { 'http-01': undefined });
  const answers = await Promise.all([begin('http-01'), begin('http-01')]);
  for (const { status, json } of answers) assert.deepEqual([status, json['status']], [200, 'processing']);
  assert.equal((await begin('http-01')).json['status'], 'processing');
  await end('http-01');
  assert.equal((await read())['status'], 'valid');
  assert.deepEqual(asked, ['http-01']);
});

test('the first challenge decides; what comes after it changes nothing and is not shown', async (t) => {
  const good = await validating(t, { 'http-01': undefined, 'dns-01': refused });
  for (const type of ['http-01', 'dns-01']) await good.begin(type);
  for (const type of ['http-01', 'dns-01']) await good.end(type);
  const proved = (await good.read()) as { status: string; challenges: Challenge[] };
  assert.deepEqual([proved.status, proved.challenges.map(({ type }) => type)], ['valid', ['http-01']]);
  const bad = await validating(t, { 'http-01': undefined, 'dns-01': refused });
  for (const type of ['http-01', 'dns-01']) await bad.begin(type);
  for (const type of ['dns-01', 'http-01']) await bad.end(type);
  const failed = (await bad.read()) as { status: string; challenges: Challenge[] };
  assert.equal(failed.status, 'invalid');
  assert.ok(failed.challenges.every(({ status }) => status === 'invalid'));
  assert.equal((await bad.server.orders.list({ limit: 1 })).orders[0]?.error?.reason, 'connection-refused');
  assert.deepEqual([await failuresOf(good), await failuresOf(bad)], [1, 1]);
});

test('an account that is ended while its name is validated has proved nothing', async (t) => {
  const stage = await validating(t, { 'http-01': undefined });
  await stage.begin('http-01');
  assert.equal((await stage.client.post(stage.client.account, { status: 'deactivated' })).status, 200);
  assert.equal((await stage.client.post(stage.url, '')).status, 401);
  await stage.end('http-01');
  assert.equal(await stage.stored('http-01'), 'invalid');
  const { orders } = await stage.server.orders.list({ limit: 1 });
  assert.deepEqual([orders[0]?.status, orders[0]?.error?.reason], ['invalid', 'authorization-deactivated']);
});

test('an account whose validations never end keeps nobody else waiting', async (t) => {
  const endless = gate(t);
  const validate = async ({ identifier }: { readonly identifier: { readonly value: string } }) => {
    if (identifier.value.endsWith('.slow.example')) await endless.pass();
    return undefined;
  };
  const limits = { requestsPerMinute: 10_000 };
  const { server, storage } = await acmeServerForTest(t, { limits }, { validate });
  const [slow, other] = [new JwsClient(server), new JwsClient(server)];
  for (const client of [slow, other]) await client.register();
  const answers: JwsAnswer[] = [];
  for (const count of [100, 59]) {
    const order = await slow.order(Array.from({ length: count }, (_, i) => `h${i}.${count}.slow.example`));
    for (const url of order.json['authorizations'] as string[]) {
      const { challenges } = (await slow.post(url, '')).json as unknown as { challenges: Challenge[] };
      answers.push(await slow.post(challenges[0]?.url ?? '', {}));
    }
  }
  const last = answers.pop();
  assert.ok(answers.every(({ status }) => status === 200));
  assert.deepEqual([last?.status, last?.json['reason']], [429, 'validations']);
  assert.equal((await other.enrol(['a.example'])).json['status'], 'valid');
  endless.open();
  const left = storage.db.selectFrom('acme_server_challenges').selectAll().where('status', '=', 'processing');
  while ((await left.execute()).length > 0) await sleep(5);
});

test('an authorization given up while it is validated fails all the same, and counts as failed', async (t) => {
  const stage = await validating(t, { 'http-01': refused });
  const { client, url } = stage;
  await stage.change({ limits: { failuresPerName: 1 } });
  await stage.begin('http-01');
  assert.equal((await client.post(url, { status: 'deactivated' })).json['status'], 'deactivated');
  await stage.end('http-01');
  assert.equal((await client.post(url, '')).json['status'], 'deactivated');
  assert.equal((await client.order(['a.example'])).json['reason'], 'failures');
});
