/** Asks a SIP server behind TLS whether it lives: OPTIONS (RFC 3261 section 11) and the status line of its answer. */
import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { printable } from '../../../lib/printable.ts';
import { type RemoteTarget, targetText } from './remote-target.ts';

/** The final answer, or why there was none. */
export type SipAnswer =
  | { readonly answered: true; readonly status: number; readonly reason: string }
  | { readonly answered: false; readonly reason: string };

const maxBytes = 16_384;
const maxWait = 5_000;

/**
 * Sends one request on a connection whose handshake is done. Any status shows that SIP is spoken there. `shown`: whether
 * a client certificate was at hand.
 */
export function askOptions(socket: TLSSocket, target: RemoteTarget, shown = false): Promise<SipAnswer> {
  return new Promise((resolve) => {
    let held = '';
    const none = (reason: string): void => done({ answered: false, reason });
    const timer = setTimeout(() => none('no answer to OPTIONS within 5 seconds'), maxWait);
    const done = (answer: SipAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1');
      const final = finalStatus(held);
      if (final !== undefined) done(final);
      else if (!looksLikeSip(held)) none('what answered does not speak SIP');
      else if (held.length > maxBytes) none('the answer to OPTIONS is too long');
    });
    const why = shown ? 'refuse the certificate that was shown' : 'demand a client certificate';
    const cut = `the connection was closed instead of an answer: the server may ${why}`;
    socket.once('error', () => none(cut));
    socket.once('close', () => none(cut));
    socket.write(optionsRequest(socket, target));
  });
}

/** RFC 3261 7.2; provisional answers (1xx) are waited out. */
function finalStatus(text: string): SipAnswer | undefined {
  for (const [, code = '', reason = ''] of text.matchAll(/(?:^|\r\n)SIP\/2\.0 (\d{3})(?: ([^\r\n]*))?\r\n/g)) {
    if (Number(code) >= 200) return { answered: true, status: Number(code), reason: printable(reason, 100) };
  }
  return undefined;
}

function looksLikeSip(text: string): boolean {
  const start = text.replace(/^(\r\n)+/, '').slice(0, 8);
  return 'SIP/2.0 '.startsWith(start) || text.length <= 2;
}

function optionsRequest(socket: TLSSocket, target: RemoteTarget): string {
  const random = (): string => randomBytes(8).toString('hex');
  const { localAddress = '127.0.0.1', localPort = 5061 } = socket;
  const local = `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
  const host = targetText(target).replace(/:\d+$/, '');
  return [
    `OPTIONS sip:${targetText(target)};transport=tls SIP/2.0`,
    `Via: SIP/2.0/TLS ${local};branch=z9hG4bK${random()};rport`,
    'Max-Forwards: 70',
    `From: <sip:tollgate@${local.replace(/:\d+$/, '')}>;tag=${random()}`,
    `To: <sip:${host}>`,
    `Call-ID: ${random()}@tollgate`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:${local};transport=tls>`,
    'Accept: application/sdp',
    'User-Agent: Tollgate',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
