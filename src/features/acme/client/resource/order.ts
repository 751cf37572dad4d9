/** An order of a certificate (RFC 8555 7.1.3): plain data that can be kept and taken up again. */
import { type Identifier, readIdentifier } from './identifier.ts';
import {
  isObject,
  type JsonObject,
  list,
  member,
  optionalText,
  optionalTime,
  text,
  texts,
  unreadable,
  word,
} from './json-value.ts';
import { type ProblemDocument, readProblemDocument } from './problem-document.ts';

export interface NewOrder {
  readonly identifiers: readonly Identifier[];
  /** Milliseconds since 1970; most CAs refuse any wish. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** One of the directory's profiles. */
  readonly profile?: string;
  /** The certificate that is renewed, by `ariCertificateId` (RFC 9773 5). */
  readonly replaces?: string;
}

export type OrderStatus = 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';

export interface Order {
  readonly url: string;
  readonly status: OrderStatus;
  readonly identifiers: readonly Identifier[];
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  readonly profile?: string;
  readonly error?: ProblemDocument;
}

export function readOrder(object: JsonObject, url: string): Order {
  const what = 'The order';
  const error = member(object, 'error');
  const certificate = optionalText(object, 'certificate', what);
  const expires = optionalTime(object, 'expires', what);
  const profile = optionalText(object, 'profile', what, 64);
  return {
    url,
    status: word(object, 'status', ['pending', 'ready', 'processing', 'valid', 'invalid'], what),
    identifiers: list(object, 'identifiers', what, 100).map((one) => identifierOf(one, what)),
    authorizations: texts(object, 'authorizations', what, 100),
    finalize: text(object, 'finalize', what),
    ...(certificate !== undefined && { certificate }),
    ...(expires !== undefined && { expires }),
    ...(profile !== undefined && { profile }),
    ...(isObject(error) && { error: readProblemDocument(error) }),
  };
}

function identifierOf(value: unknown, what: string): Identifier {
  const found = readIdentifier(value);
  if (found === undefined) throw unreadable(what, 'an identifier is neither a DNS name nor an IP address');
  return found;
}
