/** One API operation: validation of what came in, the handler, and its answer as HTTP. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { anonymousActor, type Caller } from '../features/access/access.ts';
import { RawAnswer, type Route, SessionAnswer } from '../lib/route.ts';
import { fieldWords } from './field-words.ts';
import { sessionCookie } from './headers.ts';
import { nothingThere, validationProblem } from './problem-answer.ts';

export interface RouteCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller | undefined;
  readonly address: string;
  readonly clientChain: readonly Uint8Array[] | undefined;
}

/** Throws what the handler throws, and `http.invalid-request`. */
export async function runRoute(
  route: Route,
  { request, reply, caller, address, clientChain }: RouteCall,
): Promise<FastifyReply> {
  if (Object.values(request.params as Record<string, string>).includes('')) throw nothingThere();
  const from = { address, requestId: request.id };
  const answer = await route.handler({
    params: parse(route.params, request.params, 'params'),
    query: parse(route.query, request.query, 'query'),
    body: parse(route.body, request.body, 'body'),
    actor: route.access === 'public' || caller === undefined ? anonymousActor(from) : caller.actor,
    sessionId: caller?.sessionId,
    clientChain,
  });
  if (answer instanceof RawAnswer) return sendFile(reply, answer, route.status ?? 200);
  if (answer instanceof SessionAnswer) {
    void reply.header('set-cookie', sessionCookie(answer.cookie?.reveal() ?? null));
    return sendJson(reply, answer.body, route.status);
  }
  return sendJson(reply, answer, route.status);
}

function parse(schema: z.ZodType | undefined, value: unknown, where: 'body' | 'query' | 'params'): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value, { error: fieldWords });
  if (!parsed.success) throw validationProblem(parsed.error, where);
  return parsed.data;
}

function sendJson(reply: FastifyReply, body: unknown, status: number | undefined): FastifyReply {
  if (body === undefined) return reply.code(status ?? 204).send();
  return reply
    .code(status ?? 200)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/** Files have fixed names and are saved, not shown; what has no name is shown as the type says. */
function sendFile(reply: FastifyReply, answer: RawAnswer, status: number): FastifyReply {
  if (answer.fileName !== undefined) {
    const name = answer.fileName.replace(/[^\w.-]+/g, '_');
    void reply.header('content-disposition', `attachment; filename="${name}"`);
  }
  const body = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body);
  return reply.code(status).header('content-type', answer.contentType).send(body);
}
