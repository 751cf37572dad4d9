/** What an edge does not put up with: silence, floods, renegotiation. Times are made short where a clock decides. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { defaultEdgeSettings } from '../../src/edge/snapshot.ts';
import { needs } from '../support/needs.ts';
import { makeTestCa } from './identities.ts';
import { eventually, startTestGateway, type TestGateway } from './running-gateway.ts';
import { connectSip } from './sip-client.ts';

const ca = makeTestCa();
const server = ca.identity('server', ['gw.example.com'], 1);
const never = 3_600_000;
/** No clock decides but where a test says so. */
const roomy = {
  handshakeMs: never,
  sip: { ...defaultEdgeSettings.sip, firstByteMs: never, idleMs: never },
  https: { ...defaultEdgeSettings.https, idleMs: never },
};
let gateway: TestGateway;
let serial = 1;

before(async () => {
  gateway = await startTestGateway({ identities: [server], settings: roomy });
});
after(() => gateway.stop());

async function status() {
  const [only] = await gateway.statuses();
  assert.ok(only);
  return only;
}

async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => (socket.closed ? resolve(true) : socket.once('close', resolve)));
}

function openTls(port: number) {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  return socket;
}

test('connections that never begin a handshake are gone after the handshake time, on both ports', async () => {
  await gateway.publish([server], ++serial, { handshakeMs: 600 });
  const sockets = await Promise.all(
    Array.from({ length: 60 }, (_, i) => openTcp(i % 2 === 0 ? gateway.httpsPort : gateway.sipPort)),
  );
  await Promise.all(sockets.map(closed));
  await eventually('no open connection', async () => (await status()).https.open + (await status()).sip.open === 0);
  const { https, sip } = await status();
  assert.deepEqual([https.handshaking, sip.handshaking], [0, 0]);
  assert.equal(https.closed['handshake-timeout'], 30);
  assert.equal(sip.closed['handshake-timeout'], 30);
  await gateway.publish([server], ++serial);
});

test('a failed handshake leaves no socket behind', async () => {
  const socket = await openTcp(gateway.sipPort);
  socket.write('GET / HTTP/1.0\r\n\r\n');
  socket.resume();
  await closed(socket);
  await eventually('no open connection', async () => (await status()).sip.open === 0);
});

test('a client that leaves in the middle of its handshake is gone at once', async () => {
  const before = (await status()).https.closed['handshake-timeout'] ?? 0;
  for (const port of [gateway.httpsPort, gateway.sipPort]) {
    const socket = openTls(port);
    await once(socket, 'connect');
    await new Promise(setImmediate);
    socket.destroy();
    const ended = await openTcp(port);
    ended.end('\x16\x03\x01\x02\x00\x01');
    ended.resume();
    await closed(ended);
  }
  await eventually('no open connection', async () => (await status()).https.open + (await status()).sip.open === 0);
  assert.equal((await status()).https.closed['handshake-timeout'] ?? 0, before);
});

test('SIP connections without a first byte, and any that fall silent, are closed', async () => {
  const silent = await connectSip(gateway.sipPort, ca.pem);
  const talked = await connectSip(gateway.sipPort, ca.pem);
  const https = openTls(gateway.httpsPort);
  await once(https, 'secureConnect');
  await talked.options();
  await gateway.publish([server], ++serial, {
    sip: { ...roomy.sip, firstByteMs: 600, idleMs: 1_500 },
    https: { ...roomy.https, idleMs: 1_500 },
  });
  await Promise.all([silent.socket, talked.socket, https].map(closed));
  const { sip, https: web } = await status();
  assert.equal(sip.closed['first-byte-timeout'], 1);
  assert.equal(sip.closed['idle-timeout'], 1);
  assert.equal(web.closed['idle-timeout'], 1);
  await gateway.publish([server], ++serial);
});

test('connections beyond a cap are reset and counted, those within go on', async () => {
  const sip = { ...roomy.sip, perAddress: 3 };
  await gateway.publish([server], ++serial, { sip });
  const kept = await Promise.all(Array.from({ length: 3 }, () => connectSip(gateway.sipPort, ca.pem)));
  const refused = connectTcp({ host: '127.0.0.1', port: gateway.sipPort });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
  for (const client of kept) assert.equal(await client.options(), 'SIP/2.0 200 OK');
  kept[0]?.socket.destroy();
  await eventually('a free place', async () => (await status()).sip.open === 2);
  const again = await connectSip(gateway.sipPort, ca.pem);
  assert.equal((await status()).sip.closed['cap-address'], 1);
  for (const client of [...kept, again]) client.socket.destroy();
  await gateway.publish([server], ++serial);
});

test('renegotiation closes the connection at the first attempt', { skip: needs('openssl') }, async () => {
  const client = openssl('-tls1_2');
  await eventually('a handshake', () => client.output().includes('Verify return code'));
  client.process.stdin?.write('R\n');
  await once(client.process, 'exit');
  await eventually('the count', async () => (await status()).sip.closed['renegotiation'] === 1);
});

test('a flood of KeyUpdates is closed, while application data may flow without end', {
  skip: needs('openssl'),
}, async () => {
  const talker = await connectSip(gateway.sipPort, ca.pem);
  for (let i = 0; i < 50; i++) talker.socket.write('\r\n\r\n'.repeat(1_000));
  const client = openssl('-tls1_3');
  await eventually('a handshake', () => client.output().includes('Verify return code'));
  // one command per line that s_client reads by itself
  client.process.stdin?.on('error', () => undefined);
  const timer = setInterval(() => client.process.stdin?.write('K\n'), 1);
  await once(client.process, 'exit');
  clearInterval(timer);
  await eventually('the count', async () => (await status()).sip.closed['ciphertext-flood'] === 1);
  assert.equal(await talker.options().then((line) => line !== 'closed'), true);
  talker.socket.destroy();
});

function openssl(version: string) {
  const args = ['s_client', version, '-connect', `127.0.0.1:${gateway.sipPort}`];
  const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { process: child, output: () => text };
}
