/**
 * A TLS connection passed on to a server behind the gateway, byte for byte, both ways, with back-pressure and
 * half-close: who has said its last still hears the other, who breaks off takes the other along.
 */
import type { NetConnectOpts } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createDirection } from './direction.ts';
import { finishAlone } from './finish-alone.ts';
import { readInto, type Take } from './read-into.ts';
import { ServerSocket } from './server-socket.ts';

/** For a server that answers requests: with its end all is over. */
export interface Requests {
  /** Goes before the client's first byte. */
  readonly preamble: string;
  /** Sees what the client says before it goes on; good until it returns. */
  heard(bytes: Uint8Array): void;
  /** The server is gone, or was never there, and has not said one byte: who takes what the client says from now on. */
  unanswered(): Take;
}

/** Every read of every relay goes through here and is copied on at once. */
const reading = Buffer.allocUnsafeSlow(65_536);
/** How long a client whose server is gone may talk on: a reset would take from it what it has not read (RFC 9112 9.6). */
const lingerMs = 2_000;

/** Serves the socket until both sides have ended; `touch` is called whenever bytes move. */
export function relayTls(socket: TLSSocket, target: NetConnectOpts, touch: () => void, requests?: Requests): void {
  let answered = false;
  const server = new ServerSocket({
    allowHalfOpen: true,
    onread: {
      buffer: reading,
      callback: (length, buffer) => {
        answered = true;
        touch();
        return toClient.take(buffer.subarray(0, length));
      },
    },
  });
  const toClient = createDirection(server, socket);
  const toServer = createDirection(socket, server);
  let take: Take = (bytes) => {
    requests?.heard(bytes);
    return toServer.take(bytes);
  };
  const leave = () => {
    take = () => true;
    toClient.end();
    const linger = () => setTimeout(() => socket.destroy(), lingerMs).unref();
    if (socket.writableFinished) linger();
    else socket.once('finish', linger);
  };

  server.on('error', () => undefined);
  server.on('end', () => {
    if (requests === undefined) toClient.end();
    else server.destroy();
  });
  server.on('close', () => {
    toServer.drop();
    if (socket.destroyed) return;
    if (requests === undefined || answered) leave();
    else take = requests.unanswered();
    socket.resume();
  });
  socket.on('end', () => toServer.end());
  socket.on('close', () => {
    toClient.drop();
    if (!finishAlone(server)) toServer.drop();
  });

  server.setNoDelay().connect(target);
  if (requests !== undefined) server.write(requests.preamble);
  const hear = (bytes: Uint8Array) => {
    touch();
    return take(bytes);
  };
  // what came with the last flight of the handshake waits in the stream
  for (let early: unknown = socket.read(); early instanceof Uint8Array; early = socket.read()) hear(early);
  if (!readInto(socket, reading, hear)) socket.on('data', hear);
  socket.resume();
}
