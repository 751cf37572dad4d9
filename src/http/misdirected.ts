/** Requests for one name that came through the TLS identity of another (RFC 9110 15.5.20). */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../lib/problem.ts';

/** The identity slot that a lower-case DNS name selects; the default for unknown names, addresses, `localhost`. */
export type SlotOfName = (name: string) => string;

/** Throws `http.misdirected` (421) when Host belongs to another identity than the one the handshake selected. */
export function refuseMisdirected(request: IncomingMessage, serverName: string, slotOf: SlotOfName): void {
  if (slotOf(hostName(request.headers.host ?? '')) === slotOf(serverName)) return;
  throw new Problem({
    code: 'http.misdirected',
    status: 421,
    title: 'Misdirected request',
    detail: 'The host named in the request belongs to another certificate than the connection.',
    hint: 'Open a connection of its own for this host name.',
  });
}

/** Without port and closing dot, lower case. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
