/** What an ACME client is told when something is refused: problem documents with the error types of RFC 8555 6.7. */

export type AcmeErrorType =
  | 'accountDoesNotExist'
  | 'alreadyReplaced'
  | 'alreadyRevoked'
  | 'badCSR'
  | 'badNonce'
  | 'badPublicKey'
  | 'badRevocationReason'
  | 'badSignatureAlgorithm'
  | 'caa'
  | 'compound'
  | 'connection'
  | 'dns'
  | 'externalAccountRequired'
  | 'incorrectResponse'
  | 'invalidContact'
  | 'invalidProfile'
  | 'malformed'
  | 'orderNotReady'
  | 'rateLimited'
  | 'rejectedIdentifier'
  | 'serverInternal'
  | 'tls'
  | 'unauthorized'
  | 'unsupportedContact'
  | 'unsupportedIdentifier'
  | 'userActionRequired';

export interface AcmeProblem {
  readonly type: AcmeErrorType;
  /** One word for programs and logs, listed in docs/acme-server.md. */
  readonly reason: string;
  /** What is wrong and what to do, for the person who reads the client's output. */
  readonly detail: string;
  readonly identifier?: { readonly type: string; readonly value: string };
  readonly subproblems?: readonly AcmeProblem[];
}

export interface AcmeErrorOptions {
  /** Over the status that belongs to the type. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subproblems?: readonly AcmeProblem[];
  /** `badSignatureAlgorithm`: what is supported (RFC 8555 6.2). */
  readonly algorithms?: readonly string[];
  /** `userActionRequired`: what a person is to read (RFC 8555 7.3.3). */
  readonly instance?: string;
}

/** Thrown anywhere below the dispatcher, answered as a problem document; nothing was changed. */
export class AcmeError extends Error {
  readonly problem: AcmeProblem;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithms: readonly string[] | undefined;
  readonly instance: string | undefined;

  constructor(type: AcmeErrorType, reason: string, detail: string, options: AcmeErrorOptions = {}) {
    super(detail);
    this.problem = { type, reason, detail, ...(options.subproblems && { subproblems: options.subproblems }) };
    this.status = options.status ?? statuses[type] ?? 400;
    this.headers = options.headers ?? {};
    this.algorithms = options.algorithms;
    this.instance = options.instance;
  }
}

/** A problem as it stands in orders, challenges and answers; identifiers only in subproblems (RFC 8555 6.7.1). */
export function problemDocument(problem: AcmeProblem, status?: number): Record<string, unknown> {
  const { type, reason, detail, subproblems } = problem;
  return {
    type: `urn:ietf:params:acme:error:${type}`,
    detail,
    ...(status === undefined ? {} : { status }),
    ...(subproblems && {
      subproblems: subproblems.map((one) => ({ ...problemDocument(one), identifier: one.identifier })),
    }),
    reason,
  };
}

/** What is not here is 400. */
const statuses: Readonly<Partial<Record<AcmeErrorType, number>>> = {
  alreadyReplaced: 409,
  caa: 403,
  externalAccountRequired: 403,
  incorrectResponse: 403,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 403,
  serverInternal: 500,
  unauthorized: 403,
  userActionRequired: 403,
};

/** `malformed`, the most common of them. */
export function malformed(reason: string, detail: string): AcmeError {
  return new AcmeError('malformed', reason, detail);
}
