/** Stop order: it ends whatever is asked of the CA at that moment, takes the proofs away, and nothing begins by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../../../../test/acme/scripted-acme.ts';
import { openScriptedGateway } from '../../../../test/support/scripted-gateway.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';

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
  const { ca, acme, tokens, storage, errors, asked, sign } = await openScriptedGateway(context);
  for (const endpoint of exchanges) {
    await storage.db.deleteFrom('acme_accounts').execute();
    ca.reset();
    ca.scripts.set(endpoint, () => 'written');
    const { id } = await acme.slots.sign(actor, 'server');
    await asked(endpoint);
    const stopped = await acme.abandon(actor, id);
    assert.equal(stopped.state, 'abandoned', endpoint);
    assert.match(stopped.problem?.detail ?? '', /A person has stopped it/);
    assert.match(stopped.problem?.hint ?? '', /Sign again/);
    assert.deepEqual([...tokens.keys()], [], `${endpoint}: no proof is left`);
    assert.deepEqual(await storage.db.selectFrom('acme_challenges').selectAll().execute(), []);
    assert.deepEqual(errors, [], 'a stop is no fault');
    ca.reset();
    const order = await sign();
    assert.equal(order.state, 'done', `${endpoint}: ${JSON.stringify(order.problem)}`);
  }
});

test('What a person has stopped the scheduler does not begin again at once, but a day later', async (context) => {
  const { ca, acme, clock, asked } = await openScriptedGateway(context);
  ca.scripts.set('finalize', () => 'written');
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  const ticking = acme.tick();
  await asked('finalize');
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
  const { ca, acme, storage, tokens, asked } = await openScriptedGateway(context);
  ca.scripts.set('challenge', () => 'written');
  const { id } = await acme.slots.sign(actor, 'server');
  await asked('challenge');
  await acme.stop();
  assert.equal((await acme.order(id)).state, 'running');
  assert.equal(tokens.size, 1);
  assert.equal((await storage.db.selectFrom('acme_challenges').selectAll().execute()).length, 1);
});
