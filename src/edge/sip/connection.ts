/**
 * SIP on one TLS connection: own OPTIONS and keep-alives (RFC 5626 section 4.4.1) are answered here, everything else
 * goes to the SIP server behind the gateway and what that one says comes back, over one TCP connection that lives as
 * long as this one. Whole messages only, with back-pressure and half-close.
 */
import type { TLSSocket } from 'node:tls';
import type { Log } from '../../lib/log.ts';
import { plainAddress } from '../address.ts';
import type { EdgeAddress } from '../snapshot-peers.ts';
import { createSipReader, type SipEvent, type SipMessage } from './message.ts';
import { answerSip, isOwnOptions, isWhole, refuseSip } from './options.ts';
import { connectUpstream, type SipUpstream } from './upstream.ts';

export interface SipSurroundings {
  /** Stands in Contact; the local address when it is undefined. */
  hostName(): string | undefined;
  /** The SIP server for new connections; undefined: 503 to every request. */
  upstream(): EdgeAddress | undefined;
  /** Takes responses to requests of our own: true when it was one. */
  onResponse?(cseq: string, status: number): boolean;
}

export interface SipConnection {
  /** Ends the connection in order: the message being written is finished, new requests get 503, then close_notify. */
  retire(): void;
}

/** How long requests still get their 503, and when the connection is gone in any case. */
const refuseMs = 500;
const destroyMs = 2_000;

/** Serves the socket until either side closes it; `touch` is called whenever bytes move. */
export function serveSip(
  socket: TLSSocket,
  { hostName, upstream: address, onResponse }: SipSurroundings,
  touch: () => void,
  log: Log,
): SipConnection {
  const read = createSipReader({ bodies: true });
  const place = {
    remoteAddress: plainAddress(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    host: hostName() ?? plainAddress(socket.localAddress ?? ''),
    port: socket.localPort ?? 0,
  };
  let upstream: SipUpstream | undefined;
  let bodyGoesOn = false;
  let ended = false;
  let retiring = false;
  /** Ends with the message that is being written. */
  let last = false;
  /** Answers of our own wait until the message that is being written is whole. */
  let held = '';

  const say = (answers: string) => {
    if (upstream?.inMessage === true) held += answers;
    else if (answers !== '' && !ended && !socket.write(answers)) socket.pause();
  };
  const finish = (answers: string) => {
    say(answers);
    socket.end();
    socket.destroySoon();
  };

  const link = (): SipUpstream | undefined => {
    const target = address();
    if (upstream !== undefined || target === undefined) return upstream;
    upstream = connectUpstream(target, socket, {
      touch,
      onBoundary: () => {
        const answers = held;
        held = '';
        say(answers);
        if (retiring) upstream?.close();
        if (last) socket.end();
      },
      onUnreachable: (requests) => {
        upstream = undefined;
        bodyGoesOn = false;
        log.warn('the SIP server behind the gateway cannot be reached', { ...target });
        say(requests.map((request) => refuseSip(request, place) ?? '').join(''));
      },
    });
    return upstream;
  };

  /** The answer to be given here; undefined when the message went on. */
  const handle = (message: SipMessage, head: Buffer, bodyLength: number): string | undefined => {
    bodyGoesOn = false;
    const own = isOwnOptions(message) || (message.method === 'OPTIONS' && address() === undefined);
    if (own || !isWhole(message)) return answerSip(message, place) ?? '';
    if (message.kind === 'response' && onResponse?.(cseqOf(message), message.status) === true) return undefined;
    if (retiring && message.kind === 'request') return refuseSip(message, place) ?? '';
    // a response without a request from there has nowhere to go
    const to = message.kind === 'response' ? upstream : link();
    if (to === undefined) return refuseSip(message, place) ?? '';
    bodyGoesOn = bodyLength > 0;
    to.send(message, head, !bodyGoesOn);
    return undefined;
  };

  const take = (event: SipEvent): string => {
    if (event.kind === 'ping') return '\r\n';
    if (event.kind === 'message') return handle(event.message, event.head, event.bodyLength) ?? '';
    if (event.kind === 'body' && bodyGoesOn) upstream?.sendBody(event.bytes, event.last);
    return '';
  };

  socket.on('data', (chunk: Buffer) => {
    touch();
    let answers = '';
    for (const event of read(chunk)) {
      if (event.kind === 'garbage') {
        log.debug('SIP connection closed', { reason: event.reason, address: place.remoteAddress });
        return finish(answers);
      }
      answers += take(event);
      if (event.kind === 'message' && !event.message.framed) return finish(answers);
    }
    say(answers);
  });
  socket.on('drain', () => {
    upstream?.resume();
    if (upstream?.full !== true) socket.resume();
  });
  socket.on('end', () => {
    if (upstream === undefined) socket.end();
    else upstream.end();
  });
  socket.on('close', () => {
    ended = true;
    upstream?.destroy();
  });

  return {
    retire() {
      if (retiring) return;
      retiring = true;
      if (upstream !== undefined && !upstream.inMessage) upstream.close();
      setTimeout(() => {
        last = true;
        if (upstream?.inMessage !== true) socket.end();
      }, refuseMs).unref();
      setTimeout(() => socket.destroy(), destroyMs).unref();
    },
  };
}

function cseqOf({ headers }: SipMessage): string {
  return headers.find(({ name }) => name === 'cseq')?.value.replace(/[ \t]+/, ' ') ?? '';
}
