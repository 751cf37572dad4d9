/**
 * Inside a network of its own: the commands of the README that lead from nothing to a peer with mutual TLS, read from
 * there and run as they stand. Writes what each took and printed to `result.json`. Argument: a folder.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameServer } from '../../scripts/demo/namespace.ts';
import { waitFor } from '../../scripts/demo/wait-for.ts';
import { setUp } from '../support/api.ts';
import { startGateway } from '../support/gateway.ts';
import { pathCommands } from './readme-path.ts';

export interface Step {
  readonly command: string;
  readonly status: number | null;
  readonly output: string;
  readonly milliseconds: number;
}

const gatewayAddress = '127.0.0.2';
const root = join(import.meta.dirname, '..', '..');
const [folder = ''] = process.argv.slice(2);
const dns = startDns();
try {
  ownFolders();
  await waitFor(
    async () => (await post('add-a', { host: 'gateway.example.com.', addresses: [gatewayAddress] })) === 200,
    60_000,
    50,
  );
  const gateway = await startGateway({
    folder: join(folder, 'data'),
    address: gatewayAddress,
    httpsPort: 8443,
    sipPort: 5061,
    edges: 1,
    // everything here has a loopback address, which is never asked otherwise
    env: { TOLLGATE_TEST_ALLOW: '127.0.0.0/8' },
  });
  await setUp(Object.assign(Object.create(gateway), { url: `https://${gatewayAddress}:8443` }));
  const steps = pathCommands.map((command) => run(command));
  const page = run('curl -fsS https://gateway.example.com:8443/');
  writeFileSync(join(folder, 'result.json'), JSON.stringify({ steps, page }));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  dns.kill();
  // with its first process the namespace ends, and all that still runs inside
  process.exit();
}

/** Whoever is asked for a passphrase types one. */
function run(command: string): Step {
  const begin = performance.now();
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    TOLLGATE_DATA: join(folder, 'data'),
  };
  const input = 'nine violet engines under glass\n';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env,
    input,
    encoding: 'utf8',
    timeout: 240_000,
  });
  return { command, status, output: `${stdout}${stderr}`, milliseconds: Math.round(performance.now() - begin) };
}

/** What the commands write to the machine goes to folders that are gone with this namespace; npx finds our command. */
function ownFolders(): void {
  for (const path of [
    '/etc/ssl/certs',
    '/usr/local/share/ca-certificates',
    '/etc/letsencrypt',
    '/var/lib/letsencrypt',
    '/var/log/letsencrypt',
  ]) {
    const own = join(folder, path.replaceAll('/', '_'));
    mkdirSync(own, { recursive: true });
    if (!existsSync(path)) mkdirSync(path, { recursive: true });
    if (path === '/etc/ssl/certs') cpSync(path, own, { recursive: true, verbatimSymlinks: true });
    if (spawnSync('mount', ['--bind', own, path]).status !== 0) throw new Error(`${path} cannot be replaced here`);
  }
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(root, 'bin', 'tollgate.js'), join(folder, 'bin', 'tollgate'));
  writeFileSync(join(folder, 'bin', 'npx'), '#!/bin/sh\nexec "$@"\n');
  chmodSync(join(folder, 'bin', 'npx'), 0o755);
}

function startDns(): ChildProcess {
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const words = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '', '-dns01', `${nameServer}:53`, ...off];
  return spawn('pebble-challtestsrv', [...words, '-management', `${nameServer}:8055`], { stdio: 'ignore' });
}

async function post(path: string, body: object): Promise<number> {
  try {
    return (await fetch(`http://${nameServer}:8055/${path}`, { method: 'POST', body: JSON.stringify(body) })).status;
  } catch {
    return 0;
  }
}
