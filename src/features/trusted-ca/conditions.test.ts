import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { testAdministrator as ada } from '../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';
import { Problem } from '../../lib/problem.ts';
import { createTrustedCa } from './trusted-ca.ts';

const day = 86_400_000;

test('an alarm comes 21 days before a CA expires and another at its expiry; deleting it clears them', async (t) => {
  const { trustedCa, gateway, alarms, users } = await startTrustGateway(t);
  const end = Math.floor(gateway.time.now / 1000) * 1000 + 100 * day;
  const ca = makeCa('Company CA', { notAfter: end });
  users.push({ name: 'Server certificate', chain: [makeLeaf('a.example.com', ca).certificate] });
  await trustedCa.append(ada, Buffer.from(ca.pem + makeCa('Unused', { notAfter: end }).pem), { fileName: '' });
  const open = async (at: number) => {
    gateway.time.now = at;
    await alarms.evaluate();
    const ours = (await alarms.list()).filter((alarm) => alarm.code.startsWith('trusted-ca.'));
    return ours.map((alarm) => `${alarm.severity} ${alarm.code}`);
  };
  assert.deepEqual(await open(end - 21 * day - 1), []);
  assert.deepEqual(await open(end - 21 * day), ['alert trusted-ca.expires-soon', 'warning trusted-ca.expires-soon']);
  assert.deepEqual(await open(end), ['alert trusted-ca.expires-soon', 'warning trusted-ca.expires-soon']);
  assert.deepEqual(await open(end + 999), ['alert trusted-ca.expires-soon', 'warning trusted-ca.expires-soon']);
  assert.deepEqual(await open(end + 1000), ['critical trusted-ca.expired', 'alert trusted-ca.expired']);
  assert.match((await alarms.list())[0]?.message ?? '', /Company CA expired on .* Needed by: Server certificate/);
  await trustedCa.remove(ada, 'all', 'delete all');
  assert.deepEqual(await open(end + 2000), []);
});

test('a member that can no longer be read is left out, told as an alarm, and can be deleted', async (t) => {
  const { trustedCa, gateway } = await startTrustGateway(t);
  await trustedCa.append(ada, Buffer.from(makeCa('Good').pem + makeCa('Bad').pem), { fileName: '' });
  const bad = (await trustedCa.list())[1]?.fingerprint ?? '';
  await gateway.storage.db
    .updateTable('trusted_cas')
    .set({ der: Uint8Array.of(1, 2) })
    .where('fingerprint', '=', bad)
    .execute();
  const clock = { now: () => gateway.time.now, monotonic: () => 0 };
  const events = { on: () => () => {}, emit: () => {} };
  const restarted = createTrustedCa({ storage: gateway.storage, clock, events, publicRoots: [] });
  assert.deepEqual(
    (await restarted.list()).map((row) => row.label),
    ['Good'],
  );
  const [condition] = await restarted.conditions();
  assert.deepEqual([condition?.code, condition?.object], ['trusted-ca.damaged', bad]);
  await restarted.remove(ada, [bad]);
  assert.deepEqual(await restarted.conditions(), []);
});

test('an issuer appended inside the transaction of another change comes and goes with it', async (t) => {
  const { trustedCa, gateway } = await startTrustGateway(t);
  const ca = makeCa('Issuer');
  const failed = gateway.storage.transaction(async (trx) => {
    assert.equal((await trustedCa.addWithin(trx, ada, [ca.certificate])).length, 1);
    throw new Error('the other change failed');
  });
  await assert.rejects(failed, /the other change failed/);
  assert.equal((await trustedCa.list()).length, 0);
  const added = await gateway.storage.transaction((trx) => trustedCa.addWithin(trx, ada, [ca.certificate]));
  assert.deepEqual(
    added,
    (await trustedCa.list()).map((row) => row.fingerprint),
  );
  const again = await gateway.storage.transaction((trx) => trustedCa.addWithin(trx, ada, [ca.certificate]));
  assert.deepEqual(again, []);
  const leaf = makeLeaf('a.example.com', ca);
  const refused = gateway.storage.transaction((trx) => trustedCa.addWithin(trx, ada, [leaf.certificate]));
  await assert.rejects(refused, (error) => error instanceof Problem && error.details.code === 'trusted-ca.bad-member');
});

test('an auditor reads the list and changes nothing', async (t) => {
  const { trustedCa, gateway } = await startTrustGateway(t);
  await trustedCa.append(ada, Buffer.from(makeCa('A').pem), { fileName: '' });
  const session = await gateway.logIn('eve', 'auditor');
  const call = (method: string, path: string, body?: unknown) =>
    gateway.call(method, `/api/v1${path}`, { session, body });
  assert.equal((await call('GET', '/trusted-cas')).status, 200);
  assert.equal((await call('GET', '/alarms')).status, 200);
  assert.equal((await call('GET', '/overview')).status, 200);
  assert.equal((await call('POST', '/trusted-cas', { file: 'AA==' })).status, 403);
  assert.equal((await call('POST', '/trusted-cas/reset', {})).status, 403);
  assert.equal((await call('PATCH', '/settings', { version: 0, role: 'core' })).status, 403);
  assert.equal((await trustedCa.list()).length, 1);
});
