/** Access rules of the default zone: which certificates may come in, by patterns over their common names and subject alternative names. */
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import { compilePattern, type Pattern } from '../pattern/pattern.ts';

export type PatternType = 'exact' | 'prefix' | 'suffix' | 'regex';

export interface AccessRule {
  readonly name: string;
  /** The rule with the lowest number is looked at first; equal numbers in the order of the list. */
  readonly priority: number;
  readonly patternType: PatternType;
  /** Compared without regard to case; a regular expression must match a whole name. */
  readonly pattern: string;
  readonly action: 'allow' | 'deny';
}

export interface AccessRules {
  /** What becomes of a connection that no rule matches, and of one without a certificate. */
  readonly unmatched: 'allow' | 'deny';
  readonly rules: readonly AccessRule[];
}

export interface AccessVerdict {
  readonly allowed: boolean;
  /** Name of the rule that decided; undefined when none matched. */
  readonly rule: string | undefined;
  /** In one sentence. */
  readonly words: string;
}

/** Rules that are ready to be used; keep one per snapshot. */
export interface CompiledAccessRules {
  /** `leaf` undefined: no certificate was presented. Bounded work whatever the certificate holds. */
  judge(leaf: Certificate | undefined): AccessVerdict;
}

export const maximumRules = 100;
/** Octets of a pattern. */
export const maximumPattern = 256;

const maxNames = 1_000;
const maxName = 1_024;
/** Steps of all regular expressions for one certificate. */
const maxSteps = 2_000_000;

/** What is wrong with a rule's pattern; undefined when nothing is. */
export function patternFault({
  patternType,
  pattern,
}: Pick<AccessRule, 'patternType' | 'pattern'>): string | undefined {
  if (pattern.length === 0) return 'the pattern is empty';
  if (pattern.length > maximumPattern) return `the pattern is longer than ${maximumPattern} characters`;
  if (patternType !== 'regex') return undefined;
  const compiled = compilePattern(pattern, { ignoreCase: true });
  return compiled.ok ? undefined : `${compiled.error.message} (character ${compiled.error.offset + 1})`;
}

/** Rules with a faulty pattern, which the front door never stores, deny everybody rather than be left out. */
export function compileAccessRules({ unmatched, rules }: AccessRules): CompiledAccessRules {
  const ordered = [...rules].sort((a, b) => a.priority - b.priority).map((rule) => ({ rule, test: testOf(rule) }));
  return {
    judge(leaf) {
      const names = leaf === undefined ? [] : comparedNames(leaf);
      const budget = { steps: maxSteps };
      for (const { rule, test } of ordered) {
        const found = firstMatch(names, test, budget);
        if (!found.ok)
          return { allowed: false, rule: rule.name, words: `Access rule “${printable(rule.name)}” ${found.error}.` };
        if (found.value === undefined) continue;
        const verb = rule.action === 'allow' ? 'allows' : 'denies';
        return {
          allowed: rule.action === 'allow',
          rule: rule.name,
          words: `Access rule “${printable(rule.name)}” ${verb} ${printable(found.value)}.`,
        };
      }
      const who = leaf === undefined ? 'a peer without a certificate' : 'the names of this certificate';
      return {
        allowed: unmatched === 'allow',
        rule: undefined,
        words: `No access rule matches ${who}; such connections are ${unmatched === 'allow' ? 'allowed' : 'denied'}.`,
      };
    },
  };
}

/** Every common name and every subject alternative name that has a text, as compared. */
export function comparedNames(leaf: Certificate): readonly string[] {
  const alternatives = (leaf.subjectAltName ?? []).flatMap((name) => {
    if (name.kind === 'dns' || name.kind === 'uri' || name.kind === 'email') return [name.value];
    if (name.kind === 'ip') return [name.text];
    return name.kind === 'other' && name.text !== undefined ? [name.text] : [];
  });
  return [...new Set([...commonNames(leaf.subject), ...alternatives])];
}

interface Budget {
  steps: number;
}
type NameTest = (name: string, budget: Budget) => boolean | 'too-costly';

function testOf({ patternType, pattern }: AccessRule): NameTest | undefined {
  const wanted = pattern.toLowerCase();
  switch (patternType) {
    case 'exact':
      return (name) => name.toLowerCase() === wanted;
    case 'prefix':
      return (name) => name.toLowerCase().startsWith(wanted);
    case 'suffix':
      return (name) => name.toLowerCase().endsWith(wanted);
    case 'regex': {
      const compiled = compilePattern(pattern, { ignoreCase: true });
      return compiled.ok ? regexTest(compiled.value) : undefined;
    }
  }
}

function regexTest(pattern: Pattern): NameTest {
  return (name, budget) => {
    const answer = pattern.matchesWhole(name, budget.steps);
    budget.steps -= answer.steps;
    return answer.outcome === 'too-costly' ? 'too-costly' : answer.outcome === 'match';
  };
}

/** The name that matches; an error, in words, when that cannot be found out. */
function firstMatch(
  names: readonly string[],
  test: NameTest | undefined,
  budget: Budget,
): Result<string | undefined, string> {
  if (test === undefined) return err('cannot be read and denies everybody');
  if (names.length > maxNames || names.some((name) => name.length > maxName))
    return err('cannot be compared with so many or so long names');
  for (const name of names) {
    const answer = test(name, budget);
    if (answer === 'too-costly') return err('takes too long to compare with the names of this certificate');
    if (answer) return ok(name);
  }
  return ok(undefined);
}
