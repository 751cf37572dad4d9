/**
 * An order is killed at every point of its steps, against a real ACME server. After the next start there is exactly one
 * certificate that waits, at most one order more was placed at the CA, what is served has not changed, and no proof is left.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/lib/clock.ts';
import { orderFailPoints } from '../../src/lib/fail-point.ts';
import { openStorage } from '../../src/storage/storage.ts';
import { type AcmeCa, startAcmeCa } from '../support/acme-ca.ts';
import { openAcmeGateway } from '../support/acme-gateway.ts';
import { freePort, freePorts } from '../support/free-port.ts';
import { testAdministrator as actor } from '../support/temporary-storage.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-acme-crash-'));
const prepared = join(base, 'prepared');
let ca: AcmeCa;

before(async () => {
  ca = await startAcmeCa({ validation: 'always' });
  const gateway = await openAcmeGateway({ folder: prepared, clock: systemClock });
  const { acme, storage, trustedCas } = gateway;
  const { id } = await acme.providers.add(actor, {
    kind: 'acme',
    name: 'Our CA',
    directoryUrl: ca.directoryUrl,
    caPem: ca.httpsRoot,
    approvedHosts: ['localhost', '127.0.0.1'],
  });
  await storage.transaction((trx) => trustedCas.addWithin(trx, actor, [ca.issuer.root.certificate]));
  await acme.slots.change(actor, 'server', { version: 0, providers: [id] });
  await gateway.close();
});

after(async () => {
  await ca.close();
  rmSync(base, { recursive: true });
});

for (const point of orderFailPoints) {
  test(`Killed at ${point}, an order comes to its end after the next start`, async () => {
    const folder = join(base, point);
    cpSync(prepared, folder, { recursive: true, preserveTimestamps: true, mode: 0 });
    const port = freePort();
    const orders = countOrders();
    const first = await run(folder, port, `${point}:kill`);
    assert.equal(first.signal, 'SIGKILL', `the order comes by ${point}: ${first.output}`);
    await expireLeases(folder);
    const second = await run(folder, port, '');
    assert.match(second.output, /^done$/m, second.output);
    assert.ok(countOrders() - orders <= 2, `${countOrders() - orders} orders were placed`);
    await check(folder);
    rmSync(folder, { recursive: true });
  });
}

test('Two processes that begin together make one order and one certificate', async () => {
  const folder = join(base, 'two');
  cpSync(prepared, folder, { recursive: true, preserveTimestamps: true, mode: 0 });
  const ports = freePorts(2);
  const orders = countOrders();
  // so that the second one comes while the order of the first is under way
  ca.misbehave.delay = 100;
  const both = await Promise.all(ports.map((port) => run(folder, port, '')));
  ca.misbehave.delay = 0;
  const outputs = both.map(({ output }) => output);
  assert.ok(
    outputs.some((output) => /^done$/m.test(output)),
    outputs.join('\n'),
  );
  for (const output of outputs) assert.match(output, /^done$|An order is under way|one order at a time/m);
  assert.equal(countOrders() - orders, 1);
  await check(folder);
});

test('A process that was frozen writes nothing once another has taken its order over', async () => {
  const folder = join(base, 'frozen');
  cpSync(prepared, folder, { recursive: true, preserveTimestamps: true, mode: 0 });
  const [first = 0, second = 0] = freePorts(2);
  const orders = countOrders();
  ca.misbehave.delay = 150;
  const slow = start(folder, first, '');
  while (countOrders() === orders && slow.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  slow.child.kill('SIGSTOP');
  ca.misbehave.delay = 0;
  await expireLeases(folder);
  const other = await run(folder, second, '');
  assert.match(other.output, /^done$/m, other.output);
  slow.child.kill('SIGCONT');
  await slow.ended;
  assert.ok(countOrders() - orders <= 2);
  await check(folder);
});

/** As if the twenty seconds had passed after which a dead holder has lost its lease. */
async function expireLeases(folder: string): Promise<void> {
  const storage = await openStorage(folder);
  await storage.db.updateTable('leases').set({ expires_at: 1 }).execute();
  await storage.close();
}

async function check(folder: string): Promise<void> {
  const gateway = await openAcmeGateway({ folder, clock: systemClock });
  const { acme, identity, storage } = gateway;
  try {
    const all = await storage.db.selectFrom('identity_versions').select(['slot', 'state', 'source']).execute();
    const server = all.filter(({ slot }) => slot === 'server');
    assert.equal(server.filter(({ state }) => state === 'pending-acme').length, 1, 'one certificate waits');
    assert.equal(server.filter(({ state }) => state === 'active').length, 1, 'one is active');
    assert.equal((await identity.served('server'))?.source, 'temporary', 'what is served has not changed');
    assert.equal((await storage.db.selectFrom('acme_challenges').selectAll().execute()).length, 0, 'no proof is left');
    assert.equal((await storage.db.selectFrom('identity_renewals').selectAll().execute()).length, 0, 'no key is left');
    const done = (await acme.orders('server')).filter(({ state }) => state === 'done');
    assert.equal(done.length, 1, 'one order went well');
    assert.equal((await storage.db.selectFrom('acme_accounts').selectAll().execute()).length, 1, 'one account');
    const { served } = await acme.slots.deploy(actor, 'server');
    assert.ok(served);
    assert.equal((await identity.served('server'))?.source, 'acme');
  } finally {
    await gateway.close();
  }
}

function countOrders(): number {
  return ca.requests.filter((request) => request.startsWith('POST') && request.endsWith('/new-order')).length;
}

async function run(folder: string, port: number, fail: string): Promise<{ output: string; signal: string | null }> {
  return start(folder, port, fail).ended;
}

function start(folder: string, port: number, fail: string) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'acme-orders-child.ts'), folder, String(port)],
    { env: { ...process.env, TOLLGATE_FAIL: fail }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([, signal]) => ({ output, signal: signal as string | null }));
  return { child, ended };
}
