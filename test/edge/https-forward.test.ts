/** HTTPS goes on to the administration whole, and comes back whole, whoever ends, breaks off or is slow. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createSocketServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { forwardHttps } from '../../src/edge/forward.ts';
import { makePeerCa } from './peer-certificates.ts';

const { cert, key } = makePeerCa().leaf();
const folder = mkdtempSync(join(tmpdir(), 'tollgate-forward-'));
const path = join(folder, 'admin.sock');
let edge: Server;
let administration: Server;
let serve: (socket: Socket) => void;

before(async () => {
  administration = createSocketServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  administration.listen(path);
  await once(administration, 'listening');
  edge = createServer({ cert, key }, (socket) => {
    socket.allowHalfOpen = true;
    socket.on('error', () => socket.destroy());
    forwardHttps(socket, path, () => undefined);
  });
  edge.listen(0, '127.0.0.1');
  await once(edge, 'listening');
});
after(() => {
  edge?.close();
  administration?.close();
  rmSync(folder, { recursive: true });
});

async function client(): Promise<TLSSocket> {
  const { port } = edge.address() as { port: number };
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false, allowHalfOpen: true };
  const socket = connect(options);
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

async function readAll(socket: Socket, slow = false): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    if (slow && chunks.length % 8 === 0) await sleep(1);
  }
  return Buffer.concat(chunks).toString('latin1');
}

/** What came behind the preamble. */
const behindPreamble = (text: string) => text.slice(text.indexOf('\n') + 1);

test('a large answer that comes late reaches a slow client that has closed its half', async () => {
  const answer = 'x'.repeat(8 << 20);
  serve = async (socket) => {
    const said = behindPreamble(await readAll(socket));
    await sleep(50);
    socket.end(said + answer);
  };
  const socket = await client();
  socket.end('question ');
  assert.equal(await readAll(socket, true), `question ${answer}`);
});

test('an early answer reaches a client in the middle of an upload that nobody reads to its end', async () => {
  const answer = 'y'.repeat(1 << 20);
  serve = (socket) => {
    let heard = 0;
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.length;
      if (heard < 100_000 || socket.writableEnded) return;
      socket.end(answer, () => socket.destroy());
    });
  };
  for (let round = 0; round < 20; round++) {
    const socket = await client();
    socket.write(Buffer.alloc(randomInt(200_000, 16 << 20)));
    const got = await readAll(socket);
    assert.equal(got, answer);
  }
});

test('what a client said before it went away reaches an administration that reads late', async () => {
  // some of these fill the kernel's buffers and leave a rest in the edge
  const sizes = Array.from({ length: 10 }, (_, i) => (1 + i) * 25_000);
  const arrived: Promise<number>[] = [];
  const gone = Promise.withResolvers<void>();
  const late = async (socket: Socket) => {
    await gone.promise;
    // the second byte meets a connection that the first has shown to be gone
    for (const ms of [50, 100]) setTimeout(() => socket.write('!'), ms);
    await sleep(200);
    return behindPreamble(await readAll(socket)).length;
  };
  serve = (socket) => void arrived.push(late(socket).finally(() => socket.end()));
  let heard = 0;
  const hear = (socket: TLSSocket) => socket.once('end', () => (heard += 1));
  edge.on('secureConnection', hear);
  const clients = await Promise.all(sizes.map(() => client()));
  for (const [i, socket] of clients.entries()) socket.resume().end(Buffer.alloc(sizes[i] ?? 0, 'z'));
  while (heard < sizes.length) await sleep(10);
  edge.off('secureConnection', hear);
  for (const socket of clients) socket.destroy();
  gone.resolve();
  assert.deepEqual(
    (await Promise.all(arrived)).toSorted((a, b) => a - b),
    sizes,
  );
});

test('a client that breaks off ends the connection to the administration at once', async () => {
  for (const speaking of [true, false]) {
    const met = Promise.withResolvers<Socket>();
    serve = (socket) => {
      if (speaking) socket.write('z'.repeat(8 << 20));
      socket.once('data', () => met.resolve(socket));
    };
    const socket = await client();
    socket.write('question');
    const there = await met.promise;
    const closed = new Promise<void>((resolve) => {
      there.once('close', () => resolve());
    });
    there.resume().on('end', () => there.end());
    socket.destroy();
    await closed;
  }
});

test('an administration that goes away without a word is excused with 503, to a client that has ended too', async () => {
  for (const [half, away] of [false, true].flatMap((one) => [false, true].map((other) => [one, other] as const))) {
    serve = (socket) => {
      socket.once('data', () => setTimeout(() => socket.destroy(), 20));
    };
    if (away) administration.close();
    const socket = await client();
    const request = 'GET /api/v1/x HTTP/1.1\r\nHost: x\r\n\r\n';
    if (half) socket.end(request);
    else socket.write(request);
    assert.match(await readAll(socket), /^HTTP\/1\.1 503 [\s\S]*problem\+json/);
    socket.destroy();
    if (away) administration.listen(path);
  }
});

test('a client that says nothing and ends is let go', async () => {
  serve = (socket) => socket.resume().on('end', () => socket.end());
  const socket = await client();
  socket.end();
  assert.equal(await readAll(socket), '');
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
