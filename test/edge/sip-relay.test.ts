/** SIP between a TLS client and the SIP server behind the gateway: messages, back-pressure, half-close, failures. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { BoundSocket, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa, storeCrl } from './peer-certificates.ts';
import { eventually, startTestGateway, type TestGateway } from './running-gateway.ts';
import { connectSip } from './sip-client.ts';

const ca = makeTestCa();
const peerCa = makePeerCa();
// taken by Node, not told by its types
const halfOpen: ConnectionOptions & { allowHalfOpen?: boolean } = { allowHalfOpen: true };
let gateway: TestGateway;
let server: Server;
let behind: Socket[] = [];

before(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    behind.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    flags: ['--relays', 'bytes=0'],
    peers: { trust: [peerCa.base64], ...upstream(port()), relays: [relay(port())] },
  });
});

after(async () => {
  await gateway?.stop();
  for (const socket of behind) socket.destroy();
  server?.close();
});

function port(): number {
  return (server.address() as { port: number }).port;
}

function upstream(target: number) {
  return { upstream: { host: '127.0.0.1', port: target } };
}

function relay(target: number) {
  return { name: 'bytes', requireClientCertificate: true, trustSet: '', ...upstream(target) };
}

/** A whole message; `start` is its first line. */
function message(start: string, cseq: string, body = ''): string {
  const common = `From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: ${cseq}@x\r\nCSeq: ${cseq}`;
  const via = 'Via: SIP/2.0/TLS client.example.com;branch=z9hG4bK1;rport';
  return `${start}\r\n${via}\r\n${common}\r\nMax-Forwards: 70\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** What arrives, gathered. */
function gather(socket: { on(event: 'data', take: (chunk: Buffer) => void): unknown }): () => string {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  return () => text;
}

async function newest(count: number): Promise<Socket> {
  await eventually('a connection to the server behind', () => behind.length === count);
  return behind.at(-1)!;
}

test('requests go through byte for byte, requests of the server come back on the same connection', async () => {
  behind = [];
  const client = await connectSip(gateway.sipPort, ca.pem);
  const heard = gather(client.socket);
  const invite = message('INVITE sip:b@example.com SIP/2.0', '1 INVITE', 'v=0\r\n');
  const odd = message('FROBNICATE sip:b@example.com;x=y SIP/2.0', '2 FROBNICATE');
  for (const part of [invite.slice(0, 20), invite.slice(20) + odd.slice(0, 5), odd.slice(5)]) {
    client.socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const socket = await newest(1);
  const got = gather(socket);
  await eventually('both requests', () => got() === invite + odd);
  const answer = message('SIP/2.0 180 Ringing', '1 INVITE');
  const bye = message('BYE sip:a@client.example.com SIP/2.0', '7 BYE', 'x'.repeat(70_000));
  socket.write(answer + bye);
  await eventually('the answer and the request', () => heard() === answer + bye);
  const ok = message('SIP/2.0 200 OK', '7 BYE');
  client.socket.write(ok);
  await eventually('the response to the server', () => got().endsWith(ok));
  assert.equal(behind.length, 1);
  const ended = once(socket, 'end');
  client.socket.destroy();
  await ended;
});

test('OPTIONS without a user part or with Max-Forwards 0 is answered here, another is passed on', async () => {
  behind = [];
  const client = await connectSip(gateway.sipPort, ca.pem);
  const heard = gather(client.socket);
  client.socket.write(message('OPTIONS sip:example.com SIP/2.0', '1 OPTIONS'));
  client.socket.write(message('OPTIONS sip:u@example.com SIP/2.0', '2 OPTIONS').replace('Forwards: 70', 'Forwards: 0'));
  await eventually('two answers', () => heard().split('SIP/2.0 200 OK').length === 3);
  assert.equal(behind.length, 0);
  const foreign = message('OPTIONS sip:u@example.com SIP/2.0', '3 OPTIONS');
  client.socket.write(foreign);
  const got = gather(await newest(1));
  await eventually('the third behind', () => got() === foreign);
  client.socket.write('\r\n\r\n');
  await eventually('the pong', () => heard().endsWith('\r\n\r\n\r\n'));
  client.socket.destroy();
});

test('a client that ends its direction still gets the answer', async () => {
  behind = [];
  const client = await connectSip(gateway.sipPort, ca.pem, halfOpen);
  const heard = gather(client.socket);
  const closed = once(client.socket, 'close');
  client.socket.end(message('MESSAGE sip:b@example.com SIP/2.0', '1 MESSAGE', 'hello'));
  const socket = await newest(1);
  socket.resume();
  await once(socket, 'end');
  socket.end(message('SIP/2.0 202 Accepted', '1 MESSAGE'));
  await eventually('the answer', () => heard().startsWith('SIP/2.0 202 Accepted'));
  await closed;
});

test('a slow server stops the client, a slow client stops the server', async () => {
  behind = [];
  const client = await connectSip(gateway.sipPort, ca.pem);
  const one = message('MESSAGE sip:b@example.com SIP/2.0', '1 MESSAGE', 'x'.repeat(60_000));
  const before = await memory();
  client.socket.write(one);
  const socket = await newest(1);
  socket.pause();
  let taken = 0;
  while (taken < 1_000 && client.socket.write(one)) taken += 1;
  for (let i = 0; i < 600; i++) client.socket.write(one);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(client.socket.writableLength > 10_000_000, `${client.socket.writableLength} waiting in the client`);
  assert.ok((await memory()) - before < 20_000_000);
  client.socket.pause();
  for (let i = 0; i < 600; i++) socket.write(one);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(socket.writableLength > 10_000_000, `${socket.writableLength} waiting in the server`);
  const heard = gather(client.socket);
  const got = gather(socket);
  client.socket.resume();
  socket.resume();
  await eventually('everything', () => heard().length === 600 * one.length && got().length >= 600 * one.length);
  client.socket.destroy();
});

test('without a server every request but ACK gets 503, and the next connection may find it again', async () => {
  // bound, so that nobody else gets it, and nobody listens
  const dead = new BoundSocket({ host: '127.0.0.1' });
  const gone = (dead.address() as { port: number }).port;
  await gateway.publishPeers({ trust: [peerCa.base64], ...upstream(gone) });
  const client = await connectSip(gateway.sipPort, ca.pem);
  const heard = gather(client.socket);
  client.socket.write(message('ACK sip:b@example.com SIP/2.0', '1 ACK'));
  client.socket.write(message('INVITE sip:b@example.com SIP/2.0', '2 INVITE', 'v=0\r\n'));
  await eventually('503', () => /^SIP\/2\.0 503 [\s\S]*CSeq: 2 INVITE/.test(heard()));
  await gateway.publishPeers({ trust: [peerCa.base64] });
  client.socket.write(message('INVITE sip:b@example.com SIP/2.0', '3 INVITE'));
  await eventually('503 again', () => /SIP\/2\.0 503 [\s\S]*CSeq: 3 INVITE/.test(heard()));
  assert.equal(
    heard()
      .split('SIP/2.0')
      .filter((part) => part.includes('ACK')).length,
    0,
  );
  client.socket.destroy();
  dead.close();
});

test('a session that ends by revocation finishes its message, answers 503 and closes in order', async () => {
  // requests get their 503 for half a second, which a machine with too much to do may spend elsewhere
  for (let tries = 1; ; tries++) {
    const { answer, heard, hadError } = await endByRevocation(tries);
    assert.equal(hadError, false);
    assert.ok(heard.startsWith(answer), 'the answer is whole');
    if (heard === answer && tries < 5) continue;
    assert.match(heard.slice(answer.length), /^SIP\/2\.0 503 [\s\S]*CSeq: 2 INVITE/);
    return;
  }
});

/** The certificate is revoked in the middle of an answer, then comes another request. */
async function endByRevocation(crlNumber: number) {
  behind = [];
  const peers = { trust: [peerCa.base64], ...upstream(port()) };
  await gateway.publishPeers(peers);
  const leaf = peerCa.leaf();
  const client = await connectSip(gateway.sipPort, ca.pem, { cert: leaf.cert, key: leaf.key });
  const heard = gather(client.socket);
  client.socket.write(message('INVITE sip:b@example.com SIP/2.0', '1 INVITE'));
  const socket = await newest(1);
  const answer = message('SIP/2.0 200 OK', '1 INVITE', 'y'.repeat(2_000));
  socket.write(answer.slice(0, 1_000));
  await eventually('a part of the answer', () => heard().length === 1_000);
  const file = storeCrl(gateway.folder, peerCa.crl([leaf.serial], crlNumber));
  const sip = { ...noPeers.revocation.sip, mode: 'leaf' } as const;
  const closed = new Promise<boolean>((resolve) => client.socket.once('close', resolve));
  await gateway.publishPeers({
    ...peers,
    revocation: { ...noPeers.revocation, sip, crls: [{ file, source: 'manual' }] },
  });
  client.socket.write(message('INVITE sip:c@example.com SIP/2.0', '2 INVITE'));
  socket.write(answer.slice(1_000));
  return { answer, hadError: await closed, heard: heard() };
}

test('a TLS relay lets verified clients through to the server and nobody else', async () => {
  behind = [];
  await gateway.publishPeers({ trust: [peerCa.base64], relays: [relay(port())] });
  const relayPort = gateway.note().furtherPorts?.[0]?.port ?? 0;
  const refused = await connectSip(relayPort, ca.pem).catch(() => undefined);
  refused?.socket.write('not for you');
  await eventually('the refused client closed', () => refused?.socket.destroyed !== false);
  assert.equal(behind.length, 0);
  const leaf = peerCa.leaf();
  const client = await connectSip(relayPort, ca.pem, { cert: leaf.cert, key: leaf.key, ...halfOpen });
  const heard = gather(client.socket);
  client.socket.end(Buffer.alloc(3_000_000, 1));
  const socket = await newest(1);
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    length += chunk.length;
  });
  await once(socket, 'end');
  assert.equal(length, 3_000_000);
  socket.end('bytes of any kind');
  await eventually('the answer', () => heard() === 'bytes of any kind');
});

async function memory(): Promise<number> {
  return (await gateway.statuses()).reduce((sum, { memory: own }) => sum + own, 0);
}
