/**
 * HTTPS beyond TLS: every connection goes to the administration process over its Unix socket, byte for byte, behind
 * one line that says who is calling. Headers are never read or added here; X-Forwarded-* has no meaning anywhere.
 */
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Decision } from '../features/verification/verification.ts';
import { toBase64 } from '../lib/bytes.ts';
import { plainAddress } from './address.ts';
import { presentedChain } from './peer/presented-chain.ts';
import { answerUnavailable } from './unavailable.ts';

/** The first line on each connection to the administration socket, as JSON. */
export interface Preamble {
  readonly v: 1;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  /** The name the client asked for; empty when it named none. */
  readonly sni: string;
  readonly protocol: string;
  readonly cipher: string;
  /** The client's chain as base64 DER, leaf first; empty: none was asked for. */
  readonly chain: readonly string[];
  /** What was decided about the chain, which was accepted; null: none was asked for. */
  readonly decision: Decision | null;
}

/** Serves the socket until either side closes it; answers 503 itself while nobody listens on `path`. */
export function forwardHttps(socket: TLSSocket, path: string, touch: () => void, decision?: Decision): void {
  const upstream = connect({ path, allowHalfOpen: true });
  let answered = false;
  let asked = '';
  const fallBack = () => {
    socket.unpipe(upstream);
    upstream.destroy();
    if (socket.destroyed) return;
    if (answered) socket.destroy();
    else answerUnavailable(socket, touch, asked);
    answered = true;
  };

  socket.on('close', () => upstream.destroy());
  upstream.on('error', fallBack);
  upstream.on('connect', () => {
    upstream.write(`${JSON.stringify(preamble(socket, decision))}\n`);
    relay(socket, upstream, touch);
    socket.once('data', (chunk: Buffer) => {
      asked = chunk.toString('latin1', 0, 1_024);
    });
    upstream.once('data', () => {
      answered = true;
    });
    // the administration process went away before it said a word
    upstream.once('end', () => {
      if (!answered && !socket.readableEnded) fallBack();
      else socket.end();
    });
  });
}

/** `pipe` keeps back-pressure; the client's end is passed on, the other direction ends in `upstream`'s handler. */
function relay(socket: TLSSocket, upstream: Socket, touch: () => void): void {
  socket.on('data', touch);
  upstream.on('data', touch);
  socket.pipe(upstream);
  upstream.pipe(socket, { end: false });
}

function preamble(socket: TLSSocket, decision: Decision | undefined): Preamble {
  return {
    v: 1,
    remoteAddress: plainAddress(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    localPort: socket.localPort ?? 0,
    sni: serverName(socket),
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    chain: decision === undefined ? [] : presentedChain(socket).map((der) => toBase64(der)),
    decision: decision ?? null,
  };
}

function serverName(socket: TLSSocket): string {
  const name: unknown = 'servername' in socket ? socket.servername : undefined;
  return typeof name === 'string' ? name.toLowerCase() : '';
}
