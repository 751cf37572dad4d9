/** Both ends of client certificates on a running gateway: what it shows when it calls, and what HTTPS clients show to it. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type ApiClient, setUp } from '../support/api.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { needs } from '../support/needs.ts';
import { createOpensslCa, type OpensslCa } from '../support/openssl.ts';

const skip = needs('openssl', 'curl');
const run = promisify(execFile);
const base64 = (text: string) => Buffer.from(text).toString('base64');

let folder = '';
let gateway: TestGateway;
let client: ApiClient;
let ca: OpensslCa;
let stranger: OpensslCa;

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'tollgate-client-'));
  [gateway, ca, stranger] = await Promise.all([
    startGateway({ edges: 1, env: { TOLLGATE_TEST_ALLOW: '127.0.0.0/8' } }),
    createOpensslCa(join(folder, 'ca'), { name: 'Client CA' }),
    createOpensslCa(join(folder, 'stranger'), { name: 'Another CA' }),
  ]);
  client = await setUp(gateway);
  await client.must('POST', '/trusted-cas', { file: base64(ca.certificate), name: 'ca.pem' });
});

after(async () => {
  await gateway?.stop({ remove: true });
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** `openssl s_server` that demands a client certificate below this CA; `said` grows with what it prints. */
async function demandingServer(trusted: OpensslCa, version: string) {
  const own = await ca.issue(['localhost']);
  const file = join(folder, 'server.pem');
  writeFileSync(file, own.certificate + own.key, { mode: 0o600 });
  const child = spawn(
    'openssl',
    [
      's_server',
      '-accept',
      '127.0.0.1:0',
      '-cert',
      file,
      '-Verify',
      '2',
      '-verify_return_error',
      '-rev',
      version,
    ].concat(['-CAfile', trusted.certificateFile]),
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const server = { said: '', port: 0, certificate: own.certificate, end: () => child.kill() };
  const accepts = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      server.said += chunk;
      server.port = Number(/^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(server.said)?.[1] ?? 0);
      if (server.port !== 0) accepts.resolve();
    });
  child.once('exit', () => accepts.reject(new Error(server.said)));
  await accepts.promise;
  return server;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`it never came: ${what}`);
}

interface Tested {
  readonly tests: readonly {
    readonly connected: boolean;
    readonly directions: readonly {
      readonly direction: string;
      readonly accepted: boolean | null;
      readonly aspects: readonly { readonly aspect: string; readonly result: string; readonly words: string }[];
    }[];
  }[];
}

test('a zone shows the server certificate until a client certificate is loaded, then that one', { skip }, async () => {
  const server = await demandingServer(ca, '-tls1_3');
  const zone = { name: 'Core', kind: 'neighbor', peers: ['localhost'], port: server.port, identity: 'client' };
  const { id } = await client.must<{ id: string }>('POST', '/zones', zone);
  const words = async () =>
    (await client.must<{ zones: { id: string; words: string }[] }>('GET', '/zones')).zones.find((one) => one.id === id)
      ?.words ?? '';
  // the temporary certificate is of a CA that the server does not know
  await until('the temporary certificate is refused', () =>
    /unable to get (local )?issuer certificate/.test(server.said),
  );
  assert.doesNotMatch(await words(), /there is none/);

  await client.must('POST', '/identities/client/csr', { commonName: 'calls.example.com', organization: 'Example Ltd' });
  const { pem } = await client.must<{ pem: string }>('GET', '/identities/client/csr');
  const file = { name: 'client.pem', content: base64(await ca.sign(pem)) };
  const preview = await client.must<{ previewId: string }>('POST', '/identities/client/uploads', { files: [file] });
  await client.must('POST', `/identities/client/uploads/${preview.previewId}/confirmation`, {});
  await until('the client certificate is shown', () => /CN ?= ?calls\.example\.com/.test(server.said));
  await client.must('DELETE', `/zones/${id}`);
  server.end();
});

test('the secure traversal test shows what the zone shows and tells what the other side did', { skip }, async () => {
  const cases = [
    { trusted: ca, version: '-tls1_3', identity: 'client', result: 'unknown', words: /They took the connection/ },
    { trusted: ca, version: '-tls1_2', identity: 'client', result: 'unknown', words: /They took the connection/ },
    { trusted: stranger, version: '-tls1_2', identity: 'client', result: 'bad', words: /do not trust the CA of our/ },
    { trusted: stranger, version: '-tls1_3', identity: 'client', result: 'bad', words: /do not trust the CA of our/ },
  ] as const;
  for (const { trusted, version, identity, result, words } of cases) {
    const server = await demandingServer(trusted, version);
    const zone = { name: 'Far', kind: 'neighbor', peers: ['localhost'], port: server.port, identity, enabled: false };
    const { id } = await client.must<{ id: string }>('POST', '/zones', { ...zone, tlsVerify: true });
    const { tests } = await client.must<Tested>('POST', `/zones/${id}/traversal-test`);
    const [theirs, ours] = tests[0]?.directions ?? [];
    assert.equal(theirs?.accepted, true, 'their certificate is of a CA we trust');
    const answer = ours?.aspects.find(({ aspect }) => aspect === 'answer');
    assert.deepEqual([ours?.accepted, answer?.result], [result !== 'bad', result], `${version}: ${answer?.words}`);
    assert.match(answer?.words ?? '', words);
    await client.must('DELETE', `/zones/${id}`);
    server.end();
  }
});

/** What curl gets with this certificate, or why it got nothing. */
async function curl(path: string, own: string | undefined, method = 'GET', body?: object) {
  const cookies = join(folder, 'cookies');
  const args = ['-sk', '-o', '-', '-w', '\n%{http_code}', '-X', method, '-b', cookies, '-c', cookies].concat(
    own === undefined ? [] : ['--cert', own],
    ['-H', 'Sec-Fetch-Site: same-origin', '-H', 'X-Requested-By: tollgate'],
    body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)],
  );
  const { stdout } = await run('curl', [...args, `${gateway.url}/api/v1${path}`]).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const status = Number(/(\d{3})$/.exec(stdout)?.[1] ?? 0);
  const text = stdout.replace(/\n\d{3}$/, '');
  return { status, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

async function certificateFor(name: string, from: OpensslCa): Promise<string> {
  const { certificate, key } = await from.issue([name], { subject: `/CN=${name}` });
  const file = join(folder, `${name}-${from === ca ? 'ours' : 'theirs'}.pem`);
  writeFileSync(file, certificate + key, { mode: 0o600 });
  return file;
}

test('the traversal test knows a server that was revoked', { skip }, async () => {
  const server = await demandingServer(ca, '-tls1_3');
  const { version } = await client.must<{ version: number }>('GET', '/revocation/settings');
  await client.must('PUT', '/revocation/settings', { version, purposes: { 'sip-tls': { mode: 'leaf' } } });
  const target = { target: `localhost:${server.port}` };
  const revocation = async () => {
    await client.must('POST', '/revocation/crl', { file: base64(await ca.crl()), name: 'ca.crl' });
    const { tests } = await client.must<Tested>('POST', '/zones/traversal-test', target);
    return tests[0]?.directions.map(({ accepted, aspects }) => [
      accepted,
      aspects.find(({ aspect }) => aspect === 'revocation')?.result,
    ]);
  };
  assert.deepEqual((await revocation())?.[0], [true, 'good']);
  await ca.revoke(server.certificate);
  assert.deepEqual((await revocation())?.[0], [false, 'bad']);
  server.end();
});

test('HTTPS clients by mode: anybody, only with a good certificate, and with the certificate as log-in', {
  skip,
}, async () => {
  const [admin, nobody, wrong] = await Promise.all([
    certificateFor('admin', ca),
    certificateFor('nobody', ca),
    certificateFor('admin', stranger),
  ]);
  const path = '/zones/certificate-authentication';
  const settings = await client.must<object>('GET', path);
  assert.deepEqual((await curl('/session/certificate', admin)).json, { possible: false, shown: false });
  const unshown = await curl('/zones/client-certificate-test', admin, 'POST', {});
  assert.equal(unshown.status, 401, 'nobody is logged in');

  // on the gateway itself the command line goes on working, whatever HTTPS clients have to show
  const own = async (change: object) => {
    const cli = ['src/cli/tollgate.ts', '--data', gateway.folder, 'zone', 'authentication'];
    const words = Object.entries(change).flatMap(([name, value]) => [`--${name}`, String(value)]);
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', ...cli, ...words]);
  };
  await own({ mode: 'validation', 'crl-check': 'none' });
  await until('without a certificate nothing is answered', async () => {
    return (await curl('/session/certificate', undefined)).status === 0;
  });
  assert.equal((await curl('/session/certificate', wrong)).status, 0, 'nor with one of a CA that is not trusted');
  assert.deepEqual((await curl('/session/certificate', admin)).json, { possible: false, shown: true });
  assert.equal((await curl('/session/certificate', admin, 'POST')).json['code'], 'zones.certificate-log-in');

  await own({ mode: 'authentication' });
  assert.deepEqual((await curl('/session/certificate', admin)).json, { possible: true, shown: true });
  assert.equal((await curl('/session/certificate', nobody, 'POST')).status, 401);
  assert.equal((await curl('/session/certificate', wrong)).status, 0);
  const logIn = await curl('/session/certificate', admin, 'POST');
  assert.equal(logIn.status, 200, JSON.stringify(logIn.json));
  assert.equal((await curl('/session', admin)).status, 200);
  // what this client has shown is tested without a file
  const tested = await curl('/zones/client-certificate-test', admin, 'POST', { crlCheck: 'none' });
  assert.deepEqual([tested.json['accepted'], tested.json['userExists']], [true, true]);
  const dangerous = await curl(path, admin, 'PUT', settings);
  assert.equal(dangerous.json['code'], 'access.confirm-needed');

  // a CRL of their CA is at hand, and clients show their own certificate alone
  await own({ 'crl-check': 'all' });
  assert.equal((await curl('/session/certificate', admin, 'POST')).status, 200);
  await own({ mode: 'not-required' });
  await until(
    'everybody is answered again',
    async () => (await curl('/session/certificate', undefined)).status === 200,
  );
  assert.deepEqual((await curl('/session/certificate', admin)).json, { possible: false, shown: false });
});
