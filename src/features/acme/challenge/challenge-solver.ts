/** The places where a proof is shown to a CA: what every kind of challenge has in common (RFC 8555 8). */
import type { ChallengeType } from '../client/resource/authorization.ts';
import type { Identifier } from '../client/resource/identifier.ts';

/**
 * Shows one proof and takes it away again. Tokens and key authorizations were checked before: both hold base64url
 * characters and, the latter, one full stop. Failures are thrown as AcmeProblem.
 */
export interface ChallengeSolver {
  readonly type: ChallengeType;
  /** Whether it can answer for this name; all of its type unless given. */
  covers?(identifier: Identifier): boolean;
  /** Returns once the proof is on its way; rejects soon after `signal` was aborted, and then `remove` is still called. */
  present(identifier: Identifier, token: string, keyAuthorization: string, signal?: AbortSignal): Promise<void>;
  /** Returns once the CA will find the proof; without it, that is so when `present` has returned. */
  ready?(identifier: Identifier, token: string, keyAuthorization: string, signal: AbortSignal): Promise<void>;
  /** Takes the proof away; called whatever became of it, also after a failed `present`. */
  remove(identifier: Identifier, token: string, keyAuthorization: string): Promise<void>;
}
