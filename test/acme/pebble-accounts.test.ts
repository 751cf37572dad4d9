/** Accounts and certificates at Pebble: found again, changed, bound, given another key, ended; revoked by either key. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type AcmeBench, newKey, order, startAcmeBench } from './acme-bench.ts';
import type { PebbleOptions } from './pebble.ts';
import { problemOf } from './scripted-client.ts';

async function bench(t: TestContext, options: PebbleOptions = {}): Promise<AcmeBench> {
  const made = await startAcmeBench(options);
  t.after(() => made.close());
  return made;
}

test('an account is found by its key, its address changed, and after its end nothing is taken', async (t) => {
  const { client, registered } = await bench(t, { nonceReject: 30 });
  const key = newKey();
  assert.equal(await client(key).findAccount(), undefined);
  const made = await registered(key);
  const found = await client(key).findAccount();
  assert.equal(found?.url, made.accountUrl);
  const changed = await made.updateAccount({ email: ['b@example.com', 'c@example.com'] });
  assert.deepEqual(changed.contact, ['mailto:b@example.com', 'mailto:c@example.com']);
  assert.equal((await made.deactivateAccount()).status, 'deactivated');
  const { failure } = await problemOf(made.newOrder({ identifiers: [{ type: 'dns', value: 'a.example.com' }] }));
  assert.equal(failure.document?.type, 'unauthorized');
});

test('after a change of the key only the new one signs, and orders go on', async (t) => {
  const { client, registered, http01, pebble } = await bench(t, { nonceReject: 30 });
  const roots = await pebble.roots();
  const oldKey = newKey();
  const keys = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ];
  const made = await registered(oldKey);
  for (const key of keys) {
    const before = made.thumbprint;
    await made.changeKey(key);
    assert.notEqual(made.thumbprint, before);
    await order(made, ['rolled.example.com'], { solvers: [http01], roots });
  }
  assert.equal(await client(oldKey).findAccount(), undefined);
  assert.equal((await client(keys[1]!).findAccount())?.url, made.accountUrl);
});

test('a CA that knows its customers takes an account with their binding only', async (t) => {
  const secret = Buffer.alloc(32, 7);
  const { registered, client, http01, pebble } = await bench(t, {
    externalAccounts: { 'kid-1': secret.toString('base64url') },
  });
  assert.equal((await client().directory()).externalAccountRequired, true);
  assert.equal((await problemOf(registered())).code, 'acme.binding-needed');
  await problemOf(registered(newKey(), { keyId: 'kid-1', key: Buffer.alloc(32, 8) }));
  await problemOf(registered(newKey(), { keyId: 'kid-2', key: secret }));
  const bound = await registered(newKey(), { keyId: 'kid-1', key: secret });
  await order(bound, ['bound.example.com'], { solvers: [http01], roots: await pebble.roots() });
});

test('certificates are revoked by the account that ordered them, or by their own key, never by a stranger', async (t) => {
  const { registered, http01, pebble } = await bench(t);
  const roots = await pebble.roots();
  const client = await registered();
  const first = await order(client, ['one.example.com'], { solvers: [http01], roots });
  const second = await order(client, ['two.example.com'], { solvers: [http01], roots });
  const stranger = await registered();
  assert.equal((await problemOf(stranger.revoke(first.issued.leaf.der))).failure.document?.type, 'unauthorized');
  await client.revoke(first.issued.leaf.der, 'superseded');
  await client.revoke(first.issued.leaf.der, 'superseded');
  await stranger.revoke(second.issued.leaf.der, 'key-compromise', second.key);
});

test('an authorization that is no longer wanted is given back', async (t) => {
  const { registered } = await bench(t);
  const client = await registered();
  const { order: placed } = await client.newOrder({ identifiers: [{ type: 'dns', value: 'unwanted.example.com' }] });
  const [url = ''] = placed.authorizations;
  assert.equal((await client.deactivateAuthorization(url)).status, 'deactivated');
  assert.equal((await client.authorization(url)).status, 'deactivated');
});
