/** What an ACME server says when it refuses (RFC 8555 6.7, RFC 7807), as a closed set of kinds with words that are safe to show. */
import { printable } from '../../../../lib/printable.ts';
import { type Identifier, readIdentifier } from './identifier.ts';
import { isObject, type JsonObject, member } from './json-value.ts';

/** RFC 8555 6.7, RFC 9773 7.4 and the profiles extension; `other` for whatever else a server writes. */
const problemTypes = [
  'accountDoesNotExist',
  'alreadyReplaced',
  'alreadyRevoked',
  'badCSR',
  'badNonce',
  'badPublicKey',
  'badRevocationReason',
  'badSignatureAlgorithm',
  'caa',
  'compound',
  'connection',
  'dns',
  'externalAccountRequired',
  'incorrectResponse',
  'invalidContact',
  'invalidProfile',
  'malformed',
  'orderNotReady',
  'rateLimited',
  'rejectedIdentifier',
  'serverInternal',
  'tls',
  'unauthorized',
  'unsupportedContact',
  'unsupportedIdentifier',
  'userActionRequired',
  'other',
] as const;

export type ProblemType = (typeof problemTypes)[number];

export interface ProblemDocument {
  readonly type: ProblemType;
  /** HTTP status of the answer, or 0 inside a challenge. */
  readonly status: number;
  /** The server's words, made safe to print. */
  readonly detail: string;
  readonly identifier?: Identifier;
  /** As the server wrote it: where a person learns more (RFC 8555 6.7, userActionRequired). */
  readonly instance?: string;
  /** At most 20, one level deep. */
  readonly subproblems: readonly ProblemDocument[];
}

/** Reads what it can; never fails, for what is read here is only shown and sorted. */
export function readProblemDocument(value: unknown, status = 0): ProblemDocument {
  return readDocument(isObject(value) ? value : {}, status, 1);
}

/** In one sentence, with the names it is about. */
export function problemText(document: ProblemDocument): string {
  const about = document.identifier === undefined ? '' : `${document.identifier.value}: `;
  const own = `${about}${document.detail === '' ? document.type : document.detail}`;
  const further = document.subproblems.map((one) => problemText(one)).join('; ');
  return further === '' ? own : `${own} (${further})`;
}

const prefix = 'urn:ietf:params:acme:error:';

function readDocument(object: JsonObject, status: number, depth: number): ProblemDocument {
  const type = member(object, 'type');
  const detail = member(object, 'detail');
  const identifier = readIdentifier(member(object, 'identifier'));
  const instance = member(object, 'instance');
  const below = member(object, 'subproblems');
  const subproblems = depth > 0 && Array.isArray(below) ? below.slice(0, 20).filter(isObject) : [];
  return {
    type: typeOf(type),
    status,
    detail: typeof detail === 'string' ? printable(detail, 1_000) : '',
    ...(identifier !== undefined && { identifier }),
    ...(typeof instance === 'string' && instance.length <= 2_048 && { instance }),
    subproblems: subproblems.map((one) => readDocument(one, 0, depth - 1)),
  };
}

function typeOf(value: unknown): ProblemType {
  if (typeof value !== 'string' || !value.startsWith(prefix)) return 'other';
  return problemTypes.find((one) => one === value.slice(prefix.length)) ?? 'other';
}
