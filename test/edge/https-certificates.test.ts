/** HTTPS with client certificates in each of its three modes, with curl and `openssl s_client` at a running gateway. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createPrivateCa, type PrivateCa } from '../../scripts/demo/private-ca.ts';
import { type ApiClient, administrator, setUp } from '../support/api.ts';
import { startGateway } from '../support/gateway.ts';
import { needs } from '../support/needs.ts';
import { eventually } from './running-gateway.ts';

const skip = needs('openssl', 'curl');
const run = promisify(execFile);
const versions = ['1.2', '1.3'] as const;

let folder = '';
let gateway: Awaited<ReturnType<typeof startGateway>>;
let api: ApiClient;
let admin: string;
let stranger: string;
let nobody: string;

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'tollgate-https-'));
  gateway = await startGateway({ folder: join(folder, 'data'), edges: 1 });
  api = await setUp(gateway);
  const ca = await createPrivateCa(folder, 'User CA');
  const other = await createPrivateCa(folder, 'Other CA');
  const file = Buffer.from(ca.ca.certificate).toString('base64');
  await api.must('POST', '/trusted-cas', { file, name: 'ca.pem' });
  const own = async (from: PrivateCa, name: string) => {
    const leaf = await from.leaf({ name, use: 'client' });
    const path = join(folder, `${leaf.fingerprint}.pem`);
    writeFileSync(path, leaf.certificate + leaf.key, { mode: 0o600 });
    return path;
  };
  admin = await own(ca, administrator.name);
  nobody = await own(ca, 'nobody.example.com');
  stranger = await own(other, administrator.name);
});

after(async () => {
  await gateway?.stop();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly version?: (typeof versions)[number];
  readonly method?: string;
  readonly body?: object;
  readonly cookie?: string;
}

/** Status of the answer, 0 when the connection was refused; the cookie that was set. */
async function curl(
  path: string,
  own: string | undefined,
  asked: Asked = {},
): Promise<{ status: number; cookie: string }> {
  const { version = '1.3', method = 'GET', body, cookie } = asked;
  const { stdout } = await run('curl', [
    ...['--silent', '--insecure', '--max-time', '60', `--tlsv${version}`, '--tls-max', version, '--request', method],
    ...['--header', 'sec-fetch-site: same-origin', '--header', 'x-requested-by: tollgate'],
    ...(own === undefined ? [] : ['--cert', own]),
    ...(cookie === undefined ? [] : ['--header', `cookie: ${cookie}`]),
    ...(body === undefined ? [] : ['--header', 'content-type: application/json', '--data', JSON.stringify(body)]),
    ...['--dump-header', '-', '--output', '/dev/null', `${gateway.url}/api/v1${path}`],
  ]).catch((error: { stdout: string }) => error);
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(stdout)?.[1] ?? 0);
  return { status, cookie: /^set-cookie: ([^;\r\n]*)/im.exec(stdout)?.[1] ?? '' };
}

const statusOf = async (own: string | undefined, asked?: Asked) => (await curl('/session', own, asked)).status;

test('no certificate is asked for unless the mode says so', { skip }, async () => {
  for (const version of versions) {
    assert.equal(await statusOf(undefined, { version }), 401);
    assert.equal(await statusOf(stranger, { version }), 401);
  }
});

test('validation: nobody gets a byte without a good certificate, and the password is still asked for', {
  skip,
}, async () => {
  const settings = await api.must<object>('GET', '/zones/certificate-authentication');
  await api.must('PUT', '/zones/certificate-authentication', { ...settings, mode: 'validation', crlCheck: 'none' });
  await eventually('the edges ask', async () => (await statusOf(undefined)) === 0);
  for (const version of versions) {
    assert.equal(await statusOf(undefined, { version }), 0);
    assert.equal(await statusOf(stranger, { version }), 0);
    assert.equal(await statusOf(admin, { version }), 401);
    assert.match(await sClient(admin, version), /^HTTP\/1\.1 401/m);
    assert.doesNotMatch(await sClient(stranger, version), /HTTP\/1\.1/);
  }
  const entered = await curl('/session', nobody, { method: 'POST', body: administrator });
  assert.equal(entered.status < 300, true);
  assert.equal(await statusOf(nobody, { cookie: entered.cookie }), 200);
  assert.equal((await curl('/session/certificate', admin, { method: 'POST', body: {} })).status >= 400, true);
});

test('authentication: the certificate is the log-in of the user that it names', { skip }, async () => {
  const { cookie } = await curl('/session', admin, { method: 'POST', body: administrator });
  const settings = await run('curl', [
    ...['--silent', '--insecure', '--cert', admin, '--header', `cookie: ${cookie}`],
    `${gateway.url}/api/v1/zones/certificate-authentication`,
  ]);
  const body = { ...(JSON.parse(settings.stdout) as object), mode: 'authentication' };
  const saved = await curl('/zones/certificate-authentication', admin, { method: 'PUT', body, cookie });
  assert.equal(saved.status < 300, true, `${saved.status}`);
  await eventually('the mode is served', async () => {
    const entered = await curl('/session/certificate', admin, { method: 'POST', body: {} });
    return entered.status < 300 && (await statusOf(admin, { cookie: entered.cookie })) === 200;
  });
  assert.equal((await curl('/session/certificate', nobody, { method: 'POST', body: {} })).status, 401);
  for (const version of versions) {
    assert.equal(await statusOf(undefined, { version }), 0);
    assert.equal(await statusOf(stranger, { version }), 0);
  }
});

/** What the gateway answers to a request that is sent with the last flight of the handshake. */
async function sClient(own: string, version: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const args = [
    's_client',
    '-connect',
    `${hostname}:${port}`,
    `-tls${version.replace('.', '_')}`,
    '-quiet',
    '-cert',
    own,
  ];
  const running = run('openssl', [...args, '-key', own, '-ign_eof'], { encoding: 'utf8', timeout: 60_000 });
  running.child.stdin?.end('GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return stdout;
}
