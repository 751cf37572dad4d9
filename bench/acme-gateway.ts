/**
 * `npm run -s bench -- acme-gateway DIRECTORY CAFILE ROOTURL [COUNT]`: how long a further certificate takes in the
 * running gateway, from the click on sign until it waits to be deployed: twelve steps that are kept in the database,
 * HTTP-01 on 127.0.0.1:5002, the chain judged up to a trusted root. One JSON line.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpsTransport } from '../src/features/acme/client/wire/https-transport.ts';
import { systemActor } from '../src/lib/actor.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Events } from '../src/lib/events.ts';
import { parseCertificate } from '../src/pki/certificate/certificate.ts';
import { decodePem } from '../src/pki/pem.ts';
import { openAcmeGateway } from '../test/support/acme-gateway.ts';

const [directoryUrl = '', caFile = '', rootUrl = '', count = '30'] = process.argv.slice(2);
if (rootUrl === '') {
  console.error('usage: npm run -s bench -- acme-gateway DIRECTORY CAFILE ROOTURL [COUNT]');
  process.exit(2);
}

const ca = readFileSync(caFile, 'latin1');
const transport = createHttpsTransport({ ca: [ca], allowed: [new URL(rootUrl).hostname] });
const { body } = await transport.send({ method: 'GET', url: new URL(rootUrl), maxBytes: 65_536 });
transport.close();
const folder = await mkdtemp(join(tmpdir(), 'tollgate-bench-'));
const gateway = await openAcmeGateway({ folder: join(folder, 'data'), clock: systemClock, httpPort: 5002 });
const actor = systemActor('bench');
try {
  const { acme, identity, settings, storage, trustedCas } = gateway;
  const provider = await acme.providers.add(actor, {
    kind: 'acme',
    name: 'CA of the bench',
    directoryUrl,
    caPem: ca,
    approvedHosts: [new URL(directoryUrl).hostname],
    contact: [],
  });
  await storage.transaction((trx) => trustedCas.addWithin(trx, actor, [certificateOf(body)]));
  await acme.slots.change(actor, 'server', { version: 0, providers: [provider.id] });
  const times: number[] = [];
  for (let i = -3; i < Number(count); i++) {
    // another domain each time: the gateway keeps to the limits of public CAs
    const { version } = await settings.get();
    await settings.update(actor, { fqdn: `gateway.h${i + 3}-${process.pid}.test` }, version);
    // renewals ask for what was asked for last
    if (i === -3) await identity.generateCsr(actor, 'server', { key: 'ec-p256' });
    // the temporary certificate is made anew for the new name, which is not what is measured
    await sleep(500);
    const began = performance.now();
    const { id } = await acme.slots.sign(actor, 'server');
    for (;;) {
      const next = changed(gateway.events);
      const order = await acme.order(id);
      if (order.state === 'done') break;
      if (order.state !== 'running') throw new Error(JSON.stringify(order.problem));
      await next;
    }
    if (i >= 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (part: number): number => Number(times[Math.floor((times.length - 1) * part)]!.toFixed(1));
  console.log(JSON.stringify({ gateway_further_ms: at(0.5), p95_ms: at(0.95), count: times.length }));
} finally {
  await gateway.close();
  await rm(folder, { recursive: true });
}

/** The next change of ACME. */
function changed(events: Events): Promise<void> {
  return new Promise((resolve) => {
    const forget = events.on('changed', ({ feature }) => {
      if (feature !== 'acme') return;
      forget();
      resolve();
    });
  });
}

function certificateOf(pem: Uint8Array) {
  const blocks = decodePem(pem);
  const parsed = blocks.ok ? parseCertificate(blocks.value[0]!.der) : undefined;
  if (parsed?.ok !== true) throw new Error('the root cannot be read');
  return parsed.value;
}
