import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { csrRequests, server } from '../../../../test/support/csr-requests.ts';
import type { IdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { createOpensslCa, openssl } from '../../../../test/support/openssl.ts';
import type { CsrView, IdentityView } from '../schemas.ts';

const requests = csrRequests();
const { preview, generate, codes } = requests;
let gateway: IdentityGateway;
before(async () => {
  gateway = await requests.start();
});

describe('the life of a request', () => {
  test('a second request is refused while one is pending, and says what to do', async () => {
    const first = await generate();
    const before = await gateway.state();
    const problem = await gateway.refused('POST', `${server}/csr`, {});
    assert.equal(problem.status, 409);
    assert.equal(problem.code, 'identity.csr-pending');
    assert.match(problem.hint ?? '', /Discard CSR/);
    assert.equal(await gateway.state(), before);
    assert.equal((await gateway.must<CsrView>('GET', `${server}/csr`)).id, first.id);
  });

  test('two requests at once leave one', async () => {
    const answers = await Promise.all([0, 1, 2].map(() => gateway.call('POST', `${server}/csr`, { key: 'ec-p256' })));
    assert.deepEqual(answers.map((a) => a.status).sort(), [201, 409, 409]);
  });

  test('slots have pending requests of their own', async () => {
    await generate({ key: 'ec-p256' });
    const client = await generate({ key: 'ec-p256' }, '/identities/client');
    assert.equal(client.slot, 'client');
    await gateway.must('DELETE', '/identities/client/csr');
  });

  test('the request can be shown and downloaded as text, PEM and DER', async () => {
    const csr = await generate({ key: 'ec-p256' });
    assert.match(csr.text, /^Certificate Request:/);
    assert.equal((await gateway.call('GET', `${server}/csr/pem`)).text, csr.pem);
    const der = await gateway.identity.csrDer('server');
    const file = join(gateway.folder, 'csr.der');
    await writeFile(file, der);
    assert.match(await openssl(['req', '-in', file, '-inform', 'DER', '-noout', '-subject']), /gw1\.example\.com/);
    assert.equal((await gateway.call('GET', `${server}/csr/der`)).status, 200);
  });

  test('discarding destroys the key, and a certificate for it is refused by name', async () => {
    const csr = await generate({ key: 'ec-p256' });
    const ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Discard CA' });
    const certificate = await ca.sign(csr.pem);
    await gateway.must('DELETE', `${server}/csr`);
    const rows = await gateway.storage.db.selectFrom('certificate_requests').selectAll().execute();
    assert.ok(rows.every((row) => row.sealed_key === null));
    const content = Buffer.from(certificate).toString('base64');
    const problem = await gateway.refused('POST', `${server}/uploads`, { files: [{ name: 'server.pem', content }] });
    assert.match(problem.detail, /no matching key/);
    assert.match(problem.detail, /CSR of the server certificate that was discarded/);
  });

  test('discarding without a request is refused', async () => {
    const problem = await gateway.refused('DELETE', `${server}/csr`);
    assert.equal(problem.code, 'identity.no-csr');
  });

  test('Re-use current private key asks for a certificate of the active key, with a warning', async () => {
    const { active } = await gateway.must<IdentityView>('GET', server);
    const csr = await generate({ reuseKey: true });
    assert.equal(csr.publicKeySha256, active?.publicKeySha256);
    assert.ok(codes((await preview({ reuseKey: true })).reminders).includes('identity.reuse-key'));
    await gateway.must('DELETE', `${server}/csr`);
    const after = await gateway.must<IdentityView>('GET', server);
    assert.equal(after.active?.damaged, null, 'the active certificate keeps its key');
  });

  test('there is no current key to re-use in an empty slot', async () => {
    const problem = await gateway.refused('POST', '/identities/client/csr', { reuseKey: true });
    assert.equal(problem.code, 'identity.no-current-key');
  });

  test('each change of a request writes one audit row', async () => {
    const before = (await gateway.auditActions()).length;
    await generate({ key: 'ec-p256' });
    await gateway.must('DELETE', `${server}/csr`);
    assert.deepEqual((await gateway.auditActions()).slice(before), ['identity.csr-generate', 'identity.csr-discard']);
  });

  test('no answer holds a private key', async () => {
    await generate({ key: 'ec-p256' });
    for (const path of ['/identities', server, `${server}/csr`, `${server}/csr/form`, `${server}/pem`]) {
      const { text } = await gateway.call('GET', path);
      assert.ok(!/-----BEGIN [A-Z ]*PRIVATE KEY|sealed|pkcs8/i.test(text), path);
    }
  });
});
