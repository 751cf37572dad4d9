/** The programs on the other side of the demonstration: each call says whether it succeeded and what it printed. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program without a shell, at most a minute or until it prints `enough`; its standard input is empty. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  enough?: RegExp,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const read = (chunk: Buffer) => {
      output += chunk;
      if (enough?.test(output) === true) child.kill('SIGKILL');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (status) => {
      clearTimeout(late);
      resolve({ ok: status === 0, output });
    });
  });
}

/** A TLS handshake that verifies chain and name. */
export function sClient(port: number, name: string, caFile: string): Promise<Ran> {
  const verify = ['-CAfile', caFile, '-verify_return_error', '-verify_hostname', name];
  return run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name, ...verify]);
}

/** The web page over HTTPS, verified. */
export function curl(port: number, name: string, caFile: string): Promise<Ran> {
  const resolve = ['--resolve', `${name}:${port}:127.0.0.1`];
  return run('curl', [
    '--silent',
    '--show-error',
    '--fail',
    '--cacert',
    caFile,
    ...resolve,
    '--output',
    '/dev/null',
    `https://${name}:${port}/`,
  ]);
}

/**
 * `/options` of baresip over TLS 1.3; `own`: a file with the client's certificate and its key; `seconds`: when it gives
 * up, which it does not by itself when the gateway ends the connection. The version in Debian 12 loads `sip_cafile` and knows no `sip_verify_server`, so
 * verification is switched on below it, in the configuration of its OpenSSL.
 */
export async function baresip(
  folder: string,
  port: number,
  name: string,
  caFile: string,
  own?: string,
  seconds = 50,
): Promise<Ran> {
  mkdirSync(folder, { recursive: true });
  const write = (file: string, ...lines: readonly string[]) =>
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
  write(
    'config',
    'module_path /usr/lib/baresip/modules',
    'sip_listen 127.0.0.1:0',
    'sip_verify_server yes',
    `sip_cafile ${caFile}`,
    ...(own === undefined ? [] : [`sip_certificate ${own}`]),
    'module_app account.so',
    'module_app menu.so',
  );
  write('accounts', `<sip:demo@${name};transport=tls>;regint=0;outbound="sip:127.0.0.1:${port};transport=tls"`);
  write('contacts');
  write(
    'openssl.cnf',
    'openssl_conf = all',
    '[all]',
    'ssl_conf = ssl',
    '[ssl]',
    'system_default = tls',
    '[tls]',
    'VerifyMode = Peer',
  );
  const args = ['-4', '-f', folder, '-e', `/options sip:${name};transport=tls`, '-t', String(seconds)];
  const outcome = /^SIP\/2\.0 \d+|options reply error/m;
  const { output } = await run('baresip', args, { OPENSSL_CONF: join(folder, 'openssl.cnf') }, outcome);
  return { ok: /^SIP\/2\.0 200 OK/m.test(output), output };
}

/** OPTIONS by sipsak over TLS 1.2; it verifies the server only when it is as talkative as this. */
export function sipsak(port: number, name: string, caFile: string): Promise<Ran> {
  return run('sipsak', [
    '-vvv',
    '-p',
    `127.0.0.1:${port}`,
    '-s',
    `sip:${name}`,
    '--transport=tls',
    '--tls-ca-cert',
    caFile,
  ]);
}

/** A free port of four digits, not always the same one: sipsak cuts longer ones. */
export async function freeShortPort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = randomInt(5_062, 9_999);
    if (await isFree(port)) return port;
  }
  throw new Error('no port between 5062 and 9999 is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
