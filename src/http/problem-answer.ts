/** Errors as problem documents (RFC 9457): reason code, words, hint, request id. Never a stack, a path or a query. */
import type { FastifyError } from 'fastify';
import type { z } from 'zod';
import { printable } from '../lib/printable.ts';
import { Problem, type ProblemDetails } from '../lib/problem.ts';

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Undefined details become `http.internal`: the caller logs the cause, the answer names only the request id. */
export function problemAnswer(error: unknown, requestId: string): ProblemAnswer {
  const details = detailsOf(error) ?? internal(requestId);
  const { code, status, title, detail, hint, errors, extra } = details;
  const retryAfter = extra?.['retryAfter'];
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="tollgate"' } : {}),
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}),
    },
    body: JSON.stringify({
      ...extra,
      type: `urn:tollgate:problem:${code}`,
      title,
      status,
      detail,
      code,
      hint,
      requestId,
      errors,
    }),
  };
}

/** Whether the error is one of ours, and so no fault of the program. */
export function isExpected(error: unknown): boolean {
  return detailsOf(error) !== undefined;
}

function detailsOf(error: unknown): ProblemDetails | undefined {
  if (error instanceof Problem) return error.details;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode !== undefined && statusCode < 500) {
    return (
      parserProblems[code] ?? { code: 'http.bad-request', status: statusCode, title: 'The request cannot be read' }
    );
  }
  return undefined;
}

/** What fastify refuses before a handler runs, in our words. */
const parserProblems: Readonly<Record<string, ProblemDetails>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'http.too-large',
    status: 413,
    title: 'The request is too large',
    detail: 'A request holds at most 1 MiB, an upload at most 10 MiB of files.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'http.content-type',
    status: 415,
    title: 'The content type is not supported',
    detail: 'Bodies are JSON.',
    hint: 'Send Content-Type: application/json.',
  },
  FST_ERR_BAD_URL: {
    code: 'http.bad-request',
    status: 400,
    title: 'The request cannot be read',
    detail: 'The path is not well-formed.',
  },
};

function internal(requestId: string): ProblemDetails {
  return {
    code: 'http.internal',
    status: 500,
    title: 'An error in the gateway',
    detail: 'The request failed for a reason that is ours. Nothing was half done.',
    hint: `The log of the gateway has the cause under the request id ${requestId}.`,
  };
}

/** `where`: `body`, `query` or `params`; each wrong field is named. */
export function validationProblem(error: z.ZodError, where: 'body' | 'query' | 'params'): Problem {
  const errors = error.issues.slice(0, 20).map((issue) => {
    const path = issue.path.map((part) => printable(String(part), 64)).join('.');
    const field = where === 'body' ? path : `${where}.${path}`;
    return { code: 'http.invalid-field', field, detail: printable(issue.message) };
  });
  const [first] = errors;
  return new Problem({
    code: 'http.invalid-request',
    status: 400,
    title: 'The request is not as the API expects it',
    detail: first === undefined ? undefined : `${first.field || where}: ${first.detail}`,
    hint: 'GET /api/v1/openapi.json describes every operation.',
    errors,
  } as ProblemDetails);
}

/** `http.not-found` (404). */
export function nothingThere(): Problem {
  return new Problem({
    code: 'http.not-found',
    status: 404,
    title: 'There is nothing at this address',
    hint: 'GET /api/v1/openapi.json lists every operation.',
  });
}
