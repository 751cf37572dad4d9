/** Accounts: made when they are needed, exchanged, lost, deactivated, forgotten; certificates go on working. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';

test('The first order makes the account; its row deleted, the next order makes a new one', async (context) => {
  const { acme, sign, storage, provider, identity } = await openAcmePair(context);
  assert.equal((await acme.providers.get(provider)).account?.status, 'none');
  assert.equal((await sign()).state, 'done');
  const first = (await acme.providers.get(provider)).account;
  assert.equal(first?.status, 'valid');
  await acme.slots.deploy(actor, 'server');
  await storage.db.deleteFrom('acme_accounts').execute();
  const order = await sign();
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
  const second = (await acme.providers.get(provider)).account;
  assert.notEqual(second?.url, first?.url);
  assert.notEqual(second?.keyThumbprint, first?.keyThumbprint);
  assert.equal((await identity.served('server'))?.source, 'acme');
});

test('Roll-over exchanges the key, and orders go on with it', async (context) => {
  const { acme, sign, provider } = await openAcmePair(context);
  await assert.rejects(acme.accounts.rollOver(actor, provider), (e: Problem) => e.details.code === 'acme.no-account');
  await acme.accounts.create(actor, provider, undefined);
  const before = (await acme.providers.get(provider)).account;
  const after = await acme.accounts.rollOver(actor, provider);
  assert.equal(after.url, before?.url);
  assert.notEqual(after.keyThumbprint, before?.keyThumbprint);
  assert.equal((await sign()).state, 'done');
});

test('A roll-over that was cut off is settled by asking the CA which key it knows', async (context) => {
  const { acme, sign, provider, storage, ca } = await openAcmePair(context);
  await acme.accounts.create(actor, provider, undefined);
  // the CA goes away in the middle: the new key is stored, and nobody knows whether the CA took it
  const calls = acme.accounts.rollOver(actor, provider);
  ca.misbehave.absent = 'reset';
  await calls.catch(() => undefined);
  ca.misbehave.absent = undefined;
  const order = await sign();
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
  const rows = await storage.db.selectFrom('acme_accounts').selectAll().execute();
  assert.equal(rows[0]?.sealed_next_key, null);
});

test('A deactivated account is not used again: the next order makes another', async (context) => {
  const { acme, sign, provider } = await openAcmePair(context);
  await acme.accounts.create(actor, provider, undefined);
  const before = (await acme.providers.get(provider)).account;
  assert.equal((await acme.accounts.deactivate(actor, provider)).status, 'deactivated');
  assert.equal((await sign()).state, 'done');
  const after = (await acme.providers.get(provider)).account;
  assert.notEqual(after?.url, before?.url);
  assert.equal((await acme.accounts.reset(actor, provider)).status, 'none');
});

test('An account that the CA has forgotten is made anew within the order', async (context) => {
  const { acme, sign, provider, ca } = await openAcmePair(context);
  await acme.accounts.create(actor, provider, undefined);
  const before = (await acme.providers.get(provider)).account;
  // the row stays for its orders, under a key that is not ours
  await ca.storage.db
    .updateTable('acme_server_accounts')
    .set({ thumbprint: 'another', status: 'deactivated' })
    .execute();
  await ca.storage.db
    .deleteFrom('acme_server_accounts')
    .execute()
    .catch(() => undefined);
  const order = await sign();
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
  assert.notEqual((await acme.providers.get(provider)).account?.url, before?.url);
});

test('Contact addresses are told to the CA and kept', async (context) => {
  const { acme, provider } = await openAcmePair(context);
  await acme.accounts.create(actor, provider, undefined);
  const view = await acme.accounts.updateContact(actor, provider, ['ops@example.com']);
  assert.deepEqual(view.contact, ['ops@example.com']);
  assert.deepEqual((await acme.providers.get(provider)).contact, ['ops@example.com']);
});

test('An external account is bound by its HMAC key, which is never shown again', async (context) => {
  const { acme, provider, ca, sign } = await openAcmePair(context);
  await ca.change({ externalAccountRequired: true });
  const refused = await sign();
  assert.equal(refused.problem?.code, 'acme.binding-needed');
  const { key, hmac } = await ca.server.accounts.createKey(ca.actor, {
    name: 'gateway',
    names: ['*'],
    profiles: [],
    maxAccounts: 5,
  });
  const { version } = await acme.providers.get(provider);
  const view = await acme.providers.change(actor, provider, {
    version,
    externalAccount: { keyId: key.id, hmacKey: hmac.reveal() },
  });
  assert.deepEqual(view.externalAccount, { keyId: key.id });
  assert.ok(!JSON.stringify(view).includes(hmac.reveal()));
  const order = await sign();
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
});
