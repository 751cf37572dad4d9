import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { rootPassphrase, startPublishingCa } from '../../../../test/support/publishing-ca.ts';
import { auditRows, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { toHex } from '../../../lib/bytes.ts';
import type { Problem } from '../../../lib/problem.ts';
import { Secret } from '../../../lib/secret.ts';
import { verifySignedBy } from '../../../pki/certificate/verify-signature.ts';
import type { Crl } from '../../../pki/crl/crl.ts';
import { indexCrl } from '../../../pki/crl/crl-index.ts';
import { crlFolder } from '../../../storage/publication/published-snapshot.ts';

const hour = 3_600_000;
const day = 24 * hour;

function numberOf(crl: Crl): bigint {
  return BigInt(`0x${toHex(crl.crlNumber ?? Uint8Array.of())}`);
}

function lists(crl: Crl, serial: Uint8Array): boolean {
  const index = indexCrl(crl);
  if (!index.ok) throw new Error(index.error.message);
  return index.value.find(serial) !== 0;
}

test('a new authority publishes at once: a CRL of root and intermediate, certificates, responders', async (t) => {
  const { root, intermediate, publishing, crl, snapshot, errors } = await startPublishingCa(t);
  assert.deepEqual(errors, []);
  const { authorities } = await publishing.state();
  assert.deepEqual(
    authorities.map(({ crls, responder }) => [
      crls.map(({ entries, path }) => [entries, path]),
      responder !== undefined,
    ]),
    [
      [[[0, `/crl/${root.id}.crl`]], true],
      [[[0, `/crl/${intermediate.id}.crl`]], true],
    ],
  );
  for (const authority of [root, intermediate]) {
    const served = await crl(`/crl/${authority.id}.crl`);
    assert.ok(authority.certificate && verifySignedBy(served, authority.certificate.publicKey));
  }
  assert.deepEqual(
    (await snapshot()).authorities.map(({ path, ocsp }) => [path, ocsp?.validity]),
    [
      [`/ca/${root.id}.cer`, 12 * hour],
      [`/ca/${intermediate.id}.cer`, 12 * hour],
    ],
  );
});

test('a revocation is in the CRL at once, with its reason, and a hold leaves it when it is released', async (t) => {
  const { intermediate, issue, revoke, crl, ca, settle } = await startPublishingCa(t);
  const path = `/crl/${intermediate.id}.crl`;
  const [one, two] = [await issue('one.example.com'), await issue('two.example.com')];
  const before = await crl(path);
  await revoke(one.serial);
  await revoke(two.serial, 'certificate-hold');
  const after = await crl(path);
  assert.ok(lists(after, one.parsed.serial) && lists(after, two.parsed.serial));
  assert.ok(numberOf(after) > numberOf(before));
  assert.ok(after.thisUpdate > before.thisUpdate);
  await ca.release(testAdministrator, { serial: two.serial });
  await settle();
  const released = await crl(path);
  assert.ok(lists(released, one.parsed.serial) && !lists(released, two.parsed.serial));
});

test('without that setting a revocation waits for the regular CRL', async (t) => {
  const { intermediate, issue, revoke, crl, publishing, clock, restart } = await startPublishingCa(t);
  const path = `/crl/${intermediate.id}.crl`;
  await publishing.changeSettings(testAdministrator, { immediately: false, crlHours: 24 }, 0);
  const one = await issue('one.example.com');
  await revoke(one.serial);
  assert.ok(!lists(await crl(path), one.parsed.serial));
  clock.advance(4 * day);
  await restart();
  assert.ok(lists(await crl(path), one.parsed.serial));
});

test('what strangers may ask for at once is a setting, within bounds, and reaches the serving process', async (t) => {
  const { publishing, snapshot, settle } = await startPublishingCa(t);
  assert.deepEqual((await snapshot()).limits, {
    connections: 2_000,
    connectionsPerAddress: 100,
    signaturesPerSecond: 500,
  });
  await publishing.changeSettings(testAdministrator, { connectionsPerAddress: 2_000, signaturesPerSecond: 50 }, 0);
  await settle();
  assert.deepEqual((await snapshot()).limits, {
    connections: 2_000,
    connectionsPerAddress: 2_000,
    signaturesPerSecond: 50,
  });
  await assert.rejects(
    publishing.changeSettings(testAdministrator, { connections: 20_001 }, 1),
    (error: Problem) => error.details.code === 'private-ca.invalid',
  );
});

test('a CRL is renewed at half of its life, and numbers go on through restarts', async (t) => {
  const { intermediate, crl, clock, restart } = await startPublishingCa(t);
  const path = `/crl/${intermediate.id}.crl`;
  const first = await crl(path);
  clock.advance(3 * day);
  await restart();
  assert.equal(numberOf(await crl(path)), numberOf(first));
  clock.advance(day);
  await restart();
  const second = await crl(path);
  assert.equal(numberOf(second), numberOf(first) + 1n);
  assert.equal(second.nextUpdate! - second.thisUpdate, 7 * day);
});

test('an expired certificate leaves the CRL after one regular CRL made after its end', async (t) => {
  const { intermediate, issue, revoke, crl, clock, restart } = await startPublishingCa(t);
  const path = `/crl/${intermediate.id}.crl`;
  const one = await issue('one.example.com');
  await revoke(one.serial);
  clock.set(one.notAfter + day);
  await restart();
  assert.ok(lists(await crl(path), one.parsed.serial), 'the first one after the end lists it');
  clock.advance(4 * day);
  await restart();
  assert.ok(!lists(await crl(path), one.parsed.serial), 'the second does not');
});

test('certificates of a part are on the CRL their distribution point names, and on the one about all', async (t) => {
  const { intermediate, issue, revoke, crl } = await startPublishingCa(t, { partitions: 3 });
  const leaves = [];
  for (let i = 0; i < 6; i++) leaves.push(await issue(`h${i}.example.com`));
  for (const { serial } of leaves) await revoke(serial);
  const all = await crl(`/crl/${intermediate.id}.crl`);
  assert.equal(all.issuingDistributionPoint, undefined);
  for (const { parsed } of leaves) {
    const [name] = parsed.crlDistributionPoints?.[0]?.name?.fullName ?? [];
    const url = name?.kind === 'uri' ? name.value : '';
    assert.match(url, new RegExp(`^http://pki.example.com/crl/${intermediate.id}/[123].crl$`));
    const part = await crl(new URL(url).pathname);
    assert.ok(lists(part, parsed.serial) && lists(all, parsed.serial));
  }
});

test('the root needs its passphrase to publish, and says so in time', async (t) => {
  const { root, publishing, clock, crl, ca } = await startPublishingCa(t);
  await assert.rejects(
    publishing.publishNow(testAdministrator, root.id),
    (error: Problem) => error.details.code === 'private-ca.passphrase-needed',
  );
  const next = await publishing.nextNumber(root.id);
  await assert.rejects(
    publishing.publishNow(testAdministrator, root.id, new Secret('incorrect horse battery staple')),
    (error: Problem) => error.details.code === 'private-ca.wrong-passphrase',
  );
  assert.equal(await publishing.nextNumber(root.id), next, 'a wrong one costs no number');
  assert.equal(numberOf(await crl(`/crl/${root.id}.crl`)) + 1n, next);
  const codes = async () =>
    (await publishing.conditions()).filter(({ object }) => object === root.id).map(({ code }) => code);
  assert.deepEqual(await codes(), []);
  const [row] = (await ca.issued({ authority: root.id, template: '', limit: 1 })).certificates;
  await ca.revoke(testAdministrator, { serial: row!.serial }, 'superseded');
  assert.deepEqual(await codes(), ['private-ca.crl-overdue'], 'the CRL lacks the revocation');
  await publishing.publishNow(testAdministrator, root.id, rootPassphrase);
  assert.deepEqual(await codes(), []);
  clock.advance(300 * day);
  assert.deepEqual(await codes(), ['private-ca.crl-overdue', 'private-ca.responder-ending']);
  clock.advance(70 * day);
  assert.deepEqual(await codes(), ['private-ca.crl-expired', 'private-ca.responder-ending']);
});

test('a database from before the last CRL takes no number again, and an alarm tells of it', async (t) => {
  const started = await startPublishingCa(t);
  const { root, intermediate, storage, issue, revoke, crl, restart, publishing } = started;
  const again = () => started.publishing;
  const path = `/crl/${intermediate.id}.crl`;
  const saved = {
    numbers: await storage.db.selectFrom('private_ca_crl_numbers').selectAll().execute(),
    crls: await storage.db.selectFrom('private_ca_crls').selectAll().execute(),
  };
  await revoke((await issue('host.example.com')).serial);
  const published = numberOf(await crl(path));
  await publishing.publishNow(testAdministrator, root.id, rootPassphrase);
  const ofRoot = numberOf(await crl(`/crl/${root.id}.crl`));
  await publishing.stop();
  for (const row of saved.numbers)
    await storage.db.updateTable('private_ca_crl_numbers').set(row).where('authority', '=', row.authority).execute();
  for (const row of saved.crls)
    await storage.db.updateTable('private_ca_crls').set(row).where('file', 'like', `${row.authority}-%`).execute();
  await restart();
  assert.ok(numberOf(await crl(path)) > published);
  assert.equal(numberOf(await crl(`/crl/${root.id}.crl`)), ofRoot, 'what nobody can sign anew is served on');
  const older = async () =>
    (await again().conditions()).flatMap(({ code, object }) => (code === 'private-ca.database-older' ? [object] : []));
  for (let starts = 0; starts < 2; starts++) {
    assert.ok((await older()).includes(intermediate.id));
    await restart();
  }
  await again().publishNow(testAdministrator, intermediate.id);
  await again().publishNow(testAdministrator, root.id, rootPassphrase);
  await restart();
  assert.deepEqual(await older(), []);
});

test('old files go, and every CRL has its audit row', async (t) => {
  const { storage, issue, revoke, snapshot, restart, clock } = await startPublishingCa(t);
  const first = (await snapshot()).crls.map(({ file }) => file);
  for (let i = 0; i < 3; i++) await revoke((await issue(`h${i}.example.com`)).serial);
  for (const file of first) assert.ok(readdirSync(crlFolder(storage.folder)).includes(file), 'it may still be served');
  clock.advance(5_000);
  await restart();
  await restart();
  const served = (await snapshot()).crls.map(({ file }) => file);
  const files = readdirSync(crlFolder(storage.folder));
  assert.deepEqual(files.filter((name) => name.endsWith('.crl')).sort(), served.toSorted());
  assert.equal(files.filter((name) => name.endsWith('.number')).length, 2);
  const rows = (await auditRows(storage)).filter(({ action }) => action === 'private-ca.publish-crl');
  assert.ok(rows.length >= 5);
});
