import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { IdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { identitySlots } from '../../../../test/support/identity-slots.ts';
import { certificateOf } from '../../../../test/support/leaf.ts';
import { createOpensslCa, createOpensslPkcs12, type OpensslCa, openssl } from '../../../../test/support/openssl.ts';
import { systemActor } from '../../../lib/actor.ts';
import type { UploadPreview } from '../schemas.ts';

const actor = systemActor('test');
const slots = identitySlots();
const { path, view, preview, confirm, load, newLeaf } = slots;
let gateway: IdentityGateway;
let ca: OpensslCa;
before(async () => {
  ({ gateway, ca } = await slots.start());
});

describe('forms of an upload', () => {
  let below: OpensslCa;
  let leaf: { certificate: string; key: string };
  const chainOf = (shown: UploadPreview) => shown.chain.map((link) => link.commonName);
  const whole = ['gw1.example.com', 'Below CA', 'Known CA'];

  before(async () => {
    below = await ca.issueCa(join(gateway.folder, 'below'), { name: 'Below CA' });
    leaf = await below.issue(['gw1.example.com']);
  });

  test('a chain in any order, key and certificate in one file', async () => {
    const shown = await preview([`${ca.certificate}${leaf.key}${below.certificate}${leaf.certificate}`]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /put in order/.test(note)));
    assert.ok(shown.notes.some((note) => /root certificate .*CN=Known CA is not sent/.test(note)));
    const { identity } = await confirm(shown);
    assert.deepEqual(
      identity.active?.chain.map((l) => [l.role, l.served]),
      [
        ['leaf', true],
        ['intermediate', true],
        ['anchor', false],
      ],
    );
    const served = (await gateway.identity.forEdge())[0]?.certificatePem ?? '';
    assert.equal(served, leaf.certificate + below.certificate);
  });

  test('DER is converted, and that is said', async () => {
    const der = certificateOf(leaf.certificate).der;
    const shown = await preview([der, leaf.key, certificateOf(below.certificate).der]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /DER/.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('PKCS#7 is taken apart, and that is said', async () => {
    const files = ['leaf', 'below'].map((name) => join(gateway.folder, `${name}.p7in`));
    await writeFile(files[0]!, leaf.certificate);
    await writeFile(files[1]!, below.certificate);
    const p7 = await openssl(['crl2pkcs7', '-nocrl', '-certfile', files[0]!, '-certfile', files[1]!]);
    const shown = await preview([p7, leaf.key]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /PKCS#7/.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('PKCS#12 asks for its password and counts as a key upload', async () => {
    const contents = { ...leaf, chain: [below.certificate], password: 'geheim' };
    const p12 = await createOpensslPkcs12(gateway.folder, contents);
    const content = Buffer.from(p12).toString('base64');
    const ask = (more: object) =>
      gateway.refused('POST', `${path('server')}/uploads`, { files: [{ content }], ...more });
    assert.match((await ask({})).detail, /password/i);
    assert.match((await ask({ password: 'wrong' })).detail, /password/i);
    const shown = await preview([p12], { password: 'geheim' });
    assert.equal(shown.keySource, 'uploaded');
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /PKCS#12/.test(note)),
      JSON.stringify(shown.notes),
    );
    await gateway.must('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    const pending = await ask({ password: 'geheim' });
    assert.ok(pending.errors?.some((e) => e.code === 'identity.key-while-csr-pending'));
    await gateway.must('DELETE', `${path('server')}/csr`);
  });

  test('a key file without final newline is accepted, and that is said', async () => {
    const shown = await preview([leaf.certificate, leaf.key.trimEnd(), below.certificate]);
    assert.ok(
      shown.notes.some((note) => /newline/i.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('a certificate that does not belong to the chain is left out, and that is said', async () => {
    const alien = await newLeaf(['alien.example.com']);
    const shown = await preview([leaf.certificate, alien.certificate, leaf.key, below.certificate]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /CN=alien\.example\.com does not belong to the chain/.test(note)));
  });

  test('an intermediate of the trusted list completes the chain that is served', async () => {
    await gateway.trustedCas.append(actor, Buffer.from(below.certificate), { fileName: 'below.pem' });
    const shown = await preview([leaf.certificate, leaf.key]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /added to the chain from the trusted CA list/.test(note)));
  });
});

describe('confirming a preview', () => {
  const confirmation = (shown: UploadPreview) => `${path(shown.slot)}/uploads/${shown.previewId}/confirmation`;

  test('works once', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    await confirm(shown, { digest: shown.digest });
    const problem = await gateway.refused('POST', confirmation(shown), {});
    assert.equal(problem.code, 'identity.no-preview');
  });

  test('is refused with 409 when the slot changed since', async () => {
    const leaf = await newLeaf();
    for (const change of [
      () => gateway.must('POST', `${path('server')}/csr`, { key: 'ec-p256' }),
      () => gateway.must('DELETE', `${path('server')}/csr`),
      () => gateway.must('POST', `${path('server')}/roll-back`),
    ]) {
      const pending = (await view()).pendingCsr !== null;
      const shown = pending ? undefined : await preview([leaf.certificate, leaf.key]);
      await change();
      if (shown === undefined) continue;
      const before = await gateway.state();
      const problem = await gateway.refused('POST', confirmation(shown), {});
      assert.deepEqual([problem.status, problem.code], [409, 'identity.preview-stale']);
      assert.equal(await gateway.state(), before);
    }
  });

  test('is refused with 409 when the upload is another one', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const other = await preview([leaf.certificate, `${leaf.key}\n`]);
    assert.notEqual(shown.digest, other.digest);
    const problem = await gateway.refused('POST', confirmation(shown), { digest: other.digest });
    assert.deepEqual([problem.status, problem.code], [409, 'identity.preview-stale']);
  });

  test('a preview that ended is gone at the next start, with the key in it', async () => {
    const leaf = await newLeaf();
    const { previewId } = await preview([leaf.certificate, leaf.key]);
    const rows = async () => gateway.storage.db.selectFrom('previews').select('id').execute();
    assert.ok((await rows()).some((row) => row.id === previewId));
    gateway.time.offset = 16 * 60_000;
    await gateway.identity.ensureTemporary();
    gateway.time.offset = 0;
    assert.deepEqual(await rows(), []);
  });

  test('a preview shows no key, and its row is sealed', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const body = leaf.key.split('\n').slice(1, -2).join('');
    assert.ok(!JSON.stringify(shown).includes(body.slice(0, 40)));
    const [row] = await gateway.storage.db
      .selectFrom('previews')
      .selectAll()
      .where('id', '=', shown.previewId)
      .execute();
    const secret = createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'der' });
    assert.equal(Buffer.from(row?.content ?? []).indexOf(secret.subarray(40, 60)), -1);
  });

  test('is refused when the preview has ended, and in another slot', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const elsewhere = `${path('client')}/uploads/${shown.previewId}/confirmation`;
    assert.equal((await gateway.refused('POST', elsewhere, {})).code, 'identity.no-preview');
    gateway.time.offset = 16 * 60_000;
    const problem = await gateway.refused('POST', confirmation(shown), {});
    gateway.time.offset = 0;
    assert.deepEqual([problem.status, problem.code], [410, 'identity.preview-ended']);
  });

  test('appends the missing issuer in the same step, once asked to', async () => {
    const other = await createOpensslCa(join(gateway.folder, 'other'), { name: 'Other CA' });
    const leaf = await other.issue(['gw1.example.com']);
    const files = [leaf.certificate, leaf.key, other.certificate];
    const listed = async () => (await gateway.trustedCas.list()).some((row) => row.label === 'Other CA');
    await load(files);
    assert.equal(await listed(), false);
    const { identity } = await load(files, { appendIssuer: true });
    assert.equal(await listed(), true);
    assert.equal(identity.active?.chainComplete, true);
    assert.deepEqual((await gateway.auditActions()).slice(-2), ['trusted-ca.append', 'identity.upload']);
  });

  test('says when the certificate is stored but not served, and why', async () => {
    const leaf = await newLeaf();
    gateway.publishing.fail = 'edge 2 did not answer within 5 s';
    const result = await load([leaf.certificate, leaf.key]);
    gateway.publishing.fail = undefined;
    assert.equal(result.served, false);
    assert.match(result.notServed ?? '', /stored, but not every listener serves it.*edge 2 did not answer/);
    assert.equal((await gateway.call('GET', `${path('server')}/pem`)).text, leaf.certificate);
  });
});
