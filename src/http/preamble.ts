/**
 * The line that the TLS edge puts before each connection's first byte: who is calling, over which name, with which
 * client certificates. Read here, bounded in size and time; what follows goes to the HTTP parser untouched.
 */
import type { Socket } from 'node:net';

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

/** Undefined for a line that is not version 1 of the format. */
export function parsePreamble(line: string): RemotePeer | undefined {
  const { v, remoteAddress, remotePort, localPort, sni, protocol, cipher, chain } = readObject(line);
  if (v !== 1 || !isPort(remotePort) || !isPort(localPort)) return undefined;
  if (!isText(remoteAddress, 64) || !isText(sni, 255) || !isText(protocol, 32) || !isText(cipher, 128))
    return undefined;
  if (!isChain(chain)) return undefined;
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

/** Without members for what is no object. */
function readObject(line: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(line) as object) };
  } catch {
    return {};
  }
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

function isChain(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 16 && value.every((der) => isText(der, 200_000));
}
