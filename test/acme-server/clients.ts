/** Each ACME client of Debian: how it enrols, renews and revokes, by the command lines of docs/acme-server.md. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { waitFor } from '../../scripts/demo/wait-for.ts';
import type { ApiClient } from '../support/api.ts';

export interface ClientStage {
  /** Of this client alone. */
  readonly folder: string;
  /** The root certificate, PEM file. */
  readonly root: string;
  readonly api: ApiClient;
  /** Of the DNS server's management. */
  readonly dns: string;
  readonly key: { readonly id: string; readonly hmac: string };
  directory(profile?: string): string;
  /** Notes what went well. */
  did(what: string): void;
}

export interface Client {
  readonly name: string;
  run(stage: ClientStage): Promise<void>;
}

const mail = 'ops@example.com';

export const clients: readonly Client[] = [
  { name: 'certbot', run: certbot },
  { name: 'certbot by DNS', run: certbotByDns },
  { name: 'lego', run: lego },
  { name: 'uacme', run: uacme },
  { name: 'dehydrated', run: dehydrated },
  { name: 'caddy', run: caddy },
];

async function certbot(stage: ClientStage): Promise<void> {
  const own = ['config', 'work', 'logs'].flatMap((name) => [`--${name}-dir`, join(stage.folder, name)]);
  const run = (...words: string[]) => program('certbot', [...words, '-n', ...own]);
  const file = join(stage.folder, 'config', 'live', 'certbot.example.com', 'fullchain.pem');
  await run(
    ...['certonly', '--standalone', '--server', stage.directory(), '-d', 'certbot.example.com'],
    ...['--eab-kid', stage.key.id, '--eab-hmac-key', stage.key.hmac, '--agree-tos', '-m', mail],
  );
  const first = await enrolled(stage, file, 'certbot.example.com');
  await run('renew', '--force-renewal', '--no-random-sleep-on-renew');
  const second = await renewed(stage, file, first);
  await run(
    'revoke',
    '--server',
    stage.directory(),
    '--cert-path',
    file,
    '--reason',
    'superseded',
    '--no-delete-after-revoke',
  );
  await revoked(stage, second);
  await run('update_account', '--server', stage.directory(), '-m', 'new@example.com');
  stage.did('changed its account');
  await run('unregister', '--server', stage.directory());
  stage.did('ended its account');
}

/** A wildcard, proved by a hook that sets TXT records. */
async function certbotByDns(stage: ClientStage): Promise<void> {
  const own = ['config', 'work', 'logs'].flatMap((name) => [`--${name}-dir`, join(stage.folder, name)]);
  const run = (...words: string[]) => program('certbot', [...words, '-n', ...own]);
  mkdirSync(stage.folder, { recursive: true });
  const hook = (name: string, path: string, value: string) => {
    const body = `{"host":"_acme-challenge.$CERTBOT_DOMAIN."${value}}`;
    const script = join(stage.folder, name);
    writeFileSync(
      script,
      `#!/bin/sh\ncurl -fsS -d '${body.replaceAll('$CERTBOT_DOMAIN', "'$CERTBOT_DOMAIN'").replaceAll('$CERTBOT_VALIDATION', "'$CERTBOT_VALIDATION'")}' ${stage.dns}/${path}\n`,
    );
    chmodSync(script, 0o755);
    return script;
  };
  const file = join(stage.folder, 'config', 'live', 'wild.example.com', 'fullchain.pem');
  await run(
    ...['certonly', '--manual', '--preferred-challenges', 'dns', '--server', stage.directory('wildcard')],
    ...['--manual-auth-hook', hook('auth', 'set-txt', ',"value":"$CERTBOT_VALIDATION"')],
    ...['--manual-cleanup-hook', hook('clean', 'clear-txt', '')],
    ...['-d', 'wild.example.com', '-d', '*.wild.example.com', '--cert-name', 'wild.example.com'],
    ...['--eab-kid', stage.key.id, '--eab-hmac-key', stage.key.hmac, '--agree-tos', '-m', mail],
  );
  const first = await enrolled(stage, file, '*.wild.example.com');
  await run('renew', '--force-renewal', '--no-random-sleep-on-renew');
  await renewed(stage, file, first);
}

async function lego(stage: ClientStage): Promise<void> {
  const run = (name: string, challenge: string, ...words: string[]) =>
    program('lego', [
      ...['--server', stage.directory(), '--path', stage.folder, '--email', mail, '--accept-tos'],
      ...['--eab', '--kid', stage.key.id, '--hmac', stage.key.hmac, '--domains', name, challenge, ...words],
    ]);
  for (const [name, challenge] of [
    ['lego.example.com', '--http'],
    ['lego-tls.example.com', '--tls'],
  ] as const) {
    const file = join(stage.folder, 'certificates', `${name}.crt`);
    await run(name, challenge, 'run');
    const first = await enrolled(stage, file, name);
    await run(name, challenge, 'renew', '--days', '1000', '--no-random-sleep');
    await renewed(stage, file, first);
  }
  const last = certificateIn(join(stage.folder, 'certificates', 'lego.example.com.crt'));
  await run('lego.example.com', '--http', 'revoke', '--keep');
  await revoked(stage, last);
}

async function uacme(stage: ClientStage): Promise<void> {
  const web = await serveFolder(join(stage.folder, 'www'));
  const run = (...words: string[]) =>
    program('uacme', ['-v', '-c', join(stage.folder, 'etc'), '-a', stage.directory(), ...words], {
      UACME_CHALLENGE_PATH: web.path,
    });
  try {
    await run('-y', '-e', `${stage.key.id}:${stage.key.hmac}`, 'new', mail);
    const issue = (...words: string[]) =>
      run('-h', '/usr/share/uacme/uacme.sh', ...words, 'issue', 'uacme.example.com');
    const file = join(stage.folder, 'etc', 'uacme.example.com', 'cert.pem');
    await issue();
    const first = await enrolled(stage, file, 'uacme.example.com');
    await issue('-d', '1000');
    const second = await renewed(stage, file, first);
    await run('-y', 'newkey');
    stage.did('rolled its account key over');
    await run('revoke', file);
    await revoked(stage, second);
    await run('-y', 'deactivate');
    stage.did('ended its account');
  } finally {
    web.server.close();
  }
}

async function dehydrated(stage: ClientStage): Promise<void> {
  const web = await serveFolder(join(stage.folder, 'www'));
  const config = join(stage.folder, 'config');
  writeFileSync(
    config,
    [
      `CA="${stage.directory('web-server')}"`,
      `BASEDIR="${join(stage.folder, 'base')}"`,
      `WELLKNOWN="${web.path}"`,
      `EAB_KID="${stage.key.id}"`,
      `EAB_HMAC_KEY="${stage.key.hmac}"`,
      `CONTACT_EMAIL="${mail}"`,
      `CONFIG_D=""`,
    ].join('\n'),
  );
  mkdirSync(join(stage.folder, 'base'), { recursive: true });
  const run = (...words: string[]) => program('dehydrated', ['--config', config, ...words]);
  try {
    await run('--register', '--accept-terms');
    await run('--cron', '--domain', 'dehydrated.example.com');
    const file = join(stage.folder, 'base', 'certs', 'dehydrated.example.com', 'fullchain.pem');
    const first = await enrolled(stage, file, 'dehydrated.example.com');
    await run('--cron', '--domain', 'dehydrated.example.com', '--force');
    const second = await renewed(stage, file, first);
    await run('--revoke', file);
    await revoked(stage, second);
  } finally {
    web.server.close();
  }
}

/** Enrols for a name when it starts; renews when less of the life is left than its configuration says. */
async function caddy(stage: ClientStage): Promise<void> {
  mkdirSync(stage.folder, { recursive: true });
  const env = { HOME: stage.folder, XDG_DATA_HOME: stage.folder, XDG_CONFIG_HOME: stage.folder };
  const file = join(stage.folder, 'Caddyfile');
  writeFileSync(
    file,
    `{
  email ${mail}
  acme_ca ${stage.directory()}
  acme_eab {
    key_id ${stage.key.id}
    mac_key ${stage.key.hmac}
  }
}
caddy.example.com {
  respond "Hello"
}
`,
  );
  const first = await served(file, undefined);
  stage.did('enrolled');
  const adapted = JSON.parse(await program('caddy', ['adapt', '--config', file, '--adapter', 'caddyfile'], env)) as {
    apps: { tls: { automation: { policies: { renewal_window_ratio?: number }[]; renew_interval?: string } } };
  };
  const { automation } = adapted.apps.tls;
  automation.renew_interval = '1s';
  for (const policy of automation.policies) policy.renewal_window_ratio = 0.999999;
  const json = join(stage.folder, 'caddy.json');
  writeFileSync(json, JSON.stringify(adapted));
  const second = await served(json, first);
  assert.equal(chainGood(stage, second), true, 'the renewed chain is not good');
  stage.did('renewed');

  async function served(config: string, before: string | undefined): Promise<string> {
    const child = spawn('caddy', ['run', '--config', config], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    let shown: string | undefined;
    try {
      await waitFor(
        async () => {
          shown = await shownBy('caddy.example.com', readFileSync(stage.root));
          return shown !== undefined && shown !== before;
        },
        200_000,
        200,
      );
      if (shown === undefined || shown === before) throw new Error(`caddy shows no new certificate:\n${output}`);
      return shown;
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
  }
}

/** The certificate that a server on port 443 proves itself by, PEM; undefined while there is none. */
function shownBy(servername: string, ca: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: 443, servername, ca });
    socket.once('secureConnect', () => {
      const raw = socket.getPeerX509Certificate();
      socket.destroy();
      resolve(raw?.toString());
    });
    socket.once('error', () => resolve(undefined));
  });
}

async function enrolled(stage: ClientStage, file: string, name: string): Promise<X509Certificate> {
  const certificate = certificateIn(file);
  assert.equal(certificate.checkHost(name.replace('*', 'any')) !== undefined, true, `${file} is not for ${name}`);
  assert.equal(chainGood(stage, readFileSync(file, 'utf8')), true, `the chain of ${name} is not good`);
  stage.did('enrolled');
  return certificate;
}

async function renewed(stage: ClientStage, file: string, before: X509Certificate): Promise<X509Certificate> {
  const certificate = certificateIn(file);
  assert.notEqual(certificate.serialNumber, before.serialNumber, `${basename(file)} was not renewed`);
  assert.equal(chainGood(stage, readFileSync(file, 'utf8')), true, 'the renewed chain is not good');
  stage.did('renewed');
  return certificate;
}

async function revoked({ api, did }: ClientStage, { serialNumber }: X509Certificate): Promise<void> {
  const { state } = await api.must<{ state: string }>('GET', `/private-ca/certificates/${serialNumber.toLowerCase()}`);
  assert.equal(state, 'revoked');
  did('revoked');
}

function certificateIn(file: string): X509Certificate {
  return new X509Certificate(readFileSync(file, 'utf8'));
}

/** Each certificate is signed by the next, the last by the root. */
function chainGood({ root }: ClientStage, pem: string): boolean {
  const all = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
  if (all.length < 2) return all.length === 1;
  const chain = [...all, certificateIn(root)];
  return chain.slice(0, -1).every((one, i) => one.verify(chain[i + 1]!.publicKey));
}

/** A web server on port 80 that hands out `/.well-known/acme-challenge/` from a folder, as people have one. */
async function serveFolder(folder: string): Promise<{ readonly path: string; readonly server: Server }> {
  const path = join(folder, '.well-known', 'acme-challenge');
  mkdirSync(path, { recursive: true });
  const server = createServer(({ url = '' }, response) => {
    try {
      response.end(readFileSync(join(path, basename(url))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(80, '127.0.0.1', resolve));
  return { path, server };
}

/** Its standard output; throws with everything it printed when it fails. */
async function program(
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(name, words, { env: { ...process.env, ...env }, timeout: 240_000 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}
