import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nothingHere } from './answer.ts';
import { createPublicListener } from './listen.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-listen-'));
after(() => rmSync(folder, { recursive: true }));
const caps = { connections: 6, connectionsPerAddress: 4 };
const short = { request: 300, idle: 300, stall: 400 };

async function listening(times = short) {
  const file = join(folder, 'large');
  writeFileSync(file, Buffer.alloc(3_000_000, 7));
  const listener = createPublicListener(
    ({ path }) =>
      path === '/large' ? { status: 200, lines: '', body: { path: file, length: 3_000_000 } } : nothingHere(404),
    () => caps,
    times,
  );
  return { listener, port: await listener.listen({ port: 0 }) };
}

async function allOf(socket: ReturnType<typeof connect>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('a connection that sends nothing, drips a head, or waits between requests is closed', async () => {
  const { listener, port } = await listening();
  const silent = connect(port, '127.0.0.1');
  const dripping = connect(port, '127.0.0.1');
  const idle = connect(port, '127.0.0.1');
  const drip = setInterval(() => dripping.write('a'), 50);
  idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  dripping.on('error', () => undefined);
  const [, dripped, waited] = await Promise.all([allOf(silent), allOf(dripping).catch(() => Buffer.of()), allOf(idle)]);
  clearInterval(drip);
  assert.ok(dripped.length === 0 || dripped.toString('latin1').startsWith('HTTP/1.1 408'));
  assert.match(waited.toString('latin1'), /^HTTP\/1\.1 404/);
  await none(listener);
  listener.close();
});

test('a large file arrives whole, also on a connection whose client has closed its own direction', async () => {
  const { listener, port } = await listening();
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const all = await allOf(socket);
  assert.equal(all.length - all.indexOf('\r\n\r\n') - 4, 3_000_000);
  listener.close();
});

test('a client that does not take its answer is given up', async () => {
  const { listener, port } = await listening();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
  socket.pause();
  await once(socket, 'connect');
  await none(listener);
  socket.destroy();
  listener.close();
});

test('one address gets no more than its share', async () => {
  const { listener, port } = await listening({ ...short, request: 600_000 });
  const sockets = Array.from({ length: 6 }, () => connect(port, '127.0.0.1'));
  const closed = sockets.map((socket) => {
    socket.on('error', () => undefined);
    return new Promise((resolve) => socket.on('close', resolve));
  });
  await Promise.race(closed);
  while (listener.refused < 2) await Promise.race([...closed, new Promise((resolve) => setTimeout(resolve, 20))]);
  assert.equal(listener.open, 4);
  for (const socket of sockets) socket.destroy();
  listener.close();
});

/** Waits until no connection is open: this end of one may be told of its end a moment later. */
async function none(listener: { readonly open: number }): Promise<void> {
  for (let i = 0; i < 600 && listener.open > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(listener.open, 0);
}
