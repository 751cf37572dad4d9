/**
 * A gateway's private CA and ACME server over a folder, without sockets, and the client of an order: `acme-server-child.ts
 * FOLDER [prepare]`. Makes what is missing and goes on with what is there, until the order has its certificate, or with
 * `prepare` until all but the client is there. Prints the order's state and the serial numbers that the CA has recorded
 * for its name. Killed at a fail point by TOLLGATE_FAIL.
 */
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAcmeServer, privateCaIssuer } from '../../src/features/acme-server/acme-server.ts';
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openStorage } from '../../src/storage/storage.ts';
import { csrFor, JwsClient, makeAccountKey } from '../support/jws-client.ts';

const [folder = '', what] = process.argv.slice(2);
const name = 'a.example.com';
const actor = systemActor('crash test');
const storage = await openStorage(folder);
const events = createEvents((error) => console.error(error));
const ca = createPrivateCa({ storage, clock, events, trustedCas: { addWithin: async () => [] } });
const server = createAcmeServer(
  {
    storage,
    clock,
    events,
    ca: privateCaIssuer(ca, clock),
    ownHosts: async () => ['ca.test'],
    onError: (error) => console.error(error),
  },
  { validate: async () => undefined, pauses: [] },
);
const note = join(folder, 'client.json');
if (!existsSync(note)) await prepare();
if (what === 'prepare') process.exit();
const stop = await server.start();
const { key, order: kept } = JSON.parse(readFileSync(note, 'utf8')) as { key: string; order: string };
const client = new JwsClient(server, { key: createPrivateKey(key) });
await client.register();
const order = kept === '' ? await client.order([name]) : await client.post(kept, '');
const url = String(order.headers['location']);
// as every client does, the order is noted before anything is done about it
writeFileSync(note, JSON.stringify({ key, order: url }));
await client.prove(order);
const state = await client.post(url, '');
if (state.json['status'] === 'ready') await client.post(String(state.json['finalize']), { csr: csrFor([name]) });
const done = await client.post(url, '');
const { certificates } = await ca.issued({ limit: 10, text: name });
await stop();
console.log(JSON.stringify({ status: done.json['status'], serials: certificates.map(({ serial }) => serial) }));
await storage.close();

async function prepare(): Promise<void> {
  await server.start();
  const passphrase = new Secret('nine violet engines under glass');
  const root = await ca.createRoot(actor, {
    subject: [{ type: 'CN', value: 'Root' }],
    algorithm: 'ec-p256',
    days: 3_650,
    passphrase,
    trust: false,
  });
  await ca.createIntermediate(actor, {
    subject: [{ type: 'CN', value: 'Intermediate' }],
    algorithm: 'ec-p256',
    days: 1_825,
    parent: root.id,
    passphrase,
    constraints: null,
    partitions: 0,
  });
  const settings = { enabled: true, externalAccountRequired: false, profiles: ['web-server'], names: ['*'] };
  await server.updateSettings(actor, settings, 0);
  const made = makeAccountKey().export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(note, JSON.stringify({ key: made, order: '' }));
}
