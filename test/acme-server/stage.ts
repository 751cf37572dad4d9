/**
 * Inside a network of its own: a gateway with a private CA and its ACME server, a DNS server, and the ACME clients of
 * Debian by the command lines of docs/acme-server.md. Writes what each did to `result.json`. Argument: a folder.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameServer } from '../../scripts/demo/namespace.ts';
import { waitFor } from '../../scripts/demo/wait-for.ts';
import { type ApiClient, setUp } from '../support/api.ts';
import { createExampleCa } from '../support/example-ca.ts';
import { startGateway } from '../support/gateway.ts';
import { type ClientStage, clients } from './clients.ts';

export interface ClientResult {
  readonly name: string;
  /** Why it failed, with its output; undefined: it did all it should. */
  readonly failure: string | undefined;
  /** What it did, in order. */
  readonly done: readonly string[];
  readonly milliseconds: number;
}

const gatewayAddress = '127.0.0.2';
const gatewayName = 'ca.example.com';
const bundle = '/etc/ssl/certs/ca-certificates.crt';
const management = `http://${nameServer}:8055`;

const [folder = ''] = process.argv.slice(2);
const dns = startDns();
try {
  await waitFor(async () => (await post('clear-request-history', {})) === 200, 60_000, 50);
  await post('add-a', { host: `${gatewayName}.`, addresses: [gatewayAddress] });
  const gateway = await startGateway({
    folder: join(folder, 'gateway'),
    address: gatewayAddress,
    httpsPort: 8443,
    sipPort: 5061,
    edges: 1,
  });
  const api = await setUp(Object.assign(Object.create(gateway), { url: `https://${gatewayAddress}:8443` }));
  await prepare(api);
  const results: ClientResult[] = [];
  for (const client of clients) results.push(await play(client, api));
  const orders = await api.must('GET', '/acme-server/orders?limit=200');
  const accounts = await api.must('GET', '/acme-server/accounts?limit=200');
  writeFileSync(join(folder, 'result.json'), JSON.stringify({ results, orders, accounts, log: gateway.output() }));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  dns.kill();
  // with its first process the namespace ends, and all that still runs inside
  process.exit();
}

/** Every name leads to 127.0.0.1 until told otherwise; TXT records by HTTP. */
function startDns(): ChildProcess {
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const words = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '', '-dns01', `${nameServer}:53`, ...off];
  return spawn('pebble-challtestsrv', [...words, '-management', `${nameServer}:8055`], { stdio: 'ignore' });
}

async function post(path: string, body: object): Promise<number> {
  try {
    return (await fetch(`${management}/${path}`, { method: 'POST', body: JSON.stringify(body) })).status;
  } catch {
    return 0;
  }
}

/** A root, an intermediate for the operator's domain, a certificate of theirs for the gateway, the ACME server on. */
async function prepare(api: ApiClient): Promise<void> {
  const root = await createExampleCa(api, gatewayName, 'ec-p384');
  const { templates } = await api.must<{ templates: Record<string, unknown>[] }>('GET', '/private-ca/templates');
  const { name: _name, version: _version, builtIn: _builtIn, ...fields } = templates[0]!;
  await api.must('PUT', '/private-ca/templates/wildcard', {
    ...fields,
    title: 'Wildcard',
    wildcards: true,
    version: 0,
  });
  await api.must('POST', '/identities/server/csr', { key: 'ec-p256' });
  await api.must('POST', '/private-ca/certificates', { slot: 'server', template: 'web-server', deploy: true });
  const settings = await api.must<{ version: number }>('GET', '/acme-server/settings');
  await api.must('PUT', '/acme-server/settings', {
    version: settings.version,
    enabled: true,
    externalAccountRequired: true,
    wildcards: true,
    profiles: ['web-client-server', 'web-server', 'wildcard'],
    names: ['example.com', '127.0.0.0/8'],
    networks: ['127.0.0.0/8'],
    // every renewal proves its names again
    authorizationHours: 0,
    limits: { accountsPerAddress: 100 },
  });
  // what update-ca-certificates does, in this namespace only
  const together = join(folder, 'bundle.pem');
  writeFileSync(together, readFileSync(bundle, 'utf8') + root.pem);
  writeFileSync(join(folder, 'root.pem'), root.pem);
  if (spawnSync('mount', ['--bind', together, bundle]).status !== 0) throw new Error('the root cannot be trusted here');
}

async function play({ name, run }: (typeof clients)[number], api: ApiClient): Promise<ClientResult> {
  const done: string[] = [];
  const begin = performance.now();
  const made = await api.must<{ key: { id: string }; hmac: string }>('POST', '/acme-server/keys', {
    name,
    names: ['example.com', '127.0.0.0/8'],
    maxAccounts: 3,
  });
  const stage: ClientStage = {
    folder: join(folder, name.replaceAll(' ', '-')),
    root: join(folder, 'root.pem'),
    api,
    dns: management,
    directory: (profile = 'default') => `https://${gatewayName}:8443/acme/${profile}/directory`,
    key: { id: made.key.id, hmac: made.hmac },
    did: (what) => done.push(what),
  };
  let failure: string | undefined;
  try {
    await run(stage);
  } catch (error) {
    failure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
  return { name, failure, done, milliseconds: Math.round(performance.now() - begin) };
}
