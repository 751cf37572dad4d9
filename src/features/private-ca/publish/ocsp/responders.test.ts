import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rootPassphrase, startPublishingCa } from '../../../../../test/support/publishing-ca.ts';
import { testAdministrator } from '../../../../../test/support/temporary-storage.ts';
import { parseCertificate } from '../../../../pki/certificate/certificate.ts';
import { verifySignedBy } from '../../../../pki/certificate/verify-signature.ts';
import { StatusIndex } from '../../../../pki-http/ocsp/status-index.ts';
import { statusFolder } from '../../../../storage/publication/published-snapshot.ts';
import { recordLength } from '../../../../storage/publication/status-record.ts';

const day = 86_400_000;

test('a responder has a certificate for signing OCSP answers alone, and a new one after a week', async (t) => {
  const { intermediate, snapshot, clock, restart } = await startPublishingCa(t, { algorithm: 'rsa-2048' });
  const responder = async () => {
    const served = (await snapshot()).authorities.find(({ path }) => path === `/ca/${intermediate.id}.cer`);
    const parsed = parseCertificate(Buffer.from(served?.ocsp?.certificate ?? '', 'base64'));
    assert.ok(parsed.ok);
    return parsed.value;
  };
  const first = await responder();
  assert.ok(intermediate.certificate && verifySignedBy(first, intermediate.certificate.publicKey));
  assert.deepEqual([first.publicKey.algorithm, first.publicKey.bits], ['rsa', 2_048]);
  assert.deepEqual(first.extendedKeyUsage, ['1.3.6.1.5.5.7.3.9']);
  assert.deepEqual([...(first.keyUsage ?? [])], ['digitalSignature']);
  assert.ok(first.ocspNoCheck && first.basicConstraints?.ca !== true);
  assert.ok(first.notAfter - clock.now() <= 14 * day);
  clock.advance(6 * day);
  await restart();
  assert.equal((await responder()).notAfter, first.notAfter);
  clock.advance(2 * day);
  await restart();
  const second = await responder();
  assert.ok(second.notAfter > first.notAfter);
  assert.notDeepEqual(second.publicKey.key, first.publicKey.key);
  clock.set(intermediate.notAfter - 5 * day);
  await restart();
  assert.equal((await responder()).notAfter, intermediate.notAfter, 'it ends with its issuer');
});

test('an authority that was replaced goes on: its CRL, its responder, its register', async (t) => {
  const started = await startPublishingCa(t);
  const { intermediate, ca, issue, revoke, clock, restart, settle, publishing, errors, snapshot } = started;
  const one = await issue('one.example.com');
  await ca.rotateIntermediate(testAdministrator, intermediate.id, { passphrase: rootPassphrase });
  await settle();
  await revoke(one.serial);
  clock.advance(20 * day);
  await restart();
  assert.deepEqual(errors, []);
  const { authorities } = await publishing.state();
  assert.equal(authorities.length, 3);
  const old = authorities.find(({ authority }) => authority === intermediate.id);
  assert.equal(old?.crls[0]?.entries, 1);
  assert.ok((old?.responder?.notAfter ?? 0) > clock.now() + 13 * day);
  const paths = async () => (await snapshot()).authorities.map(({ path }) => path);
  assert.ok((await paths()).includes(`/ca/${intermediate.id}.cer`));
  clock.set(intermediate.notAfter + day);
  await restart();
  assert.ok(!(await paths()).includes(`/ca/${intermediate.id}.cer`), 'until its certificate ends');
  assert.deepEqual(errors, []);
  const told = await started.publishing.conditions();
  assert.deepEqual(
    told.filter(({ object }) => object === intermediate.id),
    [],
  );
});

test('the register tells of every certificate, and of each change within a moment', async (t) => {
  const { intermediate, issue, revoke, ca, settle, snapshot, storage } = await startPublishingCa(t);
  const statusOf = async (serial: Uint8Array) => {
    const served = (await snapshot()).authorities.find(({ path }) => path === `/ca/${intermediate.id}.cer`);
    const bytes = readFileSync(join(statusFolder(storage.folder), served?.ocsp?.register ?? ''));
    const index = new StatusIndex();
    assert.equal(index.take(bytes.subarray(recordLength)), bytes.length - recordLength);
    return index.find(serial);
  };
  const leaves = [];
  for (let i = 0; i < 20; i++) leaves.push(await issue(`h${i}.example.com`));
  await settle();
  for (const { parsed } of leaves) assert.equal((await statusOf(parsed.serial))?.state, 'good');
  const [one, two] = leaves;
  assert.ok(one && two);
  await revoke(one.serial, 'superseded');
  await revoke(two.serial, 'certificate-hold');
  assert.deepEqual(
    [(await statusOf(one.parsed.serial))?.reasonCode, (await statusOf(two.parsed.serial))?.reasonCode],
    [4, 6],
  );
  await ca.release(testAdministrator, { serial: two.serial });
  await settle();
  assert.equal((await statusOf(two.parsed.serial))?.state, 'good');
  assert.equal(await statusOf(Uint8Array.of(1, 2, 3)), undefined);
});

test('a change that could not be written to the register is in it once writing goes again', async (t) => {
  const { intermediate, issue, revoke, settle, snapshot, storage, errors } = await startPublishingCa(t);
  const one = await issue('one.example.com');
  await settle();
  const served = (await snapshot()).authorities.find(({ path }) => path === `/ca/${intermediate.id}.cer`);
  const path = join(statusFolder(storage.folder), served?.ocsp?.register ?? '');
  rmSync(path);
  mkdirSync(path);
  await revoke(one.serial, 'superseded');
  assert.match(String(errors[0]), /EISDIR/);
  rmdirSync(path);
  await settle();
  const index = new StatusIndex();
  index.take(readFileSync(path).subarray(recordLength));
  assert.equal(index.find(one.parsed.serial)?.reasonCode, 4);
});
