/** What a person does with a slot: sign, deploy, discard, revoke, retry, test; what a lying CA gets from it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAcmeCa } from '../../../../test/support/acme-ca.ts';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { type Lie, lies } from '../../../../test/support/lying-answers.ts';
import { testAdministrator as actor, auditRows } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';

function code(expected: string) {
  return (error: unknown) => (error as Problem).details.code === expected;
}

test('Fifteen kinds of garbage instead of a certificate: nothing waits, the old one stays, the failure is told', async (context) => {
  const { ca, acme, sign, identity } = await openAcmePair(context);
  await sign();
  await acme.slots.deploy(actor, 'server');
  const before = (await identity.served('server'))?.leaf.der;
  const kinds = Object.keys(lies) as Lie[];
  assert.ok(kinds.length >= 15);
  for (const lie of kinds) {
    ca.misbehave.lie = lie;
    const order = await sign();
    assert.equal(order.state, 'failed', lie);
    const { pending, lastSign } = await acme.slots.get('server');
    assert.equal(pending, null, lie);
    assert.equal(lastSign?.ok, false, lie);
    assert.ok((lastSign?.words ?? '').length > 10 && (lastSign?.hint ?? '') !== '', lie);
    assert.deepEqual((await identity.served('server'))?.leaf.der, before, lie);
  }
  const conditions = await acme.conditions(Date.now());
  assert.ok(conditions.some((one) => one.code === 'acme.sign-failed'));
  ca.misbehave.lie = undefined;
  assert.equal((await sign()).state, 'done');
  assert.deepEqual(await acme.conditions(Date.now()), [], 'the alarm clears with the next order that goes well');
});

test('A certificate for a test is looked at and thrown away, and one of a CA for tests never becomes active', async (context) => {
  const pair = await openAcmePair(context);
  const { acme, ended, ca, provider, identity } = pair;
  await acme.start();
  const staging = await startAcmeCa({ clock: pair.clock, validation: 'always' });
  context.after(() => staging.close());
  await assert.rejects(acme.slots.test(actor, 'server', provider), code('acme.no-staging'));
  const { version } = await acme.providers.get(provider);
  await assert.rejects(
    acme.providers.change(actor, provider, { version, stagingUrl: ca.directoryUrl }),
    code('acme.provider-invalid'),
  );
  await acme.providers.change(actor, provider, {
    version,
    stagingUrl: staging.directoryUrl,
    caPem: ca.httpsRoot + staging.httpsRoot,
  });
  const order = await ended((await acme.slots.test(actor, 'server', provider)).id);
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
  assert.ok(staging.requests.some((one) => one.endsWith('/new-order')));
  assert.ok(!ca.requests.some((one) => one.endsWith('/new-order')), 'the real CA was not asked');
  assert.equal((await acme.slots.get('server')).pending, null);
  assert.equal((await identity.served('server'))?.source, 'temporary');
  await assert.rejects(
    acme.slots.change(actor, 'server', { version: 1, providers: ['letsencrypt-staging'] }),
    code('acme.staging-only'),
  );
  await assert.rejects(acme.slots.sign(actor, 'server', 'letsencrypt-staging'), code('acme.staging-only'));
});

test('The second provider is asked when the first fails, within one attempt', async (context) => {
  const pair = await openAcmePair(context);
  const { acme, ca, clock, sign } = pair;
  const other = await startAcmeCa({ clock, validation: 'always' });
  context.after(() => other.close());
  const second = await pair.addProvider(other);
  await acme.slots.change(actor, 'server', { version: 1, providers: [pair.provider, second] });
  ca.misbehave.absent = 'unavailable';
  assert.equal((await sign()).state, 'failed');
  for (let tries = 0; (await acme.slots.get('server')).pending === null && tries < 6_000; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal((await acme.slots.get('server')).pending?.provider, second);
});

test('Revoked by the account with a reason; the CA knows, and the scheduler is to get another', async (context) => {
  const { acme, sign, ca, storage } = await openAcmePair(context);
  await assert.rejects(acme.slots.revoke(actor, 'server', 'active', 'superseded'), code('acme.nothing-to-revoke'));
  await sign();
  const pending = await acme.slots.revoke(actor, 'server', 'pending', 'key-compromise');
  assert.equal(pending.pending, null, 'what was revoked is not deployed');
  await sign();
  await acme.slots.deploy(actor, 'server');
  await acme.slots.revoke(actor, 'server', 'active', 'superseded');
  const told = async () => (await acme.conditions(Date.now())).map((one) => one.code);
  const { warnings } = await acme.slots.get('server');
  assert.ok(warnings.some((one) => one.code === 'acme.revoked-in-use'));
  assert.deepEqual(await told(), ['acme.revoked-in-use'], 'as long as it is in use');
  await sign();
  await acme.slots.deploy(actor, 'server');
  assert.deepEqual(await told(), []);
  assert.ok(ca.requests.filter((one) => one.endsWith('/revoke-cert')).length >= 2);
  const actions = (await auditRows(storage)).map(({ action }) => action);
  assert.equal(actions.filter((action) => action === 'acme.revoke').length, 2);
});

test('A certificate that was revoked while it is in use is replaced at once, when the scheduler is on', async (context) => {
  const { acme, clock } = await openAcmePair(context);
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  clock.advance(24 * 3_600_000);
  await acme.tick();
  assert.equal((await acme.slots.get('server')).pending, null);
  await acme.tick();
  assert.equal((await acme.orders('server')).length, 1, 'nothing is due');
  await acme.slots.revoke(actor, 'server', 'active', 'superseded');
  await acme.tick();
  assert.equal((await acme.orders('server')).length, 2);
  assert.notEqual((await acme.slots.get('server')).pending, null);
});

test('A key that was given away is not kept, whatever is set', async (context) => {
  const { acme, sign, identity } = await openAcmePair(context);
  await sign();
  await acme.slots.deploy(actor, 'server');
  await acme.slots.change(actor, 'server', { version: 1, key: 'retain' });
  const before = (await identity.slot('server')).active?.publicKeySha256;
  await acme.slots.revoke(actor, 'server', 'active', 'key-compromise');
  await sign();
  await acme.slots.deploy(actor, 'server');
  const after = (await identity.slot('server')).active?.publicKeySha256;
  assert.notEqual(after, before);
  await sign();
  await acme.slots.deploy(actor, 'server');
  assert.equal((await identity.slot('server')).active?.publicKeySha256, after, 'from then on it is kept');
});

test('Retry now is possible four times in an hour, and makes an attempt at the next look', async (context) => {
  const { acme, clock, ca } = await openAcmePair(context);
  ca.misbehave.absent = 'unavailable';
  for (let i = 0; i < 4; i++) {
    const { renewal } = await acme.slots.retryNow(actor, 'server');
    assert.equal(renewal.retryNowLeft, 3 - i);
    await acme.tick();
  }
  assert.equal((await acme.orders('server')).length, 4);
  await assert.rejects(acme.slots.retryNow(actor, 'server'), code('acme.retry-limit'));
  clock.advance(3_600_001);
  await acme.slots.retryNow(actor, 'server');
});

test('A pending certificate can be discarded, is replaced by the next, and is refused when its key went', async (context) => {
  const { acme, sign, identity } = await openAcmePair(context);
  await assert.rejects(acme.slots.deploy(actor, 'server'), code('identity.nothing-pending'));
  await sign();
  const first = (await acme.slots.get('server')).pending;
  await sign();
  const second = (await acme.slots.get('server')).pending;
  assert.notEqual(first?.fingerprintSha256, second?.fingerprintSha256, 'one waits at a time, the newest');
  const left = await acme.slots.discardPending(actor, 'server');
  assert.equal(left.pending, null);
  assert.equal((await identity.served('server'))?.source, 'temporary');
});

test('The pending CSR is what is signed, and ends with the deployment; a kept key stays the key', async (context) => {
  const { acme, sign, identity } = await openAcmePair(context);
  const names = [
    'gateway.example.com',
    ...Array.from({ length: 24 }, (_, index) => `h${index}.example.com`),
  ].toSorted();
  const csr = await identity.generateCsr(actor, 'server', { key: 'ec-p256', additionalNames: names });
  await sign();
  const { pending } = await acme.slots.get('server');
  assert.deepEqual(pending?.names.toSorted(), names);
  assert.equal((await identity.csr('server')).state, 'pending', 'a CSR ends with the deployment');
  await acme.slots.deploy(actor, 'server');
  assert.equal((await identity.csr('server')).state, 'last');
  const view = await identity.slot('server');
  assert.equal(view.active?.publicKeySha256, csr.publicKeySha256);
  await acme.slots.change(actor, 'server', { version: 1, key: 'retain' });
  await sign();
  await acme.slots.deploy(actor, 'server');
  const kept = await identity.slot('server');
  assert.equal(kept.active?.publicKeySha256, csr.publicKeySha256, 'the key was kept');
  assert.deepEqual(kept.active?.names.map(({ value }) => value).toSorted(), names, 'the names of the last request');
  await acme.slots.change(actor, 'server', { version: 2, key: 'rotate' });
  await sign();
  await acme.slots.deploy(actor, 'server');
  assert.notEqual((await identity.slot('server')).active?.publicKeySha256, csr.publicKeySha256);
});

test('Copied as client certificate: the client slot gets it in the same step, with a warning where it lacks clientAuth', async (context) => {
  const { acme, sign, identity } = await openAcmePair(context);
  await acme.slots.change(actor, 'server', { version: 1, copyAsClient: true });
  await sign();
  const { pending } = await acme.slots.get('server');
  const lacks = pending?.extendedKeyUsage.includes('clientAuth') === false;
  assert.equal(
    pending?.warnings.some((one) => one.code === 'acme.not-for-clients'),
    lacks,
  );
  await acme.slots.deploy(actor, 'server');
  const [server, client] = [await identity.served('server'), await identity.served('client')];
  assert.deepEqual(client?.leaf.der, server?.leaf.der);
  await assert.rejects(
    acme.slots.change(actor, 'client', { version: 0, copyAsClient: true }),
    code('acme.slot-invalid'),
  );
});

test('An order can be stopped, and another begun', async (context) => {
  const { acme, ca, ended, sign } = await openAcmePair(context);
  ca.misbehave.delay = 300;
  const { id } = await acme.slots.sign(actor, 'server');
  await assert.rejects(acme.slots.sign(actor, 'server'), code('acme.order-running'));
  await acme.abandon(actor, id);
  const order = await ended(id);
  assert.equal(order.state, 'abandoned');
  ca.misbehave.delay = 0;
  assert.equal((await sign()).state, 'done');
});
