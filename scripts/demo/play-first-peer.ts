/**
 * The commands of the README's first ten, one after the other, each with the time it took; runs inside the network that
 * `scripts/demo-first-peer.ts` makes. Argument: an empty folder. What differs from the README: the passphrase and the
 * password come from here instead of a person, and names are proved on loopback addresses.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { setUp } from '../../test/support/api.ts';
import { startGateway } from '../../test/support/gateway.ts';
import { startDnsServer } from './dns-server.ts';
import { startKamailio } from './kamailio.ts';
import { nameServer } from './namespace.ts';
import { openSipConnection } from './sip-connection.ts';
import { createTable } from './table.ts';
import { timed, waitFor } from './wait-for.ts';

const gatewayName = 'gw.example.test';
const peerName = 'sip.example.test';
const gatewayAddress = '127.0.0.2';
const peerAddress = '127.0.0.4';
const folder = process.argv[2];
if (folder === undefined) throw new Error('started by scripts/demo-first-peer.ts');

const table = createTable(100);
const stopDns = await startDnsServer(nameServer, { [gatewayName]: gatewayAddress, [peerName]: peerAddress });
const root = join(folder, 'root.crt');
const passphrase = join(folder, 'passphrase');
const begin = performance.now();
let steps = 0;

step('npm start');
const data = join(folder, 'data');
const gateway = await startGateway({
  folder: data,
  address: gatewayAddress,
  httpsPort: 8443,
  sipPort: 5061,
  httpPort: 80,
});
const api = Object.assign(Object.create(gateway), { url: `https://${gatewayAddress}:8443` });
try {
  step('open the link, choose a password');
  await setUp(api);
  writeFileSync(passphrase, 'a root rests under this\n', { mode: 0o600 });

  await tollgate('settings', 'set', 'fqdn', gatewayName);
  await tollgate('private-ca', 'create', 'Example', '--domains', 'example.test', '--passphrase-file', passphrase);
  await tollgate('identity', 'csr', 'generate', 'server');
  await tollgate('private-ca', 'issue', '--slot', 'server', '--deploy');
  await tollgate('private-ca', 'authority', 'Example Root', '--format', 'pem', '--out', root);
  await browserTrusts();

  const served = ['--enabled', 'on', '--eab', 'off', '--profiles', 'web-client-server', '--names', 'example.test'];
  await tollgate('acme-server', 'set', ...served, '--networks', '127.0.0.0/8');
  await certbot();
  await tollgate('zone', 'create', 'sip', 'neighbor', '--peers', peerName, '--verify', 'on');
  await peersMeet();
} finally {
  await gateway.stop();
  stopDns();
}
table.note(`${steps} commands`, steps <= 10);
process.exitCode = table.print() ? 0 : 1;

function step(words: string): void {
  steps++;
  table.say(`${`${((performance.now() - begin) / 1000).toFixed(1)} s`.padStart(7)}  ${steps}. ${words}`);
}

/** One command of a person at the gateway; the run ends when it fails. */
async function tollgate(...words: string[]): Promise<void> {
  step(`tollgate ${words.join(' ')}`);
  await run(process.execPath, [join(import.meta.dirname, '../../bin/tollgate.js'), '--data', data, '--yes', ...words]);
}

/** Waits without blocking: the DNS server is in this process. */
async function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, { timeout: 120_000, env: { ...process.env, ...env } });
  return stdout;
}

/** Chromium with the root in its store of certificates opens the page without a word; a fresh one refuses it. */
async function browserTrusts(): Promise<void> {
  const home = join(folder ?? '', 'home');
  const store = join(home, '.pki', 'nssdb');
  mkdirSync(store, { recursive: true });
  await run('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
  const stranger = await opens(home);
  await run('certutil', ['-A', '-d', `sql:${store}`, '-t', 'C,,', '-n', 'Example Root', '-i', root]);
  const friend = await opens(home);
  table.note('a browser that does not know the root refuses the page', stranger.includes('ERR_CERT_AUTHORITY_INVALID'));
  table.note('a browser that trusts the root opens the page', friend === 'Log in – Tollgate', friend);
}

/** The title of the page, or the reason why there is none. */
async function opens(home: string): Promise<string> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    env: { ...process.env, HOME: home },
  });
  try {
    const page = await browser.newPage();
    await page.goto(`https://${gatewayName}:8443/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return await page.title();
  } catch (error) {
    return String(error);
  } finally {
    await browser.close();
  }
}

/** The peer's own command, on the peer. */
async function certbot(): Promise<void> {
  const url = `https://${gatewayName}:8443/acme/web-client-server/directory`;
  const words = ['certonly', '--standalone', '--server', url, '-d', peerName, '--agree-tos', '-m', 'ops@example.test'];
  step(`certbot ${words.join(' ')}`);
  const at = ['config', 'work', 'logs'].flatMap((one) => [`--${one}-dir`, join(folder ?? '', 'certbot', one)]);
  const here = ['--non-interactive', '--http-01-address', peerAddress];
  await run('certbot', [...words, ...at, ...here], { REQUESTS_CA_BUNDLE: root });
}

/** Kamailio with what certbot got: the zone becomes active, the peer calls the gateway; without a certificate nobody does. */
async function peersMeet(): Promise<void> {
  const live = join(folder ?? '', 'certbot', 'config', 'live', peerName);
  const certificate = readFileSync(join(live, 'fullchain.pem'), 'utf8');
  const key = readFileSync(join(live, 'privkey.pem'), 'utf8');
  const at = { folder: join(folder ?? '', 'kamailio'), address: peerAddress, port: 5061 };
  const kamailio = await startKamailio({ ...at, certificate, key, caFile: root, calls: [gatewayName] });
  try {
    const { held, seconds } = await timed(() => zoneIsActive(), 60_000);
    table.note(`the zone of the peer is active, ${seconds} after Kamailio started`, held, gateway.output());
    const reached = await waitFor(() => kamailio.reached().includes(gatewayName), 20_000);
    table.note('Kamailio reaches the gateway over mutual TLS', reached, kamailio.output());
  } finally {
    await kamailio.stop();
  }
  const where = { host: gatewayAddress, servername: gatewayName, localAddress: peerAddress };
  const call = await openSipConnection(5061, { ...where, cert: certificate, key });
  table.note('OPTIONS with the certificate of certbot is answered with 200', (await call.options()) === 200);
  call.close();
  const total = (performance.now() - begin) / 1000;
  table.note(`from start to peer in ${total.toFixed(0)} s, less than five minutes`, total < 300);
}

async function zoneIsActive(): Promise<boolean> {
  const words = [join(import.meta.dirname, '../../bin/tollgate.js'), '--data', data, '--json', 'zone', 'list'];
  const { zones } = JSON.parse(await run(process.execPath, words)) as { zones: { name: string; state: string }[] };
  return zones.some(({ name, state }) => name === 'sip' && state === 'active');
}
