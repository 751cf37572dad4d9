import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCsr, openPrivateCa, rootPassphrase, startPrivateCa } from '../../../test/support/private-ca.ts';
import { testAdministrator } from '../../../test/support/temporary-storage.ts';
import { privateCaProvider } from './private-ca-provider.ts';

test('as a provider the private CA offers its templates only while it can sign by itself', async (t) => {
  const { ca } = await openPrivateCa(t);
  const provider = privateCaProvider(ca);
  assert.deepEqual(await provider.templates(), []);
  const subject = [{ type: 'CN', value: 'Root' }] as const;
  const root = { subject, algorithm: 'ec-p256', days: 100, passphrase: rootPassphrase, trust: false } as const;
  const { id } = await ca.createRoot(testAdministrator, root);
  assert.deepEqual(await provider.templates(), []);
  const below = { ...root, parent: id, constraints: null, partitions: 0 };
  await ca.createIntermediate(testAdministrator, { ...below, subject: [{ type: 'CN', value: 'Issuing' }] });
  assert.deepEqual(await provider.templates(), ['web-server', 'web-client-server', 'client']);
  assert.equal((await provider.roots()).length, 1);
});

test('it renews the gateway’s identities: the leaf first, then its chain without the root, and revokes them', async (t) => {
  const { ca, intermediate } = await startPrivateCa(t);
  const provider = privateCaProvider(ca);
  const { csr } = await makeCsr(['gw.example.com']);
  const chain = await provider.issue(testAdministrator, { csr, template: 'web-server' });
  assert.deepEqual(Buffer.from(chain[1]!), Buffer.from(intermediate.certificate!.der));
  assert.equal(chain.length, 2);
  const [row] = (await ca.issued({ template: 'web-server', limit: 1 })).certificates;
  assert.equal(row?.source, 'renewal');
  await provider.revoke(testAdministrator, row!.serial, 'superseded');
});
