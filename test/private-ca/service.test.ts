/** A whole gateway: its port for CRLs and OCSP is closed until there is a CA, and then follows what is revoked. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { needs } from '../support/needs.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-service-'));
after(() => rmSync(folder, { recursive: true }));

interface State {
  readonly service: { readonly state: string; readonly port: number; readonly current: boolean };
  readonly authorities: readonly {
    readonly authority: string;
    readonly label: string;
    readonly crls: readonly { readonly path: string }[];
  }[];
}

test('A gateway serves CRLs and OCSP once it has a CA, within seconds of each change, and keeps its process up', {
  skip: needs('openssl'),
}, async (t) => {
  const gateway = await startGateway({ edges: 1 });
  t.after(() => gateway.stop({ remove: true }));
  const cli = (...words: string[]) => tollgate(gateway, words);
  assert.equal(gateway.running().pkiHttp, undefined);
  writeFileSync(join(folder, 'pass'), 'correct horse battery staple\n');
  await cli('settings', 'set', 'fqdn', 'gw.example.com');
  await cli(
    'private-ca',
    'create',
    'Example',
    '--domains',
    'example.com',
    '--root-key',
    'ec-p256',
    '--passphrase-file',
    join(folder, 'pass'),
  );
  const state = async () => JSON.parse(await cli('private-ca', 'publishing', '--json')) as State;
  await eventually(async () => (await state()).service.current);
  const { service, authorities } = await state();
  const base = `http://127.0.0.1:${service.port}`;
  const issuing = authorities.find(({ label }) => label === 'Example Issuing CA');
  assert.ok(issuing);
  for (const [name, id] of [
    ['inter', issuing.authority],
    ['root', authorities.find((one) => one !== issuing)!.authority],
  ] as const) {
    writeFileSync(
      join(folder, `${name}.der`),
      new Uint8Array(await (await fetch(`${base}/ca/${id}.cer`)).arrayBuffer()),
    );
    await openssl(`x509 -inform DER -in ${name}.der -out ${name}.pem`);
  }
  await openssl(
    'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out r.pem -subj /CN=a.example.com -addext subjectAltName=DNS:a.example.com',
  );
  await cli(
    'private-ca',
    'issue',
    join(folder, 'r.pem'),
    '--template',
    'web-server',
    '--out',
    join(folder, 'leaf.pem'),
  );
  const ask = () =>
    openssl(
      `ocsp -issuer inter.pem -cert leaf.pem -url ${base}/ocsp -CAfile root.pem -verify_other inter.pem -no_nonce`,
    );
  await eventually(async () => /leaf.pem: good/.test(await ask()));
  const serial = (await openssl('x509 -in leaf.pem -noout -serial')).trim().split('=')[1]!;
  const text = await openssl('x509 -in leaf.pem -noout -text');
  assert.match(text, new RegExp(`http://gw.example.com:${service.port}/crl/${issuing.authority}.crl`));
  await cli('private-ca', 'revoke', serial, '--reason', 'key-compromise', '--yes');
  await eventually(async () => /leaf.pem: revoked/.test(await ask()));
  await eventually(async () => {
    writeFileSync(
      join(folder, 'crl'),
      new Uint8Array(await (await fetch(`${base}/crl/${issuing.authority}.crl`)).arrayBuffer()),
    );
    return (await openssl('crl -inform DER -in crl -noout -text')).includes(serial.toUpperCase());
  });
  const before = gateway.running();
  process.kill(before.pkiHttp!, 'SIGKILL');
  await eventually(async () => {
    const { pkiHttp } = gateway.running();
    return pkiHttp !== undefined && pkiHttp !== before.pkiHttp && (await state()).service.current;
  });
  process.kill(gateway.running().administration!, 'SIGKILL');
  assert.match(await ask(), /leaf.pem: revoked/);
  await eventually(async () => (await state()).service.current);
});

async function tollgate(gateway: TestGateway, words: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'tollgate.ts');
  const { stdout } = await execute(process.execPath, ['--no-warnings', program, ...words, '--data', gateway.folder]);
  return stdout;
}

async function openssl(words: string): Promise<string> {
  const { stdout, stderr } = await execute('openssl', words.split(' '), { cwd: folder });
  return stderr + stdout;
}

/** Programs that fail meanwhile are run again. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  let failure: unknown;
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; ) {
    const held = await holds().catch((error: unknown) => {
      failure = error;
      return false;
    });
    if (held) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`it did not come to be; the last failure: ${failure}`);
}
