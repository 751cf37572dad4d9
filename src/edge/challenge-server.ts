/**
 * What answers on port 80: the tokens of HTTP-01 challenges (RFC 8555 8.3) and nothing else, or for the rest a redirect
 * to HTTPS. Knows no database; whatever it does not know gets the same short answer.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../lib/node-http.ts';
import { networkOf } from '../pki/name/network-of.ts';

export interface ChallengeServerState {
  /** Key authorizations by token. */
  readonly answers: Readonly<Record<string, string>>;
  /** Everything but tokens is sent to HTTPS: the port, the names that may stand in the answer, the first unless asked for another. */
  readonly redirect: { readonly httpsPort: number; readonly names: readonly string[] } | null;
}

export interface ChallengeServer {
  readonly server: Server;
  set(state: ChallengeServerState): void;
}

const path = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{16,128})$/;
/** RFC 8555 8.3 wants the key authorization alone; none is longer. */
const longestAnswer = 256;
/** Requests of one address in a second; those for a known token do not count. */
const perSecond = 20;

/** Not listening yet. */
export function createChallengeServer(): ChallengeServer {
  let answers: ReadonlyMap<string, string> = new Map();
  let redirect: ChallengeServerState['redirect'] = null;
  const isTooMany = createCounter();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const token = reads && request.httpVersionMajor === 1 ? path.exec(request.url ?? '')?.[1] : undefined;
    const known = token === undefined ? undefined : answers.get(token);
    // RFC 9112 6.3: a body after GET means nothing here, and what follows it is never read as a request
    const { status, body, to } =
      known === undefined ? refusal(request, reads) : { status: 200, body: known, to: undefined };
    if (to !== undefined) response.setHeader('location', to);
    send(response, request, status, body);
  };
  const refusal = (request: IncomingMessage, reads: boolean): { status: number; body: string; to?: string } => {
    if (isTooMany(request.socket)) return { status: 429, body: nothing };
    const to = reads && redirect !== null ? secureUrl(request, redirect) : undefined;
    return to === undefined ? { status: reads ? 404 : 405, body: nothing } : { status: 308, body: nothing, to };
  };
  const server = http.createServer(limits, answer);
  server.maxConnections = 512;
  server.maxRequestsPerSocket = 1;
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  for (const event of ['upgrade', 'connect'] as const)
    server.on(event, (_request, socket: Socket) => refuse(socket, 405));
  server.on('clientError', (_error, socket: Socket) => refuse(socket, 404));
  return {
    server,
    set: (state) => {
      answers = new Map(Object.entries(state.answers).filter(([, text]) => text.length <= longestAnswer));
      redirect = state.redirect;
    },
  };
}

const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAlive: false,
  connectionsCheckingInterval: 1_000,
} as const;

/** The one body of every refusal. */
const nothing = 'Nothing is here.\n';

function send(response: ServerResponse, request: IncomingMessage, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const reasons = { 404: 'Not Found', 405: 'Method Not Allowed' } as const;

/** Where the parser or another protocol has the socket: the same answer by hand. */
function refuse(socket: Socket, status: 404 | 405): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\ncontent-type: text/plain\r\ncontent-length: ${nothing.length}\r\n` +
      `x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${nothing}`,
  );
  setTimeout(() => socket.destroy(), 1_000).unref();
}

/** RFC 9110 15.4.9. Only names of ours stand in it, and only a path of harmless characters. */
function secureUrl(
  { headers, url = '/' }: IncomingMessage,
  { httpsPort, names }: NonNullable<ChallengeServerState['redirect']>,
): string | undefined {
  const asked = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const name = names.includes(asked) ? asked : names[0];
  if (name === undefined || !/^\/[A-Za-z0-9/._~%?&=+-]*$/.test(url) || url.startsWith('//')) return undefined;
  return `https://${name}${httpsPort === 443 ? '' : `:${httpsPort}`}${url}`;
}

/** Counts by address in whole seconds; IPv6 by its network of 64 bits. */
function createCounter(): (socket: Socket) => boolean {
  let second = 0;
  let counts = new Map<string, number>();
  return (socket) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      second = now;
      counts = new Map();
    }
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const key = networkOf(address) ?? address;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > perSecond;
  };
}
