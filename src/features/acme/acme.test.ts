/** A certificate from Pebble: signed, pending, deployed, revoked; accounts made, exchanged, lost; tests on staging. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Pebble, startPebble } from '../../../test/acme/pebble.ts';
import { type AcmeGateway, openAcmeGateway } from '../../../test/support/acme-gateway.ts';
import { testAdministrator as actor } from '../../../test/support/temporary-storage.ts';
import { systemClock } from '../../lib/clock.ts';
import type { AcmeOrderView } from './schemas.ts';

let pebble: Pebble;
let gateway: AcmeGateway;
let folder: string;
let provider: string;

before(async () => {
  pebble = await startPebble({ nonceReject: 30, chainLength: 2 });
  folder = await mkdtemp(join(tmpdir(), 'tollgate-acme-'));
  gateway = await openAcmeGateway({ folder: join(folder, 'data'), clock: systemClock, httpPort: pebble.httpPort });
  const { acme, trustedCas, storage } = gateway;
  await acme.start();
  const added = await acme.providers.add(actor, {
    kind: 'acme',
    name: 'Pebble',
    directoryUrl: pebble.directoryUrl,
    caPem: pebble.ca,
    approvedHosts: ['localhost', '127.0.0.1'],
    contact: ['ops@example.com'],
  });
  provider = added.id;
  const roots = await pebble.roots();
  await storage.transaction((trx) => trustedCas.addWithin(trx, actor, roots));
  await acme.slots.change(actor, 'server', { version: 0, providers: [provider] });
});

after(async () => {
  await gateway.close();
  await pebble.close();
  await rm(folder, { recursive: true });
});

test('Sign, pending, deploy: the certificate waits until it is deployed, and its steps can be watched', async () => {
  const { acme, identity, tokens } = gateway;
  const done = await signed('server');
  assert.equal(done.steps.length, 12);
  assert.ok(
    done.steps.every(({ state }) => state === 'done'),
    JSON.stringify(done.steps),
  );
  assert.equal(tokens.size, 0, 'no token is left');
  const waiting = await acme.slots.get('server');
  assert.deepEqual(waiting.pending?.names, ['gateway.example.com']);
  assert.equal(waiting.pending?.provider, provider);
  assert.equal((await identity.served('server'))?.source, 'temporary', 'nothing that is served has changed');
  assert.match(await acme.slots.pendingText('server'), /gateway\.example\.com/);
  const deployed = await acme.slots.deploy(actor, 'server');
  assert.ok(deployed.served);
  assert.equal(deployed.slot.pending, null);
  assert.equal(deployed.slot.lastDeploy?.ok, true);
  assert.equal((await identity.served('server'))?.source, 'acme');
  assert.equal((await acme.slots.get('server')).certificate?.byProvider, provider);
});

/** Signs and waits for the end; fails with the reason when it does not end well. */
async function signed(slot: 'server' | 'client'): Promise<AcmeOrderView> {
  const { acme } = gateway;
  const { id } = await acme.slots.sign(actor, slot);
  for (;;) {
    const order = await acme.order(id);
    if (order.state === 'done') return order;
    if (order.state !== 'running')
      assert.fail(`${order.step}: ${JSON.stringify(order.problem)} ${String(gateway.errors)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
