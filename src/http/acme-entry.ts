/**
 * The way in for ACME clients: requests below `/acme/<name>/` go to the ACME server as they are. They carry signatures
 * of their own, so there is no session, no cookie and no cross-site check; bodies are small and never parsed here.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AcmeAnswer, AcmeRequest } from '../features/acme-server/acme-server.ts';

export interface AcmeEntry {
  /** Never rejects. */
  handle(request: AcmeRequest): Promise<AcmeAnswer>;
}

/** A request for a hundred names, or one with a large RSA key, has a tenth of this. */
const bodyLimit = 64 * 1024;

/** Only these: the page has addresses of its own below `/acme`. */
const resources = [
  ...['directory', 'new-nonce', 'new-account', 'new-order', 'revoke-cert', 'key-change'],
  ...['renewal-info/:id', 'account/:id', 'account/:id/orders', 'account/:id/orders/:cursor'],
  ...['order/:id', 'order/:id/finalize', 'authz/:id', 'challenge/:id', 'certificate/:id', 'certificate/:id/:number'],
];

/** Adds the routes, in a context whose bodies are bytes of any type. */
export function addAcmeEntry(app: FastifyInstance, entry: AcmeEntry): void {
  app.register(async (context) => {
    context.removeAllContentTypeParsers();
    context.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
    context.setErrorHandler(
      (error, request, reply) => refusedBody(error, reply) ?? app.errorHandler(error, request, reply),
    );
    for (const resource of resources)
      context.route({
        // those that are refused as well, so that the refusal is one of ACME and names the right method
        method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        url: `/acme/:name/${resource}`,
        bodyLimit,
        exposeHeadRoute: false,
        handler: async (request, reply) => send(reply, await entry.handle(readRequest(request))),
      });
  });
}

function readRequest({ raw, url, body, address, id }: FastifyRequest): AcmeRequest {
  return {
    method: raw.method ?? '',
    // a message is signed for its whole URL (RFC 8555 6.4), and nothing is posted to one with a query
    path: raw.method === 'POST' ? url : (url.split('?', 1)[0] ?? ''),
    host: raw.headers.host ?? '',
    contentType: raw.headers['content-type'] ?? '',
    body: Buffer.isBuffer(body) ? body : new Uint8Array(),
    address,
    requestId: id,
  };
}

function send(reply: FastifyReply, { status, headers, body }: AcmeAnswer): FastifyReply {
  for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
  // as bytes, or a charset would be added to types that have none
  const bytes = Buffer.from(body);
  return reply.code(status).send(status === 204 || bytes.length === 0 ? undefined : bytes);
}

/** What is refused before the ACME server sees it, in the error types that its clients understand. */
function refusedBody(error: unknown, reply: FastifyReply): FastifyReply | undefined {
  const refused = refusals[String((error as { readonly code?: string }).code)];
  if (refused === undefined) return undefined;
  const document = { type: 'urn:ietf:params:acme:error:malformed', ...refused };
  const body = Buffer.from(JSON.stringify(document));
  return reply.code(refused.status).header('content-type', 'application/problem+json').send(body);
}

const refusals: Readonly<
  Record<string, { readonly status: number; readonly reason: string; readonly detail: string }>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    reason: 'too-large',
    detail: `A request holds at most ${bodyLimit / 1024} KiB.`,
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    reason: 'content-type',
    detail: 'Requests are sent as Content-Type: application/jose+json.',
  },
};
