/**
 * Takes connections from the two Unix sockets and hands them to the one HTTP parser: `admin` from the TLS edges, each
 * behind a preamble; `cli` from the command line on this machine. Both are open to the owner of the data folder only.
 */
import { chmodSync, rmSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { type Peer, readPreamble } from './preamble.ts';

export interface Intake {
  /** Who is at the other end; undefined for a socket that did not come through here. */
  peerOf(socket: Socket): Peer | undefined;
  /** Unix sockets: `admin` for the edges, `cli` for the command line on this machine. */
  listen(paths: { readonly admin: string; readonly cli: string }): Promise<void>;
  /** Takes no more, lets running requests end, then cuts what is left after `grace` milliseconds. */
  close(grace: number): Promise<void>;
}

export function createIntake(http: HttpServer): Intake {
  const peers = new WeakMap<Socket, Peer>();
  const open = new Set<Socket>();
  const handOver = (socket: Socket, peer: Peer) => {
    peers.set(socket, peer);
    http.emit('connection', socket);
    socket.resume();
  };
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const admin = createServer({ allowHalfOpen: true }, (socket) => {
    track(socket);
    void readPreamble(socket).then((peer) => peer && handOver(socket, peer));
  });
  const cli = createServer({ allowHalfOpen: true }, (socket) => {
    track(socket);
    handOver(socket, { kind: 'local' });
  });

  return {
    peerOf: (socket) => peers.get(socket),
    async listen(paths) {
      // makes the HTTP server watch header and request times although it has no port of its own
      http.emit('listening');
      await listenOn(admin, paths.admin);
      await listenOn(cli, paths.cli);
    },
    async close(grace) {
      const closed = Promise.all([admin, cli].map((server) => new Promise((done) => server.close(done))));
      http.closeIdleConnections();
      const timer = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, grace);
      await closed;
      clearTimeout(timer);
      http.close();
    },
  };
}

/** The longest path of a Unix socket on Linux (sun_path, with its closing zero). */
const maxPath = 107;

/** A socket file left by a killed process is removed; the lock of the data folder makes sure nobody listens on it. */
function listenOn(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > maxPath) {
    throw new Error(`the path ${path} is too long for a socket: choose a data folder with a shorter path`);
  }
  rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      server.off('error', reject);
      resolve();
    });
  });
}
