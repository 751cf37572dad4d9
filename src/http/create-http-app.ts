/**
 * The HTTP side of the administration process: one parser, strict limits, every request through the same gates in the
 * same order (headers, address, name, rate, credential, cross-site, role), then the routes and the web page.
 */
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Access, addressKey, anonymousActor, type Caller } from '../features/access/access.ts';
import type { Audit } from '../features/audit/audit.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { Problem } from '../lib/problem.ts';
import type { Route } from '../lib/route.ts';
import { type AcmeEntry, addAcmeEntry } from './acme-entry.ts';
import { credentialOf, refuseTokenInUrl } from './credential.ts';
import { refuseCrossSite } from './cross-site.ts';
import { securityHeaders } from './headers.ts';
import type { HttpDoor } from './http-door.ts';
import type { Intake } from './intake.ts';
import { parseJsonBody } from './json-body.ts';
import { refuseMisdirected, type SlotOfName } from './misdirected.ts';
import { openApiDocument } from './openapi.ts';
import type { Peer } from './preamble.ts';
import { isExpected, nothingThere, problemAnswer } from './problem-answer.ts';
import { createRateLimit, defaultRates, type Rates } from './rate-limit.ts';
import { runRoute } from './run-route.ts';
import type { WebPage } from './web-page.ts';

export interface HttpAppDeps {
  /** Opened by whoever made it, before or after; closed here. */
  readonly door: HttpDoor;
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly audit: Audit;
  /** Gets the cause of unexpected errors. */
  readonly log: Pick<Log, 'error'>;
  /** Which identity a host name selects; all belong to the default unless given. */
  readonly slotOf?: SlotOfName;
  readonly rates?: Partial<Rates>;
  readonly clock?: Clock;
  /** Takes what ACME clients send; nothing is below `/acme/<name>/` unless given. */
  readonly acme?: AcmeEntry;
}

export interface HttpApp {
  /** Lets running requests end, at most `grace` milliseconds (2000). */
  close(grace?: number): Promise<void>;
}

const apiRoot = '/api/v1';
const jsonLimit = 1024 * 1024;
/** 10 MiB of files as base64, and room for the rest. */
const uploadLimit = 14.5 * 1024 * 1024;

export async function createHttpApp(deps: HttpAppDeps): Promise<HttpApp> {
  const { server, intake, page, open } = deps.door;
  let answer: RequestListener = () => {};
  const app = fastify({
    serverFactory: (handler) => {
      answer = handler;
      return server;
    },
    // the door's
    clientErrorHandler: () => {},
    schemaController: { compilersFactory: noJsonSchema },
    frameworkErrors: (error, request, reply) => sendProblem(deps, error, request, reply),
    genReqId: () => randomBytes(8).toString('hex'),
    requestIdHeader: false,
    bodyLimit: jsonLimit,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 300, caseSensitive: true, ignoreTrailingSlash: false },
  });
  readJson(app);
  addGates(app, deps, intake);
  addRoutes(app, deps, page);
  if (deps.acme !== undefined) addAcmeEntry(app, deps.acme);
  app.setErrorHandler((error, request, reply) => sendProblem(deps, error, request, reply));
  await app.ready();
  open(answer);
  return {
    async close(grace = 2000) {
      await intake.close(grace);
      await app.close();
    },
  };
}

/** No route has a schema of fastify's kind: ours are checked by `runRoute`, so what compiles its kind is not loaded. */
const noJsonSchema = {
  buildValidator: () => notUsed(),
  buildSerializer: () => notUsed(),
};

function notUsed(): never {
  throw new Error('a route has a JSON schema');
}

function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
    address: string;
    clientChain: readonly Uint8Array[] | undefined;
    /** Called when the answer is out. */
    ended: (() => void) | undefined;
  }
  interface FastifyContextConfig {
    route?: Route;
  }
}

function addGates(app: FastifyInstance, deps: HttpAppDeps, intake: Intake): void {
  const limit = createRateLimit(deps.clock ?? systemClock, { ...defaultRates, ...deps.rates });
  app.decorateRequest('caller', undefined);
  app.decorateRequest('address', '');
  app.decorateRequest('clientChain', undefined);
  app.decorateRequest('ended', undefined);
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders(deps.door.strictTransport()));
    void reply.header('x-request-id', request.id);
    const peer = intake.peerOf(request.raw.socket as Socket);
    if (peer === undefined) throw new Error('a connection without a known peer');
    request.address = peer.kind === 'remote' ? peer.address : '';
    request.clientChain = peer.kind === 'remote' ? peer.chain : [];
    refuseAmbiguous(request);
    if (peer.kind === 'remote') refuseMisdirected(request.raw, peer.serverName, deps.slotOf ?? (() => ''));
    if (!request.url.startsWith('/api/')) return;
    await admit(request, peer);
  });
  app.addHook('onResponse', async (request) => request.ended?.());

  /** Nothing of the body was read when this decides. */
  async function admit(request: FastifyRequest, peer: Peer): Promise<void> {
    const { route } = request.routeOptions.config;
    const from = { address: request.address, requestId: request.id };
    const anonymous = `address ${addressKey(request.address)}`;
    try {
      refuseTokenInUrl(request.url);
    } catch (error) {
      limit.take(anonymous);
      await deps.audit.record(anonymousActor(from), { action: 'access.token-in-url', object: '', result: 'refused' });
      throw error;
    }
    const credential = credentialOf(request.raw, peer);
    const caller = await deps.access.authenticate(credential, from);
    request.caller = caller;
    const key = caller === undefined ? anonymous : `${caller.via} ${caller.sessionId ?? caller.actor.id}`;
    if (caller?.via !== 'local') limit.take(key);
    const signed = caller?.via === 'local' || credential.kind === 'token';
    refuseCrossSite(request.raw, !signed);
    if (route === undefined) return;
    deps.access.authorise(caller, route);
    if (route.expensive && caller?.via !== 'local') request.ended = limit.begin(key, route.access !== 'public');
  }
}

/** One parser, one reading: what two programs could understand differently is refused (RFC 9112 6.3, 3.2). */
function refuseAmbiguous({ raw }: FastifyRequest): void {
  const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts === 1 && raw.headers['transfer-encoding'] === undefined) return;
  throw new Problem({
    code: 'http.ambiguous',
    status: 400,
    title: 'The request cannot be read in one way only',
    detail: hosts === 1 ? 'Bodies are sent with Content-Length, not in chunks.' : 'There must be exactly one Host.',
  });
}

function addRoutes(app: FastifyInstance, deps: HttpAppDeps, page: WebPage): void {
  const methods = new Map<string, string[]>();
  for (const route of deps.routes) {
    const url = `${apiRoot}${route.path.replace(/\{(\w+)\}/g, ':$1')}`;
    methods.set(url, [...(methods.get(url) ?? []), route.method, ...(route.method === 'GET' ? ['HEAD'] : [])]);
    app.route({
      method: route.method,
      url,
      bodyLimit: route.upload ? uploadLimit : jsonLimit,
      config: { route },
      handler: (request, reply) =>
        runRoute(route, {
          request,
          reply,
          caller: request.caller,
          address: request.address,
          clientChain: request.clientChain,
        }),
    });
  }
  let document: string | undefined;
  app.get(`${apiRoot}/openapi.json`, (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(deps.routes));
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (path.startsWith('/api/')) throw notFound(reply, methods, path);
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(reply, ['GET', 'HEAD']);
    const answer = page(path, /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''));
    if (answer === undefined) throw nothingThere();
    return reply.code(200).headers(answer.headers).send(answer.body);
  });
}

function notFound(reply: FastifyReply, methods: ReadonlyMap<string, readonly string[]>, path: string): Problem {
  for (const [url, allowed] of methods) {
    const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
    if (pattern.test(path)) return methodNotAllowed(reply, allowed);
  }
  return nothingThere();
}

function methodNotAllowed(reply: FastifyReply, allowed: readonly string[]): Problem {
  void reply.header('allow', allowed.join(', '));
  return new Problem({
    code: 'http.method',
    status: 405,
    title: 'The method is not allowed here',
    detail: `Allowed: ${allowed.join(', ')}.`,
  });
}

function sendProblem(deps: HttpAppDeps, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isExpected(error)) deps.log.error('a request failed', { requestId: request.id, method: request.method, error });
  const { status, headers, body } = problemAnswer(error, request.id);
  // an error before the first hook has no headers yet
  if (!reply.hasHeader('content-security-policy')) void reply.headers(securityHeaders(deps.door.strictTransport()));
  // a body that nobody wants is read and thrown away, so that the client gets to see the answer; where nothing was set,
  // nothing is taken away, else Node would not say "close" on the last request that a connection may carry
  if (reply.hasHeader('connection')) void reply.removeHeader('connection');
  if (error instanceof Problem && error.details.code === 'http.ambiguous') void reply.header('connection', 'close');
  return reply.code(status).headers(headers).send(body);
}
