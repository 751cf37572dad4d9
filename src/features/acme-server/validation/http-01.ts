/** HTTP-01 (RFC 8555 8.3, for addresses RFC 8738 4): the key authorization is fetched from port 80 of the name. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { http } from '../../../lib/node-http.ts';
import { printable } from '../../../lib/printable.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import type { Reach } from './reach.ts';
import type { ValidationPorts, ValidationSubject } from './validate.ts';

const mostRedirects = 10;
/** A key authorization has 43 + 1 + 43 characters; what is longer is none. */
const mostOctets = 1_024;

/** Undefined when the right text was found. */
export async function validateHttp01(
  { identifier, token, keyAuthorization }: ValidationSubject,
  reach: Reach,
  { ports, mayLeadTo }: { readonly ports: ValidationPorts; readonly mayLeadTo: (name: CertifiedName) => boolean },
  signal: AbortSignal,
): Promise<AcmeProblem | undefined> {
  const host = identifier.value.includes(':') ? `[${identifier.value}]` : identifier.value;
  const port = ports.http === 80 ? '' : `:${ports.http}`;
  let url = new URL(`http://${host}${port}/.well-known/acme-challenge/${token}`);
  for (let redirects = 0; ; redirects++) {
    const answer = await get(url, reach, ports, signal);
    if ('type' in answer) return answer;
    const { status, location, body } = answer;
    if (location === undefined)
      return judge(url, status, body, { wanted: keyAuthorization, own: url.hostname === host });
    if (redirects === mostRedirects)
      return problem('redirects', `${at(url)} leads to more than ${mostRedirects} others.`);
    const next = URL.parse(location, url.href);
    const elsewhere = next !== null && next.hostname !== host && !mayLeadTo(nameIn(next));
    const fault =
      next === null ? 'no URL' : elsewhere ? 'which no name is that may be ordered here' : redirectFault(next, ports);
    if (next === null || fault !== undefined)
      return problem('redirect-refused', `${at(url)} leads to ${printable(location, 100)}, ${fault}.`);
    url = next;
  }
}

/** `own`: the name itself answered. What a server elsewhere says is not told: it may be one that the client cannot ask. */
function judge(
  url: URL,
  status: number,
  body: string | undefined,
  { wanted, own }: { readonly wanted: string; readonly own: boolean },
): AcmeProblem | undefined {
  if (status !== 200)
    return problem('http-status', `${at(url)} answers with status ${status} instead of the key authorization.`);
  if (body === undefined) return problem('http-too-long', `${at(url)} answers with more than a key authorization.`);
  // RFC 8555 8.3: white space at the end does not count
  if (body.trimEnd() === wanted) return undefined;
  return problem(
    'http-content',
    `${at(url)} answers ${own ? printable(body, 100) || 'nothing' : 'something'}, which is not the key authorization of this account and token.`,
  );
}

/** Ports that a name's owner controls and others may not: those of the web. */
function redirectFault(url: URL, ports: ValidationPorts): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'which is neither http nor https';
  if (url.username !== '' || url.password !== '') return 'which has a user name in it';
  const port = portOf(url);
  return [80, 443, ports.http, ports.https].includes(port) ? undefined : `whose port ${port} is not asked`;
}

/** The host of a URL as it would be ordered. */
function nameIn({ hostname }: URL): CertifiedName {
  const value = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return { type: ipBytes(value) === undefined ? 'dns' : 'ip', value };
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** Undefined when it was too long. */
  readonly body: string | undefined;
}

async function get(url: URL, reach: Reach, ports: ValidationPorts, signal: AbortSignal): Promise<Answer | AcmeProblem> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = url.port === '' && secure ? ports.https : portOf(url);
  const opened = await reach(host, port);
  if (!opened.ok) return opened.error;
  const socket = opened.value;
  try {
    // a certificate cannot be demanded of whoever is about to get one (RFC 8555 8.3)
    const secured = secure ? await secureOver(socket, host) : socket;
    const answer = await respond(secured, url, signal);
    const { statusCode: status = 0, headers } = answer;
    const location = status >= 300 && status < 400 ? headers.location : undefined;
    return { status, location, body: location === undefined ? await read(answer) : '' };
  } catch (error) {
    const words = printable(error instanceof Error ? error.message : String(error), 120);
    return { type: secure ? 'tls' : 'connection', reason: 'http-failed', detail: `${at(url)}: ${words}.` };
  } finally {
    socket.destroy();
  }
}

function secureOver(socket: Socket, host: string): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const named = ipBytes(host) === undefined ? { servername: host } : {};
    const secured = tls.connect({ socket, ...named, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    secured.once('secureConnect', () => resolve(secured));
    secured.on('error', reject);
    secured.once('close', () => reject(new Error('the connection was closed in the TLS handshake')));
  });
}

function respond(socket: Socket, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      createConnection: () => socket,
      signal,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: '*/*', 'user-agent': 'Tollgate', connection: 'close' },
      maxHeaderSize: 16_384,
    });
    outgoing.once('upgrade', (_answer, upgraded) => {
      upgraded.destroy();
      reject(new Error('the server wants to switch the protocol'));
    });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    outgoing.end();
  });
}

async function read(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > mostOctets) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

function at(url: URL): string {
  return printable(url.href, 200);
}

function problem(reason: string, detail: string): AcmeProblem {
  return { type: 'incorrectResponse', reason, detail };
}
