/**
 * HTTPS beyond TLS: every connection goes to the administration process over its Unix socket, byte for byte, behind
 * one line that says who is calling. Headers are never read or added here; X-Forwarded-* has no meaning anywhere.
 */
import type { TLSSocket } from 'node:tls';
import type { Decision } from '../features/verification/verification.ts';
import { toBase64 } from '../lib/bytes.ts';
import { plainAddress } from './address.ts';
import { presentedChain } from './peer/presented-chain.ts';
import { relayTls } from './relay/tls-relay.ts';
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

/** Serves the socket until both sides have ended; answers 503 itself while nobody listens on `path`. */
export function forwardHttps(socket: TLSSocket, path: string, touch: () => void, decision?: Decision): void {
  let asked = '';
  relayTls(socket, { path }, touch, {
    preamble: `${JSON.stringify(preamble(socket, decision))}\n`,
    heard(bytes) {
      if (asked === '') asked = Buffer.from(bytes.subarray(0, mostAsked)).toString('latin1');
    },
    unanswered: () => answerUnavailable(socket, asked),
  });
}

/** Enough of a request to tell what kind of answer it gets. */
const mostAsked = 1_024;

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
