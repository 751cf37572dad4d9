/**
 * The HTTP parser and its sockets, open while the application is still being loaded: who asks for the web page in a
 * plain way gets it at once, everything else waits until the application is there to decide.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { http } from '../lib/node-http.ts';
import { securityHeaders } from './headers.ts';
import { createIntake, type Intake } from './intake.ts';
import { hostName } from './misdirected.ts';
import { answerParserError } from './parser-error.ts';
import { createWebPage, type WebPage } from './web-page.ts';

export interface HttpDoor {
  readonly server: Server;
  readonly intake: Intake;
  readonly page: WebPage;
  /** Whether answers tell browsers to insist on a valid certificate for a year. */
  readonly strictTransport: () => boolean;
  /** Every request goes there from now on, those that wait first. */
  open(application: RequestListener): void;
}

export interface HttpDoorOptions {
  /** `web/dist`. */
  readonly webFolder: string;
  /** False unless given. */
  readonly strictTransport?: () => boolean;
}

/** How long a request waits. Its connection is cut then, and the edge answers 503 in our place. */
const waitMs = 15_000;

/** Listens nowhere until `intake.listen`. */
export function createHttpDoor({ webFolder, strictTransport = () => false }: HttpDoorOptions): HttpDoor {
  const server = http.createServer({
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 15_000,
    maxHeaderSize: 16 * 1024,
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  server.maxHeadersCount = 100;
  server.maxRequestsPerSocket = 1000;
  // Node has no documented way to say it: a client that has ended its own direction still waits for its answer
  Object.assign(server, { httpAllowHalfOpen: true });
  const intake = createIntake(server);
  const page = createWebPage(webFolder);
  let waiting: (() => void)[] = [];
  let application: RequestListener | undefined;

  const wait: RequestListener = (request, response) => {
    const late = setTimeout(() => request.socket.destroy(), waitMs);
    waiting.push(() => {
      clearTimeout(late);
      if (!request.socket.destroyed) application?.(request, response);
    });
  };
  const answerWithPage = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!asksPlainly(request, intake)) return false;
    const answer = page(request.url ?? '', /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''));
    if (answer === undefined) return false;
    response.writeHead(200, {
      ...securityHeaders(strictTransport()),
      'x-request-id': randomBytes(8).toString('hex'),
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
    return true;
  };
  server.on('request', (request, response) => {
    if (application !== undefined) application(request, response);
    else if (!answerWithPage(request, response)) wait(request, response);
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    answerParserError(error, socket as Socket, strictTransport());
  });

  return {
    server,
    intake,
    page,
    strictTransport,
    open(next) {
      application = next;
      for (const handOver of waiting) handOver();
      waiting = [];
    },
  };
}

/** Nothing in it could be understood in two ways, be refused, or be for anything but the page. */
function asksPlainly({ method, url = '', headers, headersDistinct, socket }: IncomingMessage, intake: Intake): boolean {
  const peer = intake.peerOf(socket);
  if (peer?.kind !== 'remote' || (method !== 'GET' && method !== 'HEAD')) return false;
  if (!/^\/[\w./-]*$/.test(url) || /^\/(api|acme)\//.test(url)) return false;
  if (headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined) return false;
  const [host = '', ...further] = headersDistinct['host'] ?? [];
  const name = hostName(host);
  const ofNobody = name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  return further.length === 0 && (name === peer.serverName || (peer.serverName === '' && ofNobody));
}
