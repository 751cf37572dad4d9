/** Ports of the settings: listened on and given up while the gateway runs, without touching open connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createPrivateCa, type Leaf, type PrivateCa } from '../../scripts/demo/private-ca.ts';
import type { ZoneGateway } from '../../scripts/demo/zone-gateway.ts';
import { freePorts } from '../support/free-port.ts';
import { startLocalGateway } from './local-gateway.ts';
import { eventually } from './running-gateway.ts';
import { connectSip, type SipClient } from './sip-client.ts';

let folder = '';
let ca: PrivateCa;
let leaf: Leaf;
let gateway: ZoneGateway;
let echo: Server;
const sockets: Socket[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-listeners-'));
  ca = await createPrivateCa(folder, 'Peer CA');
  leaf = await ca.leaf({ name: 'peer.example.com' });
  gateway = await startLocalGateway(folder, ca);
  echo = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});

after(async () => {
  await gateway?.stop();
  for (const socket of sockets) socket.destroy();
  echo?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function change(patch: object): Promise<void> {
  const { version } = await gateway.api.must<{ version: number }>('GET', '/settings');
  await gateway.api.must('PATCH', '/settings', { version, ...patch });
}

interface State {
  readonly kind: string;
  readonly name: string;
  readonly port: number;
  readonly bound: boolean;
  readonly words: string;
}

async function states(): Promise<readonly State[]> {
  return (await gateway.api.must<{ listeners: State[] }>('GET', '/settings/listeners')).listeners;
}

const isThere = (name: string, bound = true) =>
  eventually(`${name} ${bound ? 'listens' : 'does not listen'}`, async () =>
    (await states()).some((one) => one.name === name && one.bound === bound),
  );

function accepted({ socket }: SipClient): boolean {
  socket.destroy();
  return false;
}

const own = () => ({ cert: leaf.certificate, key: leaf.key });

test('a relay and the port for mutual TLS come and go; connections that are open stay, but for those of what is gone', async () => {
  await gateway.changeZone('Default zone', { tlsVerify: true });
  const stays = await connectSip(gateway.sipPort, ca.ca.certificate, own());
  assert.equal(await stays.options(), 'SIP/2.0 200 OK');
  const [port = 0, mutual = 0] = freePorts(2);
  const upstream = { host: '127.0.0.1', port: (echo.address() as { port: number }).port };
  await change({
    relays: [{ name: 'bytes', port, upstream, purpose: 'syslog' }],
    sip: { mutualTlsPort: mutual },
  });
  await isThere('bytes');
  await isThere('sip-mutual');
  const relayed = await connectSip(port, ca.ca.certificate, own());
  relayed.socket.write('hello');
  assert.equal(String((await once(relayed.socket, 'data'))[0]), 'hello');
  const both = await connectSip(mutual, ca.ca.certificate, own());
  assert.equal(await both.options(), 'SIP/2.0 200 OK');
  const without = await connectSip(mutual, ca.ca.certificate);
  assert.equal(await without.options(), 'closed');

  await change({ relays: [] });
  await relayed.closed;
  await eventually('the relay is gone', async () => !(await states()).some(({ name }) => name === 'bytes'));
  await eventually('nobody listens there', () => connectSip(port, ca.ca.certificate, own()).then(accepted, () => true));
  // on edges that listen no more, and still follow every change
  for (const { options } of [stays, both]) assert.equal(await options(), 'SIP/2.0 200 OK');
  await gateway.distrust(ca.fingerprint);
  await Promise.all([stays.closed, both.closed]);
  await gateway.trust(ca.ca.certificate);
});

test('a port that another program has is said to be so, and the gateway goes on without it', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await change({ relays: [{ name: 'taken', port, upstream: { host: '127.0.0.1', port: 9 } }] });
  await isThere('taken', false);
  const [state] = (await states()).filter(({ name }) => name === 'taken');
  assert.match(state?.words ?? '', /Another program listens/);
  await eventually('an alarm', async () => {
    const { alarms } = await gateway.api.must<{ alarms: { code: string }[] }>('GET', '/alarms');
    return alarms.some(({ code }) => code === 'settings.not-listening');
  });
  const client = await connectSip(gateway.sipPort, ca.ca.certificate, own());
  assert.equal(await client.options(), 'SIP/2.0 200 OK');
  client.socket.destroy();
  other.close();
  await once(other, 'close');
  // it is tried again every few seconds
  await isThere('taken');
});
