/** Stop order: it ends whatever is asked of the CA at that moment, takes the proofs away, and nothing begins by itself. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, startScriptedAcme } from '../../../../test/acme/scripted-acme.ts';
import { type AcmeGateway, openAcmeGateway } from '../../../../test/support/acme-gateway.ts';
import { testAdministrator as actor, createTestClock } from '../../../../test/support/temporary-storage.ts';
import type { AcmeOrderView } from '../schemas.ts';

const day = 86_400_000;
const exchanges: readonly Endpoint[] = [
  'directory',
  'new-account',
  'new-order',
  'authorization',
  'challenge',
  'order',
  'finalize',
  'certificate',
];

test('An order is stopped while the CA keeps an answer to itself, whichever it is; the next one goes well', async (context) => {
  const { ca, gateway } = await openScripted(context);
  for (const endpoint of exchanges) {
    const { acme, tokens, storage, errors } = gateway;
    await storage.db.deleteFrom('acme_accounts').execute();
    ca.reset();
    ca.scripts.set(endpoint, () => 'written');
    const { id } = await acme.slots.sign(actor, 'server');
    await until(() => ca.asked.some((one) => one.endpoint === endpoint));
    const stopped = await acme.abandon(actor, id);
    assert.equal(stopped.state, 'abandoned', endpoint);
    assert.match(stopped.problem?.detail ?? '', /A person has stopped it/);
    assert.match(stopped.problem?.hint ?? '', /Sign again/);
    assert.deepEqual([...tokens.keys()], [], `${endpoint}: no proof is left`);
    assert.deepEqual(await storage.db.selectFrom('acme_challenges').selectAll().execute(), []);
    assert.deepEqual(errors, [], 'a stop is no fault');
    ca.reset();
    const order = await ended(gateway, (await acme.slots.sign(actor, 'server')).id);
    assert.equal(order.state, 'done', `${endpoint}: ${JSON.stringify(order.problem)}`);
  }
});

test('What a person has stopped the scheduler does not begin again at once, but a day later', async (context) => {
  const { ca, gateway, clock } = await openScripted(context);
  const { acme } = gateway;
  ca.scripts.set('finalize', () => 'written');
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  const ticking = acme.tick();
  await until(() => ca.asked.some(({ endpoint }) => endpoint === 'finalize'));
  const [running] = (await acme.running()).orders;
  await acme.abandon(actor, running?.id ?? '');
  await ticking;
  ca.reset();
  await acme.tick();
  assert.equal((await acme.orders('server')).length, 1);
  const { renewal } = await acme.slots.get('server');
  assert.equal(renewal.nextAttempt, new Date(clock.now() + day).toISOString());
  assert.equal(renewal.failures, 0);
  clock.advance(day);
  await acme.tick();
  assert.equal((await acme.orders('server')).length, 2);
});

test('An order that ends with the gateway keeps its proofs and goes on at the next start', async (context) => {
  const { ca, gateway } = await openScripted(context);
  const { acme, storage, tokens } = gateway;
  ca.scripts.set('challenge', () => 'written');
  const { id } = await acme.slots.sign(actor, 'server');
  await until(() => ca.asked.some(({ endpoint }) => endpoint === 'challenge'));
  await acme.stop();
  assert.equal((await acme.order(id)).state, 'running');
  assert.equal(tokens.size, 1);
  assert.equal((await storage.db.selectFrom('acme_challenges').selectAll().execute()).length, 1);
});

async function openScripted(context: TestContext) {
  const ca = await startScriptedAcme();
  const clock = createTestClock(Date.now());
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-stop-'));
  const gateway = await openAcmeGateway({ folder: join(folder, 'data'), clock });
  context.after(async () => {
    await gateway.close();
    await ca.close();
    await rm(folder, { recursive: true });
  });
  const { acme } = gateway;
  const { id } = await acme.providers.add(actor, {
    kind: 'acme',
    name: 'Scripted',
    directoryUrl: ca.directoryUrl,
    caPem: ca.ca + ca.root.pem,
    approvedHosts: ['127.0.0.1'],
  });
  await acme.slots.change(actor, 'server', { version: 0, providers: [id] });
  return { ca, gateway, clock };
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(5);
}

async function ended({ acme }: AcmeGateway, id: string): Promise<AcmeOrderView> {
  for (;;) {
    const order = await acme.order(id);
    if (order.state !== 'running') return order;
    await sleep(5);
  }
}
