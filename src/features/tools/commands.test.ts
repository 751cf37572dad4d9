/** The tools as a person runs them: the real command, without a gateway. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { needs } from '../../../test/support/needs.ts';
import { createOpensslCa, createOpensslCsr, openssl } from '../../../test/support/openssl.ts';

const skip = needs('openssl');
const folder = await mkdtemp(join(tmpdir(), 'tollgate-tools-cli-'));
after(() => rm(folder, { recursive: true, force: true }));

const root = await createOpensslCa(join(folder, 'demoCA'), { name: 'Test Root' });
const lower = await root.issueCa(join(folder, 'lower'), { name: 'Test Lower' });
const { certificate, key } = await lower.issue(['a.example.com']);
await writeFile(join(folder, 'server.pem'), certificate);
await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
await writeFile(join(folder, 'lower.pem'), lower.certificate);
await writeFile(join(folder, 'root.pem'), root.certificate);
await writeFile(join(folder, 'request.csr'), await createOpensslCsr(folder, key, { subject: '/CN=a.example.com' }));
await writeFile(join(folder, 'password.txt'), 'a long secret\n', { mode: 0o600 });

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function tollgate(...args: readonly string[]): Promise<Ran> {
  const program = fileURLToPath(new URL('../../../bin/tollgate.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (failure, out, error) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error });
    });
  });
}

test('decode prints what openssl prints', { skip }, async () => {
  const { code, out } = await tollgate('decode', 'server.pem');
  assert.equal(code, 0);
  assert.equal(
    out.trimEnd(),
    (await openssl(['x509', '-in', join(folder, 'server.pem'), '-text', '-noout'])).trimEnd(),
  );
});

test('decode with --json gives facts a script can read', { skip }, async () => {
  const { out } = await tollgate('--json', 'decode', 'server.pem');
  const [file] = JSON.parse(out) as { objects: { kind: string; facts: { label: string; value: string }[] }[] }[];
  assert.equal(file?.objects[0]?.kind, 'certificate');
  assert.ok(file?.objects[0]?.facts.some(({ label, value }) => label === 'Names' && value === 'a.example.com'));
});

test('match ends with 0 or, with both fingerprints, with 1', { skip }, async () => {
  assert.equal((await tollgate('match', 'key.pem', 'request.csr')).code, 0);
  const no = await tollgate('match', 'key.pem', 'lower.pem');
  assert.equal(no.code, 1);
  assert.match(no.error, /do not belong together: .*[0-9a-f]{64} and [0-9a-f]{64}/);
});

test('chain completes from the trusted file and writes what a server wants', { skip }, async () => {
  const { code, out } = await tollgate(
    'chain',
    'lower.pem',
    'server.pem',
    '--trusted',
    'root.pem',
    '--out',
    'served.pem',
  );
  assert.equal(code, 0);
  assert.match(out, /"a\.example\.com" leads over one intermediate to the trusted "Test Root"/);
  assert.equal(await readFile(join(folder, 'served.pem'), 'utf8'), certificate + lower.certificate);
});

test('a key and its certificate become PKCS#12 and come back, in files only the owner reads', { skip }, async () => {
  const made = await tollgate(
    ...'convert server.pem key.pem --to pkcs12 --out a.p12 --out-password-file password.txt'.split(' '),
  );
  assert.equal(made.code, 0, made.error);
  assert.equal((await stat(join(folder, 'a.p12'))).mode & 0o777, 0o600);
  assert.match(
    await openssl(['pkcs12', '-in', join(folder, 'a.p12'), '-passin', 'pass:a long secret', '-noenc']),
    /PRIVATE KEY/,
  );
  const back = await tollgate('convert', 'a.p12', '--password-file', 'password.txt', '--out', 'back.pem');
  assert.equal(back.code, 0, back.error);
  assert.match(await readFile(join(folder, 'back.pem'), 'utf8'), /BEGIN PRIVATE KEY/);
  const shown = await tollgate('decode', 'a.p12', '--password-file', 'password.txt');
  assert.doesNotMatch(shown.out, /BEGIN PRIVATE KEY|Private-Key/);
});

test('a wrong file ends with 1 and says what it is, a wrong word with 2', { skip }, async () => {
  await writeFile(join(folder, 'page.html'), '<!doctype html><html><body>Log in</body></html>');
  const wrong = await tollgate('decode', 'page.html');
  assert.equal(wrong.code, 1);
  assert.match(wrong.error, /web page \(HTML\)/);
  assert.equal((await tollgate('convert', 'server.pem', '--to', 'jpeg')).code, 2);
});
