/** A verified TLS connection passed on to a TCP server, byte for byte, both ways, with back-pressure and half-close. */
import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EdgeAddress } from '../snapshot-peers.ts';

/** Serves the socket until both sides have ended; a server that cannot be reached ends it. */
export function relayTls(socket: TLSSocket, upstream: EdgeAddress, touch: () => void): void {
  const server = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
  server.on('error', () => socket.destroy());
  socket.on('close', () => server.destroy());
  server.on('data', touch);
  socket.on('data', touch);
  socket.pipe(server);
  server.pipe(socket);
}
