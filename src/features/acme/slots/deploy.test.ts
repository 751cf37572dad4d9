/** A deployment that fails or does not reach the listeners: kept as its status, an alarm, tried again in an hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import { armFailPoint } from '../../../lib/fail-point.ts';

const hour = 3_600_000;
const day = 24 * hour;

test('A deployment that fails leaves what is served, raises an alarm and is tried again after an hour', async (context) => {
  const { acme, sign, clock, identity } = await openAcmePair(context);
  await sign();
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  armFailPoint('identity.audit:error');
  context.after(() => armFailPoint(''));
  clock.advance(day);
  await acme.tick();
  const failed = await acme.slots.get('server');
  assert.equal(failed.lastDeploy?.ok, false);
  assert.ok((failed.lastDeploy?.words ?? '') !== '' && (failed.lastDeploy?.hint ?? '') !== '');
  assert.equal((await identity.served('server'))?.source, 'temporary');
  const [alarm] = await acme.conditions(clock.now());
  assert.deepEqual([alarm?.code, alarm?.severity], ['acme.deploy-failed', 'critical']);
  armFailPoint('');
  clock.advance(hour - 1);
  await acme.tick();
  assert.equal((await acme.slots.get('server')).lastDeploy?.at, failed.lastDeploy?.at, 'not a moment earlier');
  clock.advance(1);
  await acme.tick();
  assert.equal((await acme.slots.get('server')).lastDeploy?.ok, true);
  assert.equal((await identity.served('server'))?.source, 'acme');
  assert.deepEqual(await acme.conditions(clock.now()), []);
});

test('A certificate that is deployed but not yet served everywhere says so', async (context) => {
  let reason = '';
  const publish = async () => {
    if (reason !== '') throw new Error(reason);
  };
  const { acme, sign, clock } = await openAcmePair(context, { gateway: { publish } });
  await sign();
  reason = 'edge 1 does not answer';
  const { served, notServed, slot } = await acme.slots.deploy(actor, 'server');
  assert.equal(served, false);
  assert.match(notServed ?? '', /edge 1 does not answer/);
  assert.equal(slot.lastDeploy?.code, 'acme.not-served');
  assert.equal((await acme.conditions(clock.now()))[0]?.code, 'acme.deploy-failed');
});
