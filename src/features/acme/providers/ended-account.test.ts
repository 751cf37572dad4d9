/** Accounts that a CA has ended: told from other refusals, not made anew behind anybody's back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScriptedGateway } from '../../../../test/support/scripted-gateway.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';

const hour = 3_600_000;
const unauthorized = (status: number, detail: string) => () => ({
  status,
  body: { type: 'urn:ietf:params:acme:error:unauthorized', detail },
});

test('An account that the CA has ended stops orders until a person has reset it', async (context) => {
  const { ca, acme, provider, clock, sign } = await openScriptedGateway(context);
  await acme.accounts.create(actor, provider, undefined);
  const words = 'Account is not valid, has status "deactivated"';
  ca.scripts.set('new-order', unauthorized(401, words));
  ca.scripts.set('account', unauthorized(403, words));
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  const { lastSign, renewal } = await acme.slots.get('server');
  assert.equal(lastSign?.code, 'acme.account-ended');
  assert.match(lastSign?.words ?? '', /account\/1 has ended: Account is not valid/);
  assert.match(lastSign?.hint ?? '', /reset the account/);
  assert.ok(Date.parse(renewal.nextAttempt ?? '') > clock.now() + 12 * hour, 'waiting does not help');
  assert.equal((await acme.conditions(clock.now()))[0]?.severity, 'alert');
  assert.equal(ca.asked.filter(({ endpoint }) => endpoint === 'new-account').length, 1, 'no other one is made');
  const ended = (error: Problem) => error.details.code === 'acme.account-ended';
  await assert.rejects(acme.accounts.updateContact(actor, provider, ['ops@example.com']), ended);
  await acme.accounts.reset(actor, provider);
  ca.reset();
  assert.equal((await sign()).state, 'done');
});

test('A refusal that is not the account’s stays what it is; a status that the CA shows is believed', async (context) => {
  const { ca, sign } = await openScriptedGateway(context);
  ca.scripts.set('new-order', unauthorized(403, 'policy'));
  const refused = await sign();
  assert.equal(refused.problem?.code, 'acme.refused');
  assert.match(refused.problem?.detail ?? '', /policy/);
  const shown = ca.asked.filter(({ endpoint }) => endpoint === 'account');
  assert.deepEqual(
    shown.map(({ method, payload }) => [method, payload]),
    [['POST', '']],
    'POST-as-GET',
  );
  ca.scripts.set('account', () => ({ body: { status: 'revoked' } }));
  const revoked = await sign();
  assert.equal(revoked.problem?.code, 'acme.account-ended');
  assert.match(revoked.problem?.detail ?? '', /has ended: revoked/);
});

test('An account that is ended when it is asked for is not kept as a good one', async (context) => {
  const { ca, acme, provider } = await openScriptedGateway(context);
  ca.scripts.set('new-account', () => ({
    status: 200,
    headers: { location: `${ca.origin}/account/1` },
    body: { status: 'deactivated' },
  }));
  await assert.rejects(
    acme.accounts.create(actor, provider, undefined),
    (error: Problem) => error.details.code === 'acme.account-ended',
  );
  assert.equal((await acme.providers.get(provider)).account?.status, 'new');
});
