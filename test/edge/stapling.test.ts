/** OCSP answers about our own certificate, handed to clients that ask for them with `openssl s_client -status`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createPrivateCa, type PrivateCa } from '../../scripts/demo/private-ca.ts';
import { makeTestCa } from './identities.ts';
import { startLocalGateway } from './local-gateway.ts';
import { startResponder } from './ocsp-responder.ts';
import { eventually, startTestGateway } from './running-gateway.ts';

const run = promisify(execFile);

async function status(port: number, version: string): Promise<string> {
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, `-${version}`, '-status', '-servername', 'gw.example.com'];
  const running = run('openssl', args, { encoding: 'utf8', timeout: 60_000 });
  running.child.stdin?.end();
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  if (/OCSP response: no response sent/.test(stdout)) return 'none';
  return /Cert Status: (\w+)/.exec(stdout)?.[1] ?? stdout.slice(0, 300);
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-staple-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('an answer is sent on every kind of handshake as long as it holds, and never after', async (t) => {
  const ca = makeTestCa();
  const folder = await folderFor(t);
  // any answer serves: the edge hands on what administration has verified
  const answer = await someAnswer(await createPrivateCa(folder, 'Some CA'), folder);
  const identity = ca.identity('server', [], 1);
  const staple = { ocsp: answer.toString('base64'), until: Date.now() + 60_000 };
  const gateway = await startTestGateway({ identities: [{ ...identity, staple }] });
  t.after(() => gateway.stop());
  for (const port of [gateway.sipPort, gateway.httpsPort])
    for (const version of ['tls1_2', 'tls1_3']) assert.equal(await status(port, version), 'good', version);
  await gateway.publish([{ ...identity, staple: { ...staple, until: Date.now() - 1 } }], 5);
  assert.equal(await status(gateway.sipPort, 'tls1_3'), 'none');
  await gateway.publish([identity], 6);
  assert.equal(await status(gateway.sipPort, 'tls1_3'), 'none');
});

test('a certificate whose CA offers OCSP is stapled once it is served; one that is revoked is not', async (t) => {
  const folder = await folderFor(t);
  const ca = await createPrivateCa(folder, 'Own CA');
  const responder = await startResponder(t, ca.ca);
  const gateway = await startLocalGateway(folder, ca);
  t.after(() => gateway.stop());
  assert.equal(await status(gateway.sipPort, 'tls1_3'), 'none');
  const load = async (revoked: boolean) => {
    const csr = await gateway.api.must<{ pem: string }>('POST', '/identities/server/csr', { key: 'ec-p256' });
    const certificate = await ca.ca.sign(csr.pem, {
      extensions: [
        'basicConstraints = CA:FALSE',
        'extendedKeyUsage = serverAuth, clientAuth',
        'subjectAltName = DNS:gw.example.com',
        `authorityInfoAccess = OCSP;URI:${responder.url}`,
      ],
    });
    if (revoked) await ca.ca.revoke(certificate, 'keyCompromise');
    const chain = Buffer.from(certificate + ca.ca.certificate).toString('base64');
    const files = [{ name: 'server.pem', content: chain }];
    const { previewId } = await gateway.api.must<{ previewId: string }>('POST', '/identities/server/uploads', {
      files,
    });
    await gateway.api.must('POST', `/identities/server/uploads/${previewId}/confirmation`, {});
  };
  await load(false);
  await eventually('a good answer', async () => (await status(gateway.sipPort, 'tls1_3')) === 'good');
  const before = responder.asked();
  await load(true);
  await eventually('the responder is asked about the new one', () => responder.asked() > before);
  await eventually('no answer', async () => (await status(gateway.sipPort, 'tls1_3')) === 'none');
});

async function someAnswer(ca: PrivateCa, folder: string): Promise<Buffer> {
  const { certificate } = await ca.leaf({ name: 'some.example.com' });
  const file = join(folder, 'some.pem');
  await writeFile(file, certificate);
  const signer = ['-rsigner', ca.ca.certificateFile, '-rkey', join(ca.ca.folder, 'private/cakey.pem')];
  const index = ['-index', join(ca.ca.folder, 'index.txt'), '-CA', ca.ca.certificateFile];
  const about = ['-issuer', ca.ca.certificateFile, '-cert', file, '-ndays', '1'];
  await run('openssl', ['ocsp', ...index, ...signer, ...about, '-respout', join(folder, 'some.ocsp')]);
  return readFile(join(folder, 'some.ocsp'));
}
