import type { z } from 'zod';
import type { Actor, Role } from './actor.ts';
import type { Secret } from './secret.ts';

/** How an API operation is described: one value gives the handler, the validation and its place in the OpenAPI file. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  /** operationId, a verb and a noun: `listTrustedCas`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, parameters in braces: `/trusted-cas/{fingerprint}`. */
  readonly path: string;
  /** The feature's folder name. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call it; `public` needs no log-in. */
  readonly access: Role | 'public';
  /** Needs a log-in not older than five minutes, or a token with the scope `security-write`. */
  readonly stepUp?: boolean;
  /** Counts against the small allowance for costly work. */
  readonly expensive?: boolean;
  /** Takes files as base64 in JSON: the body may hold 14.5 MiB instead of 1 MiB. */
  readonly upload?: boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Shape of the answer; a content type for anything that is not JSON. */
  readonly response?: R;
  readonly contentType?: string;
  /** 200 unless told (204 where there is no response). */
  readonly status?: number;
  readonly handler: (
    request: RouteRequest<z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<z.input<R> | RawAnswer | SessionAnswer> | z.input<R> | RawAnswer | SessionAnswer;
}

export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly actor: Actor;
  /** Names the caller's session (the hash of its cookie); undefined for tokens and the local command line. */
  readonly sessionId?: string | undefined;
  /** What the caller's TLS client has shown and an edge accepted, as DER, leaf first; empty: nothing was asked for. */
  readonly clientChain?: readonly Uint8Array[] | undefined;
}

/** An answer that is a file: fixed name, sent as an attachment. */
export class RawAnswer {
  readonly contentType: string;
  readonly fileName: string | undefined;
  readonly body: Uint8Array | string;

  constructor(contentType: string, body: Uint8Array | string, fileName?: string) {
    this.contentType = contentType;
    this.body = body;
    this.fileName = fileName;
  }
}

/** An answer that also sets the session cookie, or with `null` removes it. */
export class SessionAnswer {
  readonly body: unknown;
  readonly cookie: Secret<string> | null;

  constructor(body: unknown, cookie: Secret<string> | null) {
    this.body = body;
    this.cookie = cookie;
  }
}

/** Gives a route its types; returns its argument. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  definition: Route<P, Q, B, R>,
): Route {
  return definition as unknown as Route;
}
