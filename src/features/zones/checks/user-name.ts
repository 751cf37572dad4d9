/**
 * The user's name in a client certificate: a regular expression with named groups over the decoded text, whose names
 * stand by RFC 2253, and a template that puts the groups together.
 */
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { certificateText } from '../../../pki/text/certificate-text.ts';
import { compilePattern, type Pattern } from '../pattern/pattern.ts';

export interface UserNameRule {
  /** `/…/m` or the expression alone; `m` lets ^ and $ match at lines, `i` ignores capitals. */
  readonly pattern: string;
  /** `#group#` stands for what the group took, everything else for itself. */
  readonly template: string;
}

export interface UserNameAnswer {
  /** What the whole expression took; undefined when it matched nowhere. */
  readonly matched: string | undefined;
  readonly groups: Readonly<Record<string, string>>;
  /** Undefined when nothing matched or a group of the template took nothing. */
  readonly userName: string | undefined;
  /** Why there is no name. */
  readonly words: string;
}

/** Skips whole attributes, so that no comma inside a name can pass for another attribute. */
export const defaultUserNameRule: UserNameRule = {
  pattern: '/^\\s*Subject: (?:(?:[^,\\\\\\n]|\\\\.)*,)*?CN=(?<commonName>(?:[^,+\\\\\\n]|\\\\.)+)/m',
  template: '#commonName#',
};

/** The certificate decoded, its names as RFC 2253 writes them; nothing in a name can begin a new line. */
export function decodedText(certificate: Certificate): string {
  return certificateText(certificate, (name) => printable(toRfc4514(name), 4_096));
}

/** What is wrong with a rule, and in which field; undefined when nothing is. */
export function userNameFault(rule: UserNameRule): { readonly field: string; readonly detail: string } | undefined {
  const read = readPattern(rule.pattern);
  if (!read.ok) return { field: 'pattern', detail: read.error };
  const names = [...rule.template.matchAll(/#([^#]*)#/g)].map(([, name = '']) => name);
  const unknown = names.find((name) => !read.value.groupNames.includes(name));
  if (unknown !== undefined)
    return { field: 'template', detail: `The expression has no group named “${printable(unknown, 64)}”.` };
  if (names.length === 0)
    return { field: 'template', detail: 'The template holds no #group#: every user would be the same.' };
  return undefined;
}

/** Takes the user's name out of a certificate. The error says what is wrong with the rule. */
export function userNameOf(certificate: Certificate, rule: UserNameRule): Result<UserNameAnswer, string> {
  const fault = userNameFault(rule);
  const read = readPattern(rule.pattern);
  if (fault !== undefined || !read.ok) return err(fault?.detail ?? '');
  const text = decodedText(certificate);
  const { outcome, start, end, groups } = read.value.search(text);
  if (outcome === 'too-costly') return err('The expression takes too long over this certificate.');
  if (outcome === 'none')
    return ok({
      matched: undefined,
      groups: {},
      userName: undefined,
      words: 'The expression matches nothing in the certificate.',
    });
  const matched = text.slice(start, end);
  const missing = [...rule.template.matchAll(/#([^#]*)#/g)].find(([, name = '']) => (groups[name] ?? '') === '');
  if (missing !== undefined)
    return ok({ matched, groups, userName: undefined, words: `The group ${missing[1]} took nothing.` });
  const userName = rule.template.replaceAll(/#([^#]*)#/g, (_, name: string) => groups[name] ?? '');
  return ok({ matched, groups, userName, words: '' });
}

function readPattern(given: string): Result<Pattern, string> {
  const delimited = /^\/([\s\S]*)\/([a-z]*)$/.exec(given.trim());
  const body = delimited?.[1] ?? given.trim();
  const flags = delimited?.[2] ?? '';
  const other = [...flags].find((flag) => flag !== 'm' && flag !== 'i');
  if (body === '') return err('The expression is empty.');
  if (other !== undefined) return err(`The flag ${other} is not known here; m and i are.`);
  const compiled = compilePattern(body, { multiline: flags.includes('m'), ignoreCase: flags.includes('i') });
  if (compiled.ok) return compiled;
  const { message, offset } = compiled.error;
  return err(`The expression cannot be used: ${message} (character ${offset + 1}).`);
}
