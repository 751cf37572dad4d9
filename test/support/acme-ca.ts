/**
 * A CA that speaks ACME: our own ACME server over a storage and a small issuing CA of its own, on HTTPS on loopback. It
 * misbehaves on request, and lives by the clock it is given. For tests and demonstrations of clients.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AcmeAnswer,
  type AcmeRequest,
  type AcmeServer,
  type AcmeServerSettingsPatch,
  createAcmeServer,
  type NameServer,
  type ValidationPorts,
} from '../../src/features/acme-server/acme-server.ts';
import { type Actor, systemActor } from '../../src/lib/actor.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { createIssuingCa, type SmallIssuingCa } from './issuing-ca.ts';
import { type Lie, lies } from './lying-answers.ts';
import { makeCa, makeLeaf } from './made-certificates.ts';

export type { Lie } from './lying-answers.ts';

/** Everything is honest and prompt until it is set; may be changed at any time. */
export interface Misbehaviour {
  /** Share of POSTs, 0 to 1, that are refused with badNonce. */
  badNonce: number;
  /** Whether proofs that are still good are used again. */
  reuse: boolean;
  /** Every new order is refused with this Retry-After, in seconds. */
  rateLimited: number | undefined;
  /** Every new order is refused with this error type, such as `rejectedIdentifier` or `caa`. */
  refuses: string | undefined;
  /** Milliseconds before each answer; made shorter, it counts for those that wait already. */
  delay: number;
  /** Answers 503, cuts connections, or never answers. */
  absent: 'unavailable' | 'reset' | 'silent' | undefined;
  /** What is sent instead of a certificate. */
  lie: Lie | undefined;
  /** Windows of ARI: a week ago, in a hundred years, none at all, or these times in milliseconds. */
  renewal: 'honest' | 'past' | 'far-future' | 'none' | { readonly start: number; readonly end: number };
}

export interface AcmeCaOptions {
  readonly clock?: Clock;
  /** `always` accepts every challenge without asking; otherwise they are really checked. */
  readonly validation?: 'real' | 'always';
  readonly ports?: ValidationPorts;
  readonly nameServer?: NameServer;
  /** Milliseconds before each further try. */
  readonly pauses?: readonly number[];
  /** Over: on, open to everybody, every name, two profiles, validation on loopback. */
  readonly settings?: AcmeServerSettingsPatch;
  /** Over: a free port of 127.0.0.1. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Names of the HTTPS server beside `localhost` and 127.0.0.1. */
  readonly names?: readonly string[];
  /** Milliseconds a certificate holds; 90 days unless told. */
  readonly lifetime?: number;
}

export interface AcmeCa {
  /** `https://localhost:<port>/acme/default/directory`. */
  readonly directoryUrl: string;
  /** The root that signed the HTTPS server's certificate, PEM: what a client is told to trust. */
  readonly httpsRoot: string;
  readonly issuer: SmallIssuingCa;
  readonly misbehave: Misbehaviour;
  readonly server: AcmeServer;
  readonly storage: Storage;
  readonly actor: Actor;
  /** `POST /acme/default/new-order` and so on, in order; emptied by whoever likes. */
  readonly requests: string[];
  /** What was written to the log as a fault of ours. */
  readonly faults: unknown[];
  change(patch: AcmeServerSettingsPatch): Promise<void>;
  close(): Promise<void>;
}

/** A CA that does nothing wrong. */
export const honest: Readonly<Misbehaviour> = {
  badNonce: 0,
  reuse: true,
  rateLimited: undefined,
  refuses: undefined,
  delay: 0,
  absent: undefined,
  lie: undefined,
  renewal: 'honest',
};

export async function startAcmeCa(options: AcmeCaOptions = {}): Promise<AcmeCa> {
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-acme-ca-'));
  const storage = await openStorage(join(folder, 'data'), { clock });
  const actor = systemActor('acme-ca');
  const faults: unknown[] = [];
  const issuer = createIssuingCa(clock, options.lifetime);
  const misbehave: Misbehaviour = { ...honest };
  const server = createAcmeServer(
    {
      storage,
      clock,
      ca: issuer,
      events: createEvents((error) => faults.push(error)),
      ownHosts: async () => ['localhost', '127.0.0.1', '::1', ...(options.names ?? [])],
      onError: (error) => faults.push(error),
    },
    {
      reuses: () => misbehave.reuse,
      ...(options.ports && { ports: options.ports }),
      ...(options.nameServer && { nameServer: options.nameServer }),
      ...(options.pauses && { pauses: options.pauses }),
      ...(options.validation === 'always' && { validate: async () => undefined, pauses: [] }),
    },
  );
  const stop = await server.start();
  const change = async (patch: AcmeServerSettingsPatch): Promise<void> => {
    await server.updateSettings(actor, patch, (await server.settings()).version);
  };
  await change({
    enabled: true,
    externalAccountRequired: false,
    profiles: ['web-server', 'client'],
    names: ['*'],
    wildcards: true,
    networks: ['127.0.0.0/8'],
    limits: { requestsPerMinute: 100_000, ordersPerAccount: 100_000, accountsPerAddress: 100_000 },
    ...options.settings,
  });
  const requests: string[] = [];
  const handle = async (request: AcmeRequest): Promise<AcmeAnswer> => {
    requests.push(`${request.method} ${request.path}`);
    for (const begun = performance.now(); performance.now() - begun < misbehave.delay; ) await sleep(5);
    return misbehaving(misbehave, request, server, issuer, clock);
  };
  const { https, root } = await listen(options, handle);
  const { port } = https.address() as AddressInfo;
  return {
    directoryUrl: `https://localhost:${port}/acme/default/directory`,
    httpsRoot: root,
    issuer,
    misbehave,
    server,
    storage,
    actor,
    requests,
    faults,
    change,
    async close() {
      https.closeAllConnections();
      await new Promise((resolve) => https.close(resolve));
      await stop();
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function misbehaving(
  { absent, badNonce, rateLimited, refuses, lie, renewal }: Misbehaviour,
  request: AcmeRequest,
  server: AcmeServer,
  issuer: SmallIssuingCa,
  clock: Clock,
): Promise<AcmeAnswer> {
  const { method, path } = request;
  if (absent === 'unavailable') return { status: 503, headers: { 'content-type': 'text/html' }, body: 'Back soon.' };
  if (absent !== undefined) return { status: 0, headers: {}, body: '', connection: absent };
  if (method === 'POST' && Math.random() < badNonce) return refusal(server, request, 'badNonce', 400);
  if (path.endsWith('/new-order') && rateLimited !== undefined)
    return refusal(server, request, 'rateLimited', 429, { 'retry-after': String(rateLimited) });
  if (path.endsWith('/new-order') && refuses !== undefined) return refusal(server, request, refuses, 403);
  if (path.includes('/renewal-info/') && renewal !== 'honest') return renewalAnswer(renewal, clock.now());
  const answer = await server.handle(request);
  const sent = answer.headers['content-type'] === 'application/pem-certificate-chain' && lie !== undefined;
  return sent ? { ...answer, ...lies[lie](String(answer.body), issuer, clock.now()) } : answer;
}

/** With a nonce that is good, as a real refusal has. */
async function refusal(
  server: AcmeServer,
  request: AcmeRequest,
  type: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<AcmeAnswer> {
  const base = request.path.split('/').slice(0, 3).join('/');
  const nonce = await server.handle({ ...request, method: 'GET', path: `${base}/new-nonce`, body: new Uint8Array() });
  const body = JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: 'As the test has it.', status });
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'replay-nonce': String(nonce.headers['replay-nonce']),
      ...headers,
    },
    body,
  };
}

function renewalAnswer(renewal: Exclude<Misbehaviour['renewal'], 'honest'>, now: number): AcmeAnswer {
  if (renewal === 'none') return { status: 404, headers: {}, body: '' };
  const day = 86_400_000;
  const window =
    renewal === 'past'
      ? { start: now - 7 * day, end: now - 6 * day }
      : renewal === 'far-future'
        ? { start: now + 36_500 * day, end: now + 36_501 * day }
        : renewal;
  const [start, end] = [window.start, window.end].map((time) => new Date(time).toISOString());
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'retry-after': '21600' },
    body: JSON.stringify({ suggestedWindow: { start, end } }),
  };
}

async function listen({ names = [], listen }: AcmeCaOptions, handle: (request: AcmeRequest) => Promise<AcmeAnswer>) {
  const root = makeCa('Root of the ACME listener', { notAfter: Date.UTC(2100, 0) });
  const leaf = makeLeaf('localhost', root, {
    notAfter: Date.UTC(2099, 0),
    extensions: {
      subjectAltName: [
        ...['localhost', ...names].map((value) => ({ kind: 'dns' as const, value })),
        { kind: 'ip', value: '127.0.0.1' },
      ],
    },
  });
  const key = leaf.key.export({ type: 'pkcs8', format: 'pem' });
  const https = createServer({ key, cert: leaf.pem + root.pem }, (incoming, outgoing) => {
    void answer(incoming, outgoing, handle).catch(() => outgoing.destroy());
  });
  https.listen(listen?.port ?? 0, listen?.host ?? '127.0.0.1');
  await once(https, 'listening');
  return { https, root: root.pem };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: (request: AcmeRequest) => Promise<AcmeAnswer>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const socket: Socket = incoming.socket;
  const answered = await handle({
    method: incoming.method ?? '',
    path: (incoming.url ?? '').split('?')[0] ?? '',
    host: incoming.headers.host ?? '',
    contentType: incoming.headers['content-type'] ?? '',
    body: Buffer.concat(chunks),
    address: socket.remoteAddress ?? '',
    requestId: 'test',
  });
  if (answered.connection === 'reset') return void socket.destroy();
  if (answered.connection === 'silent') return;
  const body = typeof answered.body === 'string' ? Buffer.from(answered.body) : Buffer.from(answered.body);
  outgoing.writeHead(answered.status, {
    'cache-control': 'no-store',
    ...Object.fromEntries(Object.entries(answered.headers).map(([name, value]) => [name, value as string | string[]])),
    ...(answered.status !== 204 && { 'content-length': body.length }),
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
}
