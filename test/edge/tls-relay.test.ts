/** The TLS relay carries bytes: every one, in order, both ways at once, whoever is slow, until both sides have ended. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { readInto } from '../../src/edge/relay/read-into.ts';
import { relayTls } from '../../src/edge/relay/tls-relay.ts';
import { makePeerCa } from './peer-certificates.ts';

const { cert, key } = makePeerCa().leaf();
let relay: Server;
let upstream: Server;
let serve: (socket: Socket) => void;
let accepted: TLSSocket[] = [];

before(async () => {
  upstream = createTcpServer({ allowHalfOpen: true }, (socket) => serve(socket));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as { port: number };
  relay = createServer({ cert, key }, (socket) => {
    accepted.push(socket);
    socket.allowHalfOpen = true;
    socket.on('error', () => undefined);
    relayTls(socket, { host: '127.0.0.1', port }, () => undefined);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
});

after(() => {
  relay?.close();
  upstream?.close();
});

async function client(): Promise<TLSSocket> {
  const { port } = relay.address() as { port: number };
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false, allowHalfOpen: true };
  const socket = connect(options);
  await once(socket, 'secureConnect');
  return socket;
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Everything a socket says, read in pieces with pauses when `slow`. */
async function readAll(socket: Socket, slow: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    if (slow && chunks.length % 16 === 0) await sleep(1);
  }
  return Buffer.concat(chunks);
}

async function writeAll(socket: Socket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + randomInt(1, 150_000);
    if (!socket.write(bytes.subarray(at, end))) await once(socket, 'drain');
    at = end;
  }
  socket.end();
}

for (const slow of ['nobody', 'client', 'server'] as const) {
  test(`eight megabytes go each way at once unchanged when ${slow} is slow`, async () => {
    const up = randomBytes(8 << 20);
    const down = randomBytes(8 << 20);
    const arrived = Promise.withResolvers<Buffer>();
    serve = (socket) => {
      void writeAll(socket, down);
      readAll(socket, slow === 'server').then(arrived.resolve, arrived.reject);
    };
    const socket = await client();
    const [, answer] = await Promise.all([writeAll(socket, up), readAll(socket, slow === 'client')]);
    assert.equal(digest(await arrived.promise), digest(up));
    assert.equal(digest(answer), digest(down));
  });
}

test('an end goes through alone: the other side may still speak', async () => {
  serve = async (socket) => {
    const said = await readAll(socket, false);
    socket.end(`you said ${said.toString()}`);
  };
  const socket = await client();
  socket.end('hello');
  assert.equal((await readAll(socket, false)).toString(), 'you said hello');
});

test('what a client said reaches a server that reads late, though both have ended and the client is gone', async () => {
  // some of these fill the kernel's buffers and leave a rest in the relay
  const sizes = Array.from({ length: 40 }, (_, i) => (4 + i) * 131_072);
  const up = randomBytes(sizes.at(-1)!);
  const arrived: Promise<number>[] = [];
  serve = (socket) => {
    socket.end();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    arrived.push(promise);
    setTimeout(() => readAll(socket, true).then(({ length }) => resolve(length), reject), 500);
  };
  await Promise.all(
    sizes.map(async (size) => {
      const socket = await client();
      const closed = new Promise((resolve) => socket.resume().once('close', resolve));
      socket.end(up.subarray(0, size));
      await closed;
    }),
  );
  assert.deepEqual(
    (await Promise.all(arrived)).toSorted((a, b) => a - b),
    sizes,
  );
});

test('when one side breaks off the other is closed', async () => {
  for (const breaks of ['client', 'server'] as const) {
    accepted = [];
    const met = Promise.withResolvers<Socket>();
    serve = (socket) => {
      socket.on('error', () => undefined);
      met.resolve(socket);
    };
    const socket = await client();
    socket.on('error', () => undefined);
    socket.write('hello');
    const server = await met.promise;
    const other = breaks === 'client' ? server : socket;
    const closed = new Promise((resolve) => other.once('end', resolve).once('close', resolve));
    other.resume();
    if (breaks === 'client') socket.destroy();
    else server.resetAndDestroy();
    await closed;
    server.destroy();
    socket.destroy();
  }
});

test('this Node lets the relay read into its own buffer', async () => {
  serve = (socket) => socket.end();
  accepted = [];
  const socket = await client();
  while (accepted.length === 0) await sleep(10);
  const [there] = accepted;
  assert.ok(there !== undefined && readInto(there, Buffer.alloc(1_024), () => true));
  socket.destroy();
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
