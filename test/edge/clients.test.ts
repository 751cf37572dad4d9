/** SIP clients and tools as people have them: each succeeds with the right CA and fails with another. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { needs } from '../support/needs.ts';
import { makeTestCa } from './identities.ts';
import { startTestGateway, type TestGateway } from './running-gateway.ts';

const right = makeTestCa();
const wrong = makeTestCa('Somebody Else');
let gateway: TestGateway;

before(async () => {
  const identities = [right.identity('server', ['localhost', 'gw.example.com'], 1)];
  // sipsak cuts ports of five digits
  for (let port = 7_000 + (process.pid % 2_000); gateway === undefined; port++) {
    gateway = await startTestGateway({ identities, sipPort: port }).catch((error: Error) => {
      if (!error.message.includes('in use')) throw error;
      return undefined as unknown as TestGateway;
    });
  }
  writeFileSync(join(gateway.folder, 'right.pem'), right.pem, { mode: 0o600 });
  writeFileSync(join(gateway.folder, 'wrong.pem'), wrong.pem, { mode: 0o600 });
});
after(() => gateway.stop());

/** Everything the program writes until it ends, or is ended because that is `enough`. With `input`, more may follow. */
async function run(
  program: string,
  args: readonly string[],
  more: { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly enough?: RegExp } = {},
): Promise<string> {
  const env = { ...process.env, ...more.env };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
  let text = '';
  child.stdin.on('error', () => undefined);
  if (more.input === undefined) child.stdin.end();
  else child.stdin.write(more.input);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (more.enough?.test(text) === true) child.kill('SIGKILL');
    });
  }
  await once(child, 'close');
  return text;
}

const ca = (which: 'right' | 'wrong') => join(gateway.folder, `${which}.pem`);

test('sipsak gets its OPTIONS answered', { skip: needs('sipsak') }, async () => {
  const ask = (which: 'right' | 'wrong') =>
    run('sipsak', [
      '--transport=tls',
      `--tls-ca-cert=${ca(which)}`,
      '-vvv',
      '-p',
      `localhost:${gateway.sipPort}`,
      '-s',
      'sip:test@localhost',
    ]);
  assert.match(await ask('right'), /SIP\/2\.0 200 OK/);
  const refused = await ask('wrong');
  assert.doesNotMatch(refused, /SIP\/2\.0 200 OK/);
  assert.match(refused, /not trustworthy/);
});

test('baresip gets its OPTIONS answered', { skip: needs('baresip') }, async () => {
  // this version of baresip cannot be told to verify the server; its OpenSSL can
  const verify = ['openssl_conf = all', '[all]', 'ssl_conf = ssl', '[ssl]', 'system_default = tls', '[tls]'];
  const ask = async (which: 'right' | 'wrong') => {
    const folder = join(gateway.folder, `baresip-${which}`);
    mkdirSync(folder, { mode: 0o700 });
    const write = (name: string, ...lines: readonly string[]) =>
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o600 });
    write(
      'config',
      'module_path /usr/lib/baresip/modules',
      'module_app account.so',
      'module_app menu.so',
      `sip_cafile ${ca(which)}`,
    );
    const proxy = `sip:127.0.0.1:${gateway.sipPort};transport=tls`;
    write('accounts', `<sip:test@gw.example.com;transport=tls>;regint=0;outbound="${proxy}"`);
    write('contacts');
    write('openssl.cnf', ...verify, 'VerifyMode = Peer');
    const args = ['-4', '-f', folder, '-e', '/options sip:gw.example.com;transport=tls', '-t', '50'];
    const enough = /^SIP\/2\.0 \d+|options reply error/m;
    return run('baresip', args, { env: { OPENSSL_CONF: join(folder, 'openssl.cnf') }, enough });
  };
  assert.match(await ask('right'), /SIP\/2\.0 200 OK/);
  assert.doesNotMatch(await ask('wrong'), /SIP\/2\.0 200 OK/);
});

for (const version of ['-tls1_2', '-tls1_3']) {
  test(`openssl s_client verifies the name over ${version.slice(1)} and gets an answer`, {
    skip: needs('openssl'),
  }, async () => {
    const request =
      'OPTIONS sip:gw.example.com SIP/2.0\r\nVia: SIP/2.0/TLS c.example.com;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n' +
      'To: <sip:gw.example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n';
    const ask = (which: 'right' | 'wrong', name = 'gw.example.com') =>
      run(
        'openssl',
        [
          's_client',
          version,
          '-connect',
          `127.0.0.1:${gateway.sipPort}`,
          '-CAfile',
          ca(which),
          '-verify_return_error',
        ].concat(['-verify_hostname', name, '-servername', name, '-quiet']),
        { input: request, enough: /SIP\/2\.0 \d+/ },
      );
    assert.match(await ask('right'), /SIP\/2\.0 200 OK/);
    assert.doesNotMatch(await ask('wrong'), /SIP\/2\.0 200 OK/);
    assert.doesNotMatch(await ask('right', 'other.example.com'), /SIP\/2\.0 200 OK/);
  });
}

test('curl talks to administration through the edge', { skip: needs('curl') }, async () => {
  const ask = (which: 'right' | 'wrong') =>
    run('curl', ['-sS', '--cacert', ca(which), `https://localhost:${gateway.httpsPort}/`, '--noproxy', '*']);
  assert.match(await ask('right'), /"length":0/);
  assert.match(await ask('wrong'), /certificate/);
});
