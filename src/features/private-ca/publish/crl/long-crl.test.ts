import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { startPublishingCa } from '../../../../../test/support/publishing-ca.ts';
import { addRevoked } from '../../../../../test/support/revoked-rows.ts';
import { testAdministrator } from '../../../../../test/support/temporary-storage.ts';
import { verifySignedBy } from '../../../../pki/certificate/verify-signature.ts';
import { crlFolder } from '../../../../storage/publication/published-snapshot.ts';

test('a long CRL is made in a thread of its own, with progress, and is whole', async (t) => {
  const { intermediate, storage, clock, publishing, crl } = await startPublishingCa(t, { algorithm: 'ed25519' });
  await addRevoked(storage, intermediate.id, 40_000, clock.now());
  const steps = new Set<string>();
  const watch = setInterval(async () => {
    const { authorities } = await publishing.state();
    const progress = authorities.find(({ authority }) => authority === intermediate.id)?.progress;
    if (progress !== undefined) steps.add(progress.step);
  }, 1);
  const published = await publishing.publishNow(testAdministrator, intermediate.id);
  clearInterval(watch);
  assert.equal(published.crls[0]?.entries, 40_000);
  const served = await crl(`/crl/${intermediate.id}.crl`);
  assert.equal(served.entryCount, 40_000);
  assert.ok(intermediate.certificate && verifySignedBy(served, intermediate.certificate.publicKey));
  assert.ok(steps.has('collecting') || steps.has('signing'));
});

test('a CRL that cannot be written leaves the one before in place, and the reason is told', async (t) => {
  const { intermediate, issue, ca, settle, storage, publishing, crl, errors } = await startPublishingCa(t);
  const path = `/crl/${intermediate.id}.crl`;
  const before = await crl(path);
  const one = await issue('one.example.com');
  renameSync(crlFolder(storage.folder), `${crlFolder(storage.folder)}-away`);
  await ca.revoke(testAdministrator, { serial: one.serial }, 'superseded');
  await settle();
  assert.ok(errors.length > 0);
  const { authorities } = await publishing.state();
  assert.ok(authorities.find(({ authority }) => authority === intermediate.id)?.failure);
  rmSync(crlFolder(storage.folder), { recursive: true, force: true });
  renameSync(`${crlFolder(storage.folder)}-away`, crlFolder(storage.folder));
  assert.deepEqual((await crl(path)).bytes, before.bytes);
  await publishing.publishNow(testAdministrator, intermediate.id);
  assert.equal((await crl(path)).entryCount, 1);
});
