/** What a CA wants to see before it believes that a name is ours (RFC 8555 7.1.4, 8). */
import { type Identifier, readIdentifier } from './identifier.ts';
import {
  isObject,
  type JsonObject,
  list,
  member,
  optionalText,
  optionalTime,
  text,
  unreadable,
  word,
} from './json-value.ts';
import { type ProblemDocument, readProblemDocument } from './problem-document.ts';

export type AuthorizationStatus = 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked';

export interface Authorization {
  readonly url: string;
  readonly identifier: Identifier;
  readonly status: AuthorizationStatus;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  /** Those of a kind known here; others are passed over (RFC 8555 7.1.5). */
  readonly challenges: readonly Challenge[];
  readonly wildcard: boolean;
}

export type ChallengeType = 'http-01' | 'dns-01' | 'tls-alpn-01';

export interface Challenge {
  readonly type: ChallengeType;
  readonly url: string;
  readonly status: 'pending' | 'processing' | 'valid' | 'invalid';
  /** As the server sent it: `checkToken` judges it before anything is done with it. */
  readonly token: string;
  readonly error?: ProblemDocument;
}

const challengeTypes = ['http-01', 'dns-01', 'tls-alpn-01'] as const satisfies readonly ChallengeType[];

export function readAuthorization(object: JsonObject, url: string): Authorization {
  const what = 'The authorization';
  const identifier = readIdentifier(member(object, 'identifier'));
  if (identifier === undefined) throw unreadable(what, 'its identifier is neither a DNS name nor an IP address');
  const expires = optionalTime(object, 'expires', what);
  const status = word(object, 'status', ['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked'], what);
  return {
    url,
    identifier,
    status,
    ...(expires !== undefined && { expires }),
    challenges: list(object, 'challenges', what, 50).flatMap((one) => challengeOf(one)),
    wildcard: member(object, 'wildcard') === true,
  };
}

export function readChallenge(object: JsonObject): Challenge {
  const what = 'The challenge';
  const error = member(object, 'error');
  return {
    type: word(object, 'type', challengeTypes, what),
    url: text(object, 'url', what),
    status: word(object, 'status', ['pending', 'processing', 'valid', 'invalid'], what),
    token: optionalText(object, 'token', what) ?? '',
    ...(isObject(error) && { error: readProblemDocument(error) }),
  };
}

function challengeOf(value: unknown): readonly Challenge[] {
  if (!isObject(value)) return [];
  const type = member(value, 'type');
  return challengeTypes.some((one) => one === type) ? [readChallenge(value)] : [];
}
