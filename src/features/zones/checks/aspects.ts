/** A decision taken apart into what people ask about: trust, name, dates, use, revocation, each with its remedy. */
import type { Decision } from '../../verification/verification.ts';

type DecidedAspect = 'trust' | 'dates' | 'use' | 'name' | 'revocation';
/** `answer`: what the other side did, where it was asked. */
export type AspectName = DecidedAspect | 'answer';

export interface Aspect {
  readonly aspect: AspectName;
  /** `unknown`: an earlier reason kept it from being looked at. */
  readonly result: 'good' | 'bad' | 'unknown' | 'not-checked';
  readonly words: string;
  /** Empty when there is nothing to do. */
  readonly remedy: string;
}

/** In the order in which they are looked at. The decision should have been thorough, so that later reasons are known. */
export function aspectsOf(decision: Decision): readonly Aspect[] {
  const reasons = [
    ...(decision.accepted ? [] : [{ code: decision.code, words: decision.words, next: decision.next }]),
    ...decision.also,
  ];
  return order.map((aspect): Aspect => {
    const reason = reasons.find(({ code }) => aspectOf(code) === aspect);
    if (reason !== undefined) return { aspect, result: 'bad', words: reason.words, remedy: remedyOf(reason, decision) };
    return { aspect, ...withoutReason(aspect, decision), remedy: '' };
  });
}

const order: readonly DecidedAspect[] = ['trust', 'dates', 'use', 'name', 'revocation'];

function aspectOf(code: string): DecidedAspect {
  if (/^path\.(expired|not-yet-valid)$/.test(code)) return 'dates';
  if (/^path\.(extended-key-usage|key-usage|leaf-is-ca)$/.test(code)) return 'use';
  if (/^(path\.(name-mismatch|wildcard|common-name|subject-alternative-name)|verification\.name-malformed)$/.test(code))
    return 'name';
  return code.startsWith('revocation.') ? 'revocation' : 'trust';
}

function remedyOf(reason: { readonly code: string; readonly next: string }, decision: Decision): string {
  const concerns = reason.code === decision.code ? decision.advice : [];
  return [reason.next, ...concerns].filter(Boolean).join(' ');
}

function withoutReason(aspect: DecidedAspect, decision: Decision): Pick<Aspect, 'result' | 'words'> {
  const { accepted, path, names, revocation, code } = decision;
  const leaf = path[0];
  if (leaf === undefined) return { result: 'unknown', words: 'There is no certificate to look at.' };
  switch (aspect) {
    case 'trust':
      return {
        result: 'good',
        words: accepted ? `The chain ends at ${path.at(-1)?.subject ?? leaf.subject}.` : 'No fault found.',
      };
    case 'dates':
      return {
        result: 'good',
        words: `Valid from ${leaf.notBefore.slice(0, 10)} until ${leaf.notAfter.slice(0, 10)}.`,
      };
    case 'use':
      return { result: 'good', words: 'It may be used for this purpose.' };
    case 'name':
      if (names.expected.length === 0) return { result: 'not-checked', words: 'No name was expected.' };
      return names.matched === undefined
        ? { result: 'unknown', words: 'Another reason came first.' }
        : { result: 'good', words: `It proves ${names.matched}.` };
    case 'revocation': {
      if (revocation.mode === 'off') return { result: 'not-checked', words: 'Revocation checking is off.' };
      if (!accepted && aspectOf(code) === 'trust')
        return { result: 'unknown', words: 'Without a trusted chain no revocation data can be believed.' };
      const unknown = revocation.found.find(({ status }) => status === 'unknown');
      if (unknown !== undefined) return { result: 'unknown', words: unknown.words };
      return { result: 'good', words: revocation.found.map(({ words }) => words).join(' ') || 'Nothing is revoked.' };
    }
  }
}
