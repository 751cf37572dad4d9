/**
 * `npm run demo:acme`: certificates that renew themselves. First Pebble as the CA, in its meanest mood: sign, pending,
 * deploy, again and again, while a SIP TLS connection from before stays open. Then three simulated years against our own
 * ACME server, which goes away, limits, lies and dawdles. Ends with a table; exit code 1 when anything did not go as it
 * should. `--runs N`: so many certificates instead of fifty; `--years N`: instead of three.
 */
import { accessSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPebble } from '../test/acme/pebble.ts';
import { type ApiClient, setUp } from '../test/support/api.ts';
import { startGateway, type TestGateway } from '../test/support/gateway.ts';
import { moods } from './demo/acme-moods.ts';
import { simulate } from './demo/acme-simulation.ts';
import { servedSerial } from './demo/served-certificate.ts';
import { openSipConnection } from './demo/sip-connection.ts';
import { createTable } from './demo/table.ts';
import { ensureTools, hasTool } from './tools.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, years: { type: 'string' } } });
const runs = Number(values.runs ?? 50);
const years = Number(values.years ?? 3);
const { title, say, note, print } = createTable(100);
const name = 'gateway.example.com';

ensureTools();
if (hasTool('pebble')) {
  await againstPebble('HTTP-01, authorizations never used again', { reuse: 0 }, 'http-01', Math.ceil(runs / 2));
  await againstPebble('TLS-ALPN-01, authorizations used again', { reuse: 100 }, 'tls-alpn-01', Math.floor(runs / 2));
} else say('Pebble is not there; its part is left out.');
await years3();
process.exitCode = print() ? 0 : 1;

interface Order {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly { readonly title: string; readonly state: string; readonly words: string }[];
  readonly problem: { readonly detail: string } | null;
}

async function againstPebble(
  words: string,
  mood: { readonly reuse: number },
  challenge: 'http-01' | 'tls-alpn-01',
  count: number,
): Promise<void> {
  title(`Pebble: ${words}; half of all nonces refused, chains of three, alternate roots`);
  const pebble = await startPebble({ nonceReject: 50, chainLength: 3, alternateRoots: 2, ...mood });
  const { httpPort, tlsPort } = pebble;
  const gateway = await startGateway({ httpPort, httpsPort: tlsPort });
  try {
    const api = await setUp(gateway);
    await prepare(api, pebble, challenge);
    const early = await openSipConnection(gateway.sipPort);
    note(`${challenge}: OPTIONS answered over a SIP TLS connection from before`, (await early.options()) === 200);
    const serials = new Set<string>();
    let failures = 0;
    for (let i = 0; i < count; i++) {
      const went = await signAndDeploy(api, gateway, i === 0);
      if (went.failure !== '') {
        failures++;
        say(`  run ${i + 1}: ${went.failure}`);
      } else serials.add(went.serial);
    }
    note(`${challenge}: ${count} runs of sign, pending, deploy: ${failures} failures`, failures === 0 && count > 0);
    note(`${challenge}: every handshake after a deployment got the new certificate`, serials.size === count);
    note(`${challenge}: the connection from before is still open and answered`, (await early.options()) === 200);
    note(`${challenge}: the HTTP port is closed when nothing is pending`, gateway.running().http01 === undefined);
    early.close();
    const { slots } = await api.must<{ slots: { slot: string; lastSign: { ok: boolean } | null }[] }>(
      'GET',
      '/acme/slots',
    );
    note(`${challenge}: last sign status is good`, slots[0]?.lastSign?.ok === true);
  } finally {
    await gateway.stop();
    await pebble.close();
  }
}

async function prepare(
  api: ApiClient,
  pebble: Awaited<ReturnType<typeof startPebble>>,
  type: 'http-01' | 'tls-alpn-01',
): Promise<void> {
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', { version, fqdn: name });
  for (const root of await pebble.roots()) {
    await api.must('POST', '/trusted-cas', { file: Buffer.from(root.der).toString('base64'), name: 'root.der' });
  }
  const { id } = await api.must<{ id: string }>('POST', '/acme/providers', {
    kind: 'acme',
    name: 'Pebble',
    directoryUrl: pebble.directoryUrl,
    caPem: pebble.ca,
    approvedHosts: ['127.0.0.1'],
    contact: ['ops@example.com'],
    challenge: { type },
  });
  await api.must('PATCH', '/acme/slots/server', { version: 0, providers: [id] });
}

/** One run: sign, look at what waits, deploy, look at what is served. */
async function signAndDeploy(
  api: ApiClient,
  gateway: TestGateway,
  tell: boolean,
): Promise<{ readonly failure: string; readonly serial: string }> {
  let order = await api.must<Order>('POST', '/acme/slots/server/orders', {});
  while (order.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    order = await api.must<Order>('GET', `/acme/orders/${order.id}`);
  }
  if (tell) for (const { title: step, words } of order.steps) say(`  ${step}${words === '' ? '' : `: ${words}`}`);
  if (order.state !== 'done') return { failure: order.problem?.detail ?? order.state, serial: '' };
  const waiting = await api.must<{ pending: { names: string[] } | null }>('GET', '/acme/slots/server');
  if (waiting.pending?.names[0] !== name) return { failure: 'nothing waits to be deployed', serial: '' };
  const before = await servedSerial(gateway.sipPort, name);
  const { served } = await api.must<{ served: boolean }>('POST', '/acme/slots/server/pending/deployment', {});
  const serial = await servedSerial(gateway.sipPort, name);
  if (!served || serial === before) return { failure: 'the new certificate is not served', serial };
  return { failure: '', serial };
}

async function years3(): Promise<void> {
  // the database is written thousands of times; memory does for a demonstration
  try {
    accessSync('/dev/shm', 2);
    process.env['TMPDIR'] = '/dev/shm';
  } catch {
    say('There is no /dev/shm; this takes longer.');
  }
  const cases = [
    { lifetime: 90, second: false },
    { lifetime: 47, second: false },
    { lifetime: 6, second: true },
  ];
  for (const { lifetime, second } of cases) {
    const days = Math.round(years * 365);
    // just before a renewal, so that it falls into the time without a CA
    const from = Math.min(Math.round(lifetime * (lifetime < 10 ? 0.5 : 2 / 3)) + (lifetime < 10 ? 30 : -3), days - 30);
    title(
      `${years} simulated years, ${lifetime} days, our own ACME server away for 14 days${second ? ', a second CA set up' : ''}`,
    );
    const seen = await simulate({ lifetime, days, second, away: { from, days: 14 }, moods });
    const busy = [...seen.perDay].filter(([, count]) => count > 1);
    say(`  ${seen.certificates} certificates by ${seen.attempts} orders in ${(seen.took / 1000).toFixed(0)} s`);
    say(
      `  attempts by day, where more than one: ${busy.map(([day, count]) => `day ${day}: ${count}`).join(', ') || 'none'}`,
    );
    say(`  alarms raised: ${seen.alarms.join(', ') || 'none'}`);
    if (seen.recoveredAfter !== undefined)
      say(`  first order after the CA came back: ${seen.recoveredAfter.toFixed(2)} days later`);
    note(
      `${lifetime} days: no certificate expired; at least ${(seen.leastLeft * 100).toFixed(0)} % of its life was left`,
      seen.expiredDays === 0,
    );
    note(`${lifetime} days: no burst; at most ${seen.mostInADay} orders in a day`, seen.mostInADay <= 8);
  }
}
