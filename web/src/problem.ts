/** A refusal of the API (RFC 9457) as the pages show it. */

export interface ProblemItem {
  readonly code?: string;
  readonly field?: string;
  readonly detail: string;
  readonly hint?: string;
}

/** An answer that is not a success, or no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly errors: readonly ProblemItem[];
  /** Every member of the answer. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const title = text(body['title']) ?? 'The gateway refused this.';
    super(text(body['detail']) ?? title);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = text(body['code']) ?? '';
    this.title = title;
    this.detail = text(body['detail']);
    this.hint = text(body['hint']);
    this.requestId = text(body['requestId']) ?? text(body['request_id']);
    this.errors = Array.isArray(body['errors']) ? body['errors'].filter(isItem) : [];
    this.body = body;
  }
}

/** Makes a problem of anything that was thrown. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const offline = error instanceof TypeError;
  return new ApiProblem(0, {
    code: offline ? 'page.unreachable' : 'page.fault',
    title: offline ? 'The gateway cannot be reached.' : 'This page met a fault.',
    detail: offline ? 'No answer came back.' : error instanceof Error ? error.message : String(error),
    hint: offline
      ? 'Check the network and that the gateway runs. Nothing you typed is lost; try again.'
      : 'Reload the page. If it comes back, report it with the steps that led here.',
  });
}

/** What the answer says about one field of a form, by the field's name in the API. */
export function fieldError(problem: ApiProblem | null | undefined, field: string): string | undefined {
  const item = problem?.errors.find((e) => e.field === field);
  return item && (item.hint ? `${item.detail} ${item.hint}` : item.detail);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isItem(value: unknown): value is ProblemItem {
  return typeof value === 'object' && value !== null && typeof (value as { detail?: unknown }).detail === 'string';
}
