/**
 * Looks at a certificate before it is signed: the rules of RFC 5280 for those who issue, and those of the CA/Browser
 * Forum's Baseline Requirements (BR) that make sense for a private CA. An error keeps the certificate from being issued.
 */
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { authorityRules } from './lint/authority-rules.ts';
import { extensionRules } from './lint/extension-rules.ts';
import { fieldRules } from './lint/field-rules.ts';
import { nameRules } from './lint/name-rules.ts';

export interface LintFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  /** `RFC 5280 4.2.1.3`. */
  readonly clause: string;
  readonly message: string;
}

/** What a certificate is looked at with. */
export interface LintSubject {
  readonly certificate: Certificate;
  /** The issuer and those above it; for a root itself alone. */
  readonly issuers: readonly Certificate[];
}

export interface LintRule {
  /** One word for programs. */
  readonly rule: string;
  readonly clause: string;
  readonly severity?: 'warning';
  /** What is wrong, in words; undefined when nothing is. */
  readonly check: (subject: LintSubject) => string | undefined;
}

/** Every rule there is, for the documentation. */
export const lintRules: readonly LintRule[] = [...fieldRules, ...nameRules, ...extensionRules, ...authorityRules];

/** All findings, in the order of the rules. */
export function lint(subject: LintSubject): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const { rule, clause, severity = 'error', check } of lintRules) {
    const message = check(subject);
    if (message !== undefined) findings.push({ rule, severity, clause, message });
  }
  return findings;
}
