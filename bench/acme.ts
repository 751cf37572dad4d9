/**
 * A certificate from an ACME server over HTTP-01 on 127.0.0.1:5002, by the client of the gateway.
 *
 * `node bench/acme.ts DIRECTORY CAFILE DOMAIN FOLDER`: one fresh account and one P-256 certificate, written into the
 * folder; prints nothing but a fault. `npm run -s bench -- acme DIRECTORY CAFILE more [COUNT]`: how long each further
 * certificate takes in a process that runs, as one JSON line.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createHttp01Solver, http01Path } from '../src/features/acme/challenge/http-01.ts';
import { createAcmeClient } from '../src/features/acme/client/acme-client.ts';
import { createHttpsTransport } from '../src/features/acme/client/wire/https-transport.ts';
import { systemClock } from '../src/lib/clock.ts';
import { publicKeyInfoOf } from '../src/pki/certificate/build.ts';
import { buildCsr } from '../src/pki/csr/build.ts';
import { runOrder } from '../test/support/acme-order.ts';

const [directoryUrl = '', caFile = '', domain = '', last = ''] = process.argv.slice(2);
if (domain === '') {
  console.error('usage: bench/acme.ts DIRECTORY CAFILE DOMAIN FOLDER | DIRECTORY CAFILE more [COUNT]');
  process.exit(2);
}

// read while the server is waited for
const judging = import('../src/features/acme/client/accept-issued.ts');
const tokens = new Map<string, string>();
const server = createServer((request, response) => {
  response.end(tokens.get((request.url ?? '').slice(http01Path.length)) ?? '');
});
await new Promise<void>((resolve) => server.listen(5002, '127.0.0.1', resolve));
const solver = createHttp01Solver({
  serve: async (token, keyAuthorization) => void tokens.set(token, keyAuthorization),
  withdraw: async (token) => void tokens.delete(token),
});
const transport = createHttpsTransport({ ca: [readFileSync(caFile, 'latin1')], allowed: ['127.0.0.1'] });
const client = createAcmeClient({
  directoryUrl,
  transport,
  clock: systemClock,
  accountKey: newKey(),
});
await client.newAccount({ email: [], termsAgreed: true });

if (domain === 'more') await measureMore(Number(last === '' ? 50 : last));
else {
  const { pem, key } = await certificateFor(domain);
  writeFileSync(join(last, 'certificate.pem'), pem);
  writeFileSync(join(last, 'key.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}
transport.close();
server.closeAllConnections();
server.close();

async function measureMore(count: number): Promise<void> {
  for (let i = 0; i < 5; i++) await certificateFor(`warm${i}-${process.pid}.bench.test`);
  const times: number[] = [];
  const used = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await certificateFor(`more${i}-${process.pid}.bench.test`);
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(used);
  times.sort((a, b) => a - b);
  const at = (part: number): number => Number(times[Math.floor((times.length - 1) * part)]!.toFixed(1));
  console.log(
    JSON.stringify({
      further_ms: at(0.5),
      p95_ms: at(0.95),
      cpu_ms: Number(((user + system) / 1_000 / count).toFixed(1)),
      count,
    }),
  );
}

async function certificateFor(name: string) {
  const identifiers = [{ type: 'dns', value: name }] as const;
  const key = newKey();
  const { chain } = await runOrder({
    client,
    order: { identifiers },
    solvers: [solver],
    csr: async () =>
      buildCsr({
        subject: [],
        names: [{ kind: 'dns', value: name }],
        extendedKeyUsage: [],
        keyUsage: [],
        digest: 'sha256',
        key,
      }),
    signal: AbortSignal.timeout(60_000),
    onStep: async () => undefined,
  });
  const publicKeyInfo = publicKeyInfoOf(key);
  const { acceptIssued } = await judging;
  const issued = acceptIssued({ pem: chain.pem, publicKeyInfo, identifiers, now: Date.now(), roots: 'any' });
  if (!issued.ok) throw new Error(issued.error.message);
  return { pem: chain.pem, key };
}

function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
