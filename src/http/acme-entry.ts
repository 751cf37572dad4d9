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
      (error, request, reply) => tooLarge(error, reply) ?? app.errorHandler(error, request, reply),
    );
    for (const resource of resources)
      context.route({
        method: ['GET', 'HEAD', 'POST'],
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
    path: url.split('?', 1)[0] ?? '',
    host: raw.headers.host ?? '',
    contentType: raw.headers['content-type'] ?? '',
    body: Buffer.isBuffer(body) ? body : new Uint8Array(),
    address,
    requestId: id,
  };
}

function send(reply: FastifyReply, { status, headers, body }: AcmeAnswer): FastifyReply {
  for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
  const bytes = typeof body === 'string' ? body : Buffer.from(body);
  return reply.code(status).send(status === 204 || bytes.length === 0 ? undefined : bytes);
}

/** Clients of ACME understand its own error types only. */
function tooLarge(error: unknown, reply: FastifyReply): FastifyReply | undefined {
  if ((error as { readonly code?: string }).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return undefined;
  const document = {
    type: 'urn:ietf:params:acme:error:malformed',
    detail: `A request holds at most ${bodyLimit / 1024} KiB.`,
    status: 413,
    reason: 'too-large',
  };
  return reply.code(413).header('content-type', 'application/problem+json').send(JSON.stringify(document));
}
