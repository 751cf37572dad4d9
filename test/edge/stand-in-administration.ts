/**
 * Stands in for the administration process where a test needs to decide itself what the edges serve: keeps the
 * contract with the supervisor, answers every HTTP request with what the preamble said.
 */
import { unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { StartMessage } from '../../src/supervisor/administration.ts';

const preambles = new WeakMap<Socket, string>();

const http = createServer((request, response) => {
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
  });
  request.on('end', () => {
    const size = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('size') ?? 0);
    const body = size > 0 ? 'x'.repeat(size) : JSON.stringify({ preamble: preambles.get(request.socket), length });
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
});

const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
  socket.once('data', (chunk: Buffer) => {
    const end = chunk.indexOf(10);
    preambles.set(socket, chunk.toString('utf8', 0, end));
    socket.pause();
    if (end + 1 < chunk.length) socket.unshift(chunk.subarray(end + 1));
    http.emit('connection', socket);
    socket.resume();
  });
  socket.on('error', () => socket.destroy());
});

process.on('disconnect', () => process.exit(0));
process.on('message', (message: StartMessage | { type: 'reload' }) => {
  if (message.type !== 'start') return;
  const path = join(message.folder, 'run', 'admin.sock');
  try {
    unlinkSync(path);
  } catch {
    // nothing left over
  }
  process.umask(0o177);
  server.listen(path, () => process.send?.({ type: 'ready' }));
});
