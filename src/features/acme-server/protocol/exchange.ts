/** One HTTP request to the ACME server and its answer, without the HTTP server. */

export interface AcmeRequest {
  readonly method: string;
  /** `/acme/default/new-order`; the query of a GET is left out. */
  readonly path: string;
  /** The Host header as it was sent. */
  readonly host: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Of the caller; empty on the local socket. */
  readonly address: string;
  readonly requestId: string;
}

export interface AcmeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
  /** Instead of an answer; only demonstrations and tests ask for it. */
  readonly connection?: 'reset' | 'silent';
}

/** JSON that a client may read. */
export function jsonAnswer(
  status: number,
  body: object,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): AcmeAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
