/** The answer to what the HTTP parser refuses: a problem document with all headers, then the connection is closed. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { http } from '../lib/node-http.ts';
import { Problem } from '../lib/problem.ts';
import { securityHeaders } from './headers.ts';
import { problemAnswer } from './problem-answer.ts';

export function answerParserError(error: { readonly code?: string }, socket: Socket, strictTransport: boolean): void {
  if (socket.destroyed) return;
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const requestId = randomBytes(8).toString('hex');
  const { status, headers, body } = problemAnswer(problemFor(error.code), requestId);
  const lines = Object.entries({
    ...securityHeaders(strictTransport),
    ...headers,
    'x-request-id': requestId,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}

function problemFor(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refused('http.headers-too-large', 431, 'The headers are too large', 'Headers may hold 16 KiB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refused('http.timeout', 408, 'The request took too long', 'Headers have 10 s, a request 60 s.');
    default:
      return refused('http.bad-request', 400, 'The request cannot be read', 'It is not well-formed HTTP/1.1.');
  }
}

function refused(code: string, status: number, title: string, detail: string): Problem {
  return new Problem({ code, status, title, detail });
}
