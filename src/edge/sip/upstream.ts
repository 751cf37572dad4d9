/** The TCP connection to the SIP server behind the gateway that belongs to one TLS connection. */
import type { TLSSocket } from 'node:tls';
import { finishAlone } from '../relay/finish-alone.ts';
import { ServerSocket } from '../relay/server-socket.ts';
import type { EdgeAddress } from '../snapshot-peers.ts';
import { createSipReader, type SipMessage } from './message.ts';

export interface SipUpstream {
  /** A message of the server is on its way to the client and not whole yet. */
  readonly inMessage: boolean;
  /** The server takes no more for now. */
  readonly full: boolean;
  /** `whole`: no body follows. */
  send(message: SipMessage, head: Buffer, whole: boolean): void;
  sendBody(bytes: Buffer, last: boolean): void;
  /** The client takes more. */
  resume(): void;
  /** The client said its last; the server may still answer. */
  end(): void;
  /** Nothing of the server is passed on any more; what is being sent to it is finished. */
  close(): void;
  destroy(): void;
}

export interface UpstreamEvents {
  touch(): void;
  /** A message of the server is whole with the client. */
  onBoundary(): void;
  /** The server could not be reached; these requests were for it. */
  onUnreachable(requests: readonly SipMessage[]): void;
}

/** Connects; what is sent meanwhile waits. Passes messages of the server to `client`, and ends it with the server. */
export function connectUpstream(target: EdgeAddress, client: TLSSocket, events: UpstreamEvents): SipUpstream {
  const server = new ServerSocket({ allowHalfOpen: true });
  const read = createSipReader({ bodies: true });
  let connected = false;
  let inMessage = false;
  let sending = false;
  let closing = false;
  let full = false;
  let waiting: SipMessage[] = [];
  /** Pongs wait until the message that is being sent is whole. */
  let pongs = '';

  const write = (bytes: Buffer | string) => {
    if (bytes.length === 0 || server.destroyed || server.write(bytes)) return;
    full = true;
    client.pause();
  };
  const settled = (whole: boolean) => {
    sending = !whole;
    if (!whole) return;
    write(pongs);
    pongs = '';
    if (closing) server.end();
  };
  /** Whether the client takes more. */
  const pass = (bytes: Buffer, whole: boolean): boolean => {
    inMessage = !whole;
    const more = client.writable ? client.write(bytes) : true;
    if (whole) events.onBoundary();
    return more;
  };

  server.setNoDelay().connect(target);
  server.on('connect', () => {
    connected = true;
    waiting = [];
  });
  server.on('error', () => {
    if (connected) client.destroySoon();
    else events.onUnreachable(waiting);
    if (full) client.resume();
  });
  server.on('drain', () => {
    full = false;
    client.resume();
  });
  server.on('data', (chunk: Buffer) => {
    events.touch();
    let more = true;
    for (const event of read(chunk)) {
      if (closing && !inMessage) continue;
      if (event.kind === 'message') more = pass(event.head, event.bodyLength === 0);
      else if (event.kind === 'body') more = pass(event.bytes, event.last);
      else if (event.kind === 'ping') pongs += '\r\n';
      else client.destroySoon();
    }
    if (!sending) settled(true);
    if (!more) server.pause();
  });
  server.on('end', () => client.end());
  server.on('close', () => {
    if (connected) client.end();
  });

  return {
    get inMessage() {
      return inMessage;
    },
    get full() {
      return full;
    },
    send(message, head, whole) {
      if (!connected && message.kind === 'request') waiting.push(message);
      write(head);
      settled(whole);
    },
    sendBody(bytes, last) {
      write(bytes);
      settled(last);
    },
    resume: () => server.resume(),
    end: () => server.end(),
    close() {
      closing = true;
      if (!sending) server.end();
    },
    destroy: () => void finishAlone(server),
  };
}
