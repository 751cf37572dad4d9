import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootPassphrase, startPublishingCa } from '../../../../../test/support/publishing-ca.ts';
import { openTemporaryStorage, testAdministrator } from '../../../../../test/support/temporary-storage.ts';
import type { Crl } from '../../../../pki/crl/crl.ts';
import { indexCrl } from '../../../../pki/crl/crl-index.ts';
import { noteLack, readLacks, settleLack } from './crl-lacks.ts';

function entryOf(crl: Crl, serial: Uint8Array) {
  const index = indexCrl(crl);
  if (!index.ok) throw new Error(index.error.message);
  const offset = index.value.find(serial);
  return offset === 0 ? undefined : index.value.entryAt(offset);
}

test('whatever changed while nothing was published is in a CRL after the restart', async (t) => {
  const started = await startPublishingCa(t, { partitions: 1 });
  const { intermediate, issue, revoke, crl, clock, restart } = started;
  const [released, held, revoked] = [
    await issue('a.example.com'),
    await issue('b.example.com'),
    await issue('c.example.com'),
  ];
  await revoke(released.serial, 'certificate-hold');
  await revoke(held.serial, 'certificate-hold');
  clock.advance(60_000);
  await restart();
  await started.publishing.stop();
  // and the clock was set back meanwhile
  clock.advance(-30_000);
  await started.ca.release(testAdministrator, { serial: released.serial });
  await started.ca.revoke(testAdministrator, { serial: held.serial }, 'key-compromise');
  await started.ca.revoke(testAdministrator, { serial: revoked.serial }, 'superseded');
  await restart();
  for (const path of [`/crl/${intermediate.id}.crl`, `/crl/${intermediate.id}/1.crl`]) {
    const now = await crl(path);
    assert.equal(entryOf(now, released.parsed.serial), undefined, path);
    assert.equal(entryOf(now, held.parsed.serial)?.reason, 'keyCompromise', path);
    assert.equal(entryOf(now, revoked.parsed.serial)?.reason, 'superseded', path);
  }
});

test('a new public address stands in the CRLs of all parts at once, beside the former ones', async (t) => {
  const started = await startPublishingCa(t, { partitions: 2 });
  const { intermediate, crl, clock } = started;
  const { version, immediately } = await started.publishing.settings();
  assert.equal(immediately, true);
  await started.publishing.changeSettings(testAdministrator, { immediately: false }, version);
  await started.settle();
  const namesOf = async (part: number) =>
    (await crl(`/crl/${intermediate.id}/${part}.crl`)).issuingDistributionPoint?.name?.fullName?.map((name) =>
      name.kind === 'uri' ? new URL(name.value).host : name.kind,
    );
  clock.advance(60_000);
  await started.ca.changeSettings(testAdministrator, { publicUrl: 'http://crl.example.net' }, 0);
  await started.settle();
  for (const part of [1, 2]) assert.deepEqual(await namesOf(part), ['crl.example.net', 'pki.example.com']);
  const numbers = async () => (await started.snapshot()).crls.map(({ file }) => file);
  const before = await numbers();
  clock.advance(60_000);
  await started.ca.changeSettings(testAdministrator, { publicUrl: 'http://pki.example.com' }, 1);
  await started.settle();
  assert.deepEqual(await numbers(), before, 'what is named already needs no new CRL');
});

test('what was made while the clock was years ahead is made anew once it is right', async (t) => {
  const started = await startPublishingCa(t, { partitions: 1 });
  const { root, intermediate, crl, clock } = started;
  const right = clock.now();
  const numberOf = async (path: string) => BigInt(`0x${Buffer.from((await crl(path)).crlNumber!).toString('hex')}`);
  clock.advance(3 * 365 * 86_400_000);
  await started.restart();
  await started.publishing.publishNow(testAdministrator, root.id, rootPassphrase);
  const paths = [`/crl/${intermediate.id}.crl`, `/crl/${intermediate.id}/1.crl`];
  const ahead = await Promise.all(paths.map(numberOf));
  clock.set(right + 3_600_000);
  await started.restart();
  for (const [i, path] of paths.entries()) {
    const { thisUpdate } = await crl(path);
    assert.ok(thisUpdate <= clock.now(), `${path} begins at ${new Date(thisUpdate).toISOString()}`);
    assert.ok((await numberOf(path)) > ahead[i]!);
  }
  const { authorities } = await started.publishing.state();
  const own = authorities.find(({ authority }) => authority === intermediate.id);
  assert.ok(own!.responder!.notBefore <= clock.now());
  const told = async () => (await started.publishing.conditions()).map(({ code, object }) => [code, object]);
  assert.deepEqual(await told(), [['private-ca.crl-overdue', root.id]]);
  await started.publishing.publishNow(testAdministrator, root.id, rootPassphrase);
  assert.deepEqual(await told(), []);
});

test('however many revocations come one after the other, no CRL begins in the future', async (t) => {
  const started = await startPublishingCa(t);
  const { intermediate, issue, revoke, crl, clock } = started;
  const path = `/crl/${intermediate.id}.crl`;
  for (let i = 0; i < 4; i++) await revoke((await issue(`h${i}.example.com`)).serial);
  const before = await crl(path);
  // as after sixty of them within a moment
  clock.set(before.thisUpdate + 500);
  const one = await issue('late.example.com');
  await revoke(one.serial);
  assert.equal((await crl(path)).thisUpdate, before.thisUpdate);
  clock.advance(1_000);
  await started.restart();
  const after = await crl(path);
  assert.ok(after.thisUpdate <= clock.now());
  assert.ok(entryOf(after, one.parsed.serial));
});

test('what changes while a CRL is being made stays noted, and each CRL takes back its own', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  const lacks = () => readLacks(storage.db, 'a');
  await storage.transaction((trx) => noteLack(trx, 'a', [0, 1], true));
  const [seen] = Object.values(await lacks());
  await storage.transaction((trx) => noteLack(trx, 'a', [0]));
  await storage.transaction((trx) => settleLack(trx, 'a', 0, seen));
  const since = await lacks();
  assert.deepEqual(Object.keys(since), ['0', '1']);
  assert.equal(since[0]?.atOnce, true);
  await storage.transaction((trx) => settleLack(trx, 'a', 0, since[0]));
  assert.deepEqual(Object.keys(await lacks()), ['1']);
  assert.deepEqual(await readLacks(storage.db, 'b'), {});
});
