/** What an HTTPS client hears while the administration process is away: 503 with Retry-After (RFC 9110 15.6.4). */
import type { TLSSocket } from 'node:tls';
import type { Take } from './relay/read-into.ts';

/**
 * Takes one request head, bounded in size and time, answers it and ends the connection; later bytes are dropped, so that
 * the answer is not lost in a reset. `asked` is the beginning of a request that was read already; it is answered at once.
 */
export function answerUnavailable(socket: TLSSocket, asked: string): Take {
  let head = asked;
  const late = setTimeout(() => socket.destroy(), headMs);
  socket.once('close', () => clearTimeout(late));
  const answer = () => {
    clearTimeout(late);
    socket.end(unavailable(head));
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
  if (asked !== '') answer();
  else if (socket.readableEnded) socket.end();
  else socket.once('end', () => socket.end());
  return (bytes) => {
    if (!socket.writable) return true;
    head += Buffer.from(bytes).toString('latin1');
    if (head.includes('\r\n\r\n') || head.length > maxHead) answer();
    return true;
  };
}

const headMs = 10_000;
const lingerMs = 2_000;
const maxHead = 16_384;
const retryAfterSeconds = 2;

function unavailable(head: string): string {
  const [method, target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
  const api = target.startsWith('/api/');
  const body = api ? problem : page;
  return [
    'HTTP/1.1 503 Service Unavailable',
    `Retry-After: ${retryAfterSeconds}`,
    `Content-Type: ${api ? 'application/problem+json' : 'text/plain; charset=utf-8'}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    'Connection: close',
    '',
    method === 'HEAD' ? '' : body,
  ].join('\r\n');
}

const words = 'The administration process is starting or was restarted. Try again in a few seconds.';
const page = `${words}\n`;
const problem = JSON.stringify({
  type: 'about:blank',
  title: 'The administration is not available.',
  status: 503,
  code: 'edge.administration-away',
  detail: words,
});
