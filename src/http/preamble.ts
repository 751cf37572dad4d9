/**
 * The line that the TLS edge puts before each connection's first byte: who is calling, over which name, with which
 * client certificates. Read here, bounded in size and time; what follows goes to the HTTP parser untouched.
 */
import type { Socket } from 'node:net';
import { z } from 'zod';

/** Who is at the other end of a connection. */
export type Peer = RemotePeer | { readonly kind: 'local' };

export interface RemotePeer {
  readonly kind: 'remote';
  readonly address: string;
  readonly port: number;
  readonly localPort: number;
  /** The name asked for in the TLS handshake, lower case; empty: none. */
  readonly serverName: string;
  readonly protocol: string;
  readonly cipher: string;
  /** The client's certificates as DER, leaf first. */
  readonly chain: readonly Uint8Array[];
}

const maxBytes = 1024 * 1024;
const maxWait = 5000;
const newline = 0x0a;

/** Reads the line and puts the bytes after it back. Undefined, and the socket is destroyed, when it is not as agreed. */
export function readPreamble(socket: Socket): Promise<RemotePeer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => finish(undefined), maxWait);
    const finish = (peer: RemotePeer | undefined) => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      if (peer === undefined) socket.destroy();
      resolve(peer);
    };
    const onClose = () => finish(undefined);
    const onData = (chunk: Buffer) => {
      const end = chunk.indexOf(newline);
      length += end === -1 ? chunk.length : end;
      chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
      if (length > maxBytes) return finish(undefined);
      if (end === -1) return;
      // stays paused until the HTTP parser listens
      socket.pause();
      if (end + 1 < chunk.length) socket.unshift(chunk.subarray(end + 1));
      finish(parsePreamble(Buffer.concat(chunks).toString('utf8')));
    };
    socket.on('data', onData).on('close', onClose);
  });
}

const format = z.object({
  v: z.literal(1),
  remoteAddress: z.string().max(64),
  remotePort: z.int().min(0).max(65535),
  localPort: z.int().min(0).max(65535),
  sni: z.string().max(255),
  protocol: z.string().max(32),
  cipher: z.string().max(128),
  chain: z.array(z.string().max(200_000)).max(16),
});

/** Undefined for a line that is not version 1 of the format. */
export function parsePreamble(line: string): RemotePeer | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = format.safeParse(json);
  if (!parsed.success) return undefined;
  const { remoteAddress, remotePort, localPort, sni, protocol, cipher, chain } = parsed.data;
  return {
    kind: 'remote',
    address: remoteAddress,
    port: remotePort,
    localPort,
    serverName: sni.toLowerCase(),
    protocol,
    cipher,
    chain: chain.map((der) => Buffer.from(der, 'base64')),
  };
}
