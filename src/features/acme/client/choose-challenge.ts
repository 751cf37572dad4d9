/** Which challenge of an authorization is answered (RFC 8555 7.5), after a look at whether the CA asks for what was ordered. */
import { checkToken } from '../challenge/key-authorization.ts';
import { AcmeProblem, quoted } from './acme-problem.ts';
import type { Authorization, Challenge, ChallengeType } from './resource/authorization.ts';
import { type Identifier, sameIdentifier } from './resource/identifier.ts';

/**
 * The name to prove, a wildcard with its `*.`. Throws `acme.answer` when it is none of those ordered: a proof for it
 * would be one that nobody asked for, and its name would reach DNS servers and programs.
 */
export function authorizedName({ identifier, wildcard }: Authorization, ordered: readonly Identifier[]): Identifier {
  const name: Identifier = wildcard ? { type: identifier.type, value: `*.${identifier.value}` } : identifier;
  if (ordered.some((one) => sameIdentifier(one, name))) return name;
  throw new AcmeProblem('acme.answer', `The CA wants ${quoted(name.value)} proved, which was not ordered.`);
}

/**
 * The first of `types` that the CA offers. Every token offered is judged, also those of challenges that are not used:
 * with a server that sends such ones there is nothing to be done. Throws `acme.token-refused`, `acme.no-challenge`.
 */
export function chooseChallenge({ identifier, challenges }: Authorization, types: readonly ChallengeType[]): Challenge {
  for (const { token } of challenges) checkToken(token);
  for (const type of types) {
    const found = challenges.find((one) => one.type === type);
    if (found !== undefined) return found;
  }
  const offered = challenges.map(({ type }) => type).join(', ') || 'no challenge known here';
  const ours = types.join(', ') || 'none';
  throw new AcmeProblem('acme.no-challenge', `For ${identifier.value} the CA offers ${offered}; set up here: ${ours}.`);
}
