/** A verified TLS connection passed on to a TCP server, byte for byte, both ways, with back-pressure and half-close. */
import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EdgeAddress } from '../snapshot-peers.ts';
import { createDirection } from './direction.ts';
import { finishAlone } from './finish-alone.ts';
import { readInto } from './read-into.ts';

/** Every read of every relay goes through here and is copied on at once. */
const reading = Buffer.allocUnsafeSlow(65_536);

/** Serves the socket until both sides have ended; a server that cannot be reached ends it. */
export function relayTls(socket: TLSSocket, upstream: EdgeAddress, touch: () => void): void {
  const server = connect({
    ...upstream,
    allowHalfOpen: true,
    noDelay: true,
    onread: {
      buffer: reading,
      callback: (length, buffer) => {
        touch();
        return toClient.take(buffer.subarray(0, length));
      },
    },
  });
  const toClient = createDirection(server, socket);
  const toServer = createDirection(socket, server);
  server.on('error', () => socket.destroy());
  server.on('end', () => toClient.end());
  socket.on('end', () => toServer.end());
  socket.on('close', () => {
    toClient.drop();
    if (!finishAlone(server)) toServer.drop();
  });

  const take = (bytes: Uint8Array) => {
    touch();
    return toServer.take(bytes);
  };
  // what came with the last flight of the handshake waits in the stream
  for (let early: unknown = socket.read(); early instanceof Uint8Array; early = socket.read()) take(early);
  if (!readInto(socket, reading, take)) socket.on('data', take);
  socket.resume();
}
