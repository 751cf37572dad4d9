/**
 * HTTPS to servers that an operator named: ACME servers and webhooks. A connection is kept for further requests;
 * every answer is counted, redirects and encodings are refused, nothing takes longer than it may.
 */
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Resolve } from '../../../../lib/address-filter.ts';
import { http } from '../../../../lib/node-http.ts';
import { printable } from '../../../../lib/printable.ts';
import { AcmeProblem } from '../acme-problem.ts';
import { createConnector } from './tls-connection.ts';

export interface HttpsRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** https; which hosts are good is the caller's to decide. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The most octets that the answer's body may have. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface HttpsAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpsTransport {
  /** Any answer that is no redirect. Throws AcmeProblem, and the reason of the signal when it was aborted. */
  send(request: HttpsRequest): Promise<HttpsAnswer>;
  /** Closes what is kept open. */
  close(): void;
}

export interface HttpsTransportOptions {
  /** PEM texts of the CAs to trust; those that come with Node unless given. */
  readonly ca?: readonly string[];
  /** Hosts, addresses or CIDR blocks that may be this machine itself. */
  readonly allowed?: readonly string[];
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
  /** Milliseconds for a whole request; 30 s unless told. */
  readonly within?: number;
  /** Milliseconds without an octet; 15 s unless told. */
  readonly idle?: number;
}

export function createHttpsTransport(options: HttpsTransportOptions = {}): HttpsTransport {
  const { within = 30_000, idle = 15_000 } = options;
  const connect = createConnector(options);
  const agent = new http.Agent({
    keepAlive: true,
    maxSockets: 4,
    maxFreeSockets: 2,
    timeout: idle,
    scheduling: 'lifo',
  });
  agent.createConnection = (target, done) => {
    connect(String(target.host), Number(target.port), Math.min(within, idle)).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return {
    send: async (request) => {
      const deadline = AbortSignal.timeout(within);
      const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
      try {
        return await exchange(agent, request, signal, idle, true);
      } catch (error) {
        if (request.signal?.aborted === true) throw request.signal.reason;
        if (deadline.aborted) throw tooLate(request.url, `no whole answer within ${within / 1_000} s`);
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

async function exchange(
  agent: Agent,
  request: HttpsRequest,
  signal: AbortSignal,
  idle: number,
  again: boolean,
): Promise<HttpsAnswer> {
  const { url, method, body } = request;
  const answered = Promise.withResolvers<IncomingMessage>();
  const outgoing = http.request({
    agent,
    method,
    signal,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 443 : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      accept: '*/*',
      'accept-encoding': 'identity',
      // RFC 8555 6.1: clients name themselves
      'user-agent': 'Tollgate',
      ...request.headers,
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    },
    maxHeaderSize: 16_384,
  });
  outgoing.setTimeout(idle, () => outgoing.destroy(tooLate(url, `nothing for ${idle / 1_000} s`)));
  // answers that switch protocols are no answers
  outgoing.once('upgrade', (_answer, socket) => socket.destroy(new Error('the server wants to switch the protocol')));
  outgoing.once('response', answered.resolve);
  outgoing.on('error', answered.reject);
  outgoing.once('close', () => answered.reject(new Error('the server closed the connection')));
  outgoing.end(body);
  let answer: IncomingMessage;
  try {
    answer = await answered.promise;
  } catch (error) {
    // the server had closed a kept connection: nothing of the request was read
    const stale = outgoing.reusedSocket && /^(ECONNRESET|EPIPE)$/.test((error as NodeJS.ErrnoException).code ?? '');
    if (stale && again && !signal.aborted) return exchange(agent, request, signal, idle, false);
    throw error instanceof AcmeProblem ? error : broken(url, error);
  }
  try {
    return await readAnswer(answer, request);
  } catch (error) {
    outgoing.destroy();
    throw error instanceof AcmeProblem ? error : broken(url, error);
  }
}

async function readAnswer(answer: IncomingMessage, { url, maxBytes }: HttpsRequest): Promise<HttpsAnswer> {
  const { statusCode: status = 0, headers } = answer;
  if (status >= 300 && status < 400)
    throw new AcmeProblem('acme.redirect', `${shown(url)} answers with status ${status}, which is not followed.`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new AcmeProblem(
      'acme.answer',
      `${shown(url)}: the answer is encoded as ${printable(encoding, 60)}, which was not asked for.`,
    );
  const tooLarge = (): AcmeProblem =>
    new AcmeProblem('acme.too-large', `${shown(url)}: the answer is larger than ${maxBytes} octets.`);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error('the answer broke off');
  return { status, headers, body: Buffer.concat(chunks) };
}

function tooLate(url: URL, what: string): AcmeProblem {
  return new AcmeProblem('acme.timeout', `${shown(url)}: ${what}.`);
}

function broken(url: URL, error: unknown): AcmeProblem {
  const words = error instanceof Error ? error.message : String(error);
  return new AcmeProblem('acme.no-connection', `${shown(url)}: ${printable(words)}.`);
}

function shown(url: URL): string {
  return printable(url.href, 200);
}
