/** An expected failure in the words of the user: the one error type above `pki`. Becomes an RFC 9457 answer over HTTP. */
export interface ProblemDetails {
  /** Closed set, listed in docs/errors.md; the prefix is the feature's name, e.g. `identity.key-mismatch`. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** What to do next, for the person at the keyboard. */
  readonly hint?: string;
  /** Where several things are wrong, each of them. */
  readonly errors?: readonly {
    readonly code: string;
    readonly field?: string;
    readonly detail: string;
    readonly hint?: string;
  }[];
  /** Further members of the answer. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export class Problem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails, cause?: unknown) {
    super(details.detail ?? details.title, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.details = details;
  }
}
