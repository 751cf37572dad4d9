/** When to try again after a failure: soon at first, then once a day, until a person has to decide; pure. */
import type { AcmeProblem, AcmeProblemCode } from '../acme-problem.ts';
import type { ProblemDocument, ProblemType } from '../resource/problem-document.ts';

export interface AttemptInput {
  /** When the first of the failures in a row was, and the last one; milliseconds since 1970. */
  readonly firstFailedAt: number;
  readonly failedAt: number;
  /** How many failures in a row there are, at least 1. */
  readonly failures: number;
  /** Nothing but a change by a person helps: see `isPermanent`. */
  readonly permanent: boolean;
  /** The CA does not want to be asked before. */
  readonly retryAt?: number;
  /** When an operator last said that the attempts shall go on. */
  readonly goneOnAt?: number;
  /** 0 to below 1. */
  readonly random: number;
}

export interface NextAttempt {
  /** Milliseconds since 1970; undefined when nothing more is tried until an operator says so. */
  readonly at: number | undefined;
  readonly pace: 'quick' | 'daily' | 'stopped';
}

/** After 1, 10 and 100 minutes, then daily, each give or take a fifth; after 30 days of failures no more. */
export function nextAttempt(input: AttemptInput): NextAttempt {
  const { firstFailedAt, failedAt, failures, permanent, retryAt = 0, goneOnAt = firstFailedAt, random } = input;
  if (failedAt - Math.max(firstFailedAt, goneOnAt) >= patience) return { at: undefined, pace: 'stopped' };
  const jitter = (random * 2 - 1) / 5;
  const quick = permanent ? undefined : quickWaits[failures - 1];
  if (quick !== undefined) return { at: Math.round(Math.max(failedAt + quick * (1 + jitter), retryAt)), pace: 'quick' };
  // on a grid from the first failure on: a fifth less each time would add up to more than one attempt a day
  const days = Math.ceil((failedAt - firstFailedAt) / day + 0.8 - 1e-9);
  return { at: Math.round(Math.max(firstFailedAt + (days + jitter) * day, retryAt)), pace: 'daily' };
}

/** Whether waiting cannot help, because the CA will never do it or wants something of the operator. */
export function isPermanent({ code, failure }: AcmeProblem): boolean {
  return permanentCodes.has(code) || hasType(failure.document, permanentTypes);
}

/** What a person is told while attempts fail, each stage once. */
export type FailureStage =
  | 'failing-1-day'
  | 'failing-7-days'
  | 'ends-in-30-days'
  | 'ends-in-14-days'
  | 'ends-in-7-days'
  | 'ends-in-3-days'
  | 'ends-in-1-day';

/** The stages reached by `now`; those that are longer than half of the certificate's life are left out. */
export function failureStages(
  now: number,
  {
    firstFailedAt,
    notBefore,
    notAfter,
  }: { readonly firstFailedAt: number; readonly notBefore: number; readonly notAfter: number },
): readonly FailureStage[] {
  const failing = [1, 7]
    .filter((days) => now - firstFailedAt >= days * day)
    .map((days) => (days === 1 ? 'failing-1-day' : 'failing-7-days') as FailureStage);
  const ending = [30, 14, 7, 3, 1]
    .filter((days) => days * day <= (notAfter - notBefore) / 2 && notAfter - now <= days * day)
    .map((days) => (days === 1 ? 'ends-in-1-day' : `ends-in-${days}-days`) as FailureStage);
  return [...failing, ...ending];
}

const minute = 60_000;
const day = 24 * 60 * minute;
const quickWaits = [minute, 10 * minute, 100 * minute];
const patience = 30 * day;

const permanentTypes: ReadonlySet<ProblemType> = new Set([
  'caa',
  'rejectedIdentifier',
  'unsupportedIdentifier',
  'badPublicKey',
  'externalAccountRequired',
  'invalidContact',
  'unsupportedContact',
  'invalidProfile',
  'userActionRequired',
]);

const permanentCodes: ReadonlySet<AcmeProblemCode> = new Set([
  'acme.account-ended',
  'acme.action-needed',
  'acme.binding-needed',
  'acme.no-challenge',
  'acme.profile-unknown',
  'acme.terms-not-accepted',
  'acme.url-refused',
]);

function hasType(document: ProblemDocument | undefined, types: ReadonlySet<ProblemType>): boolean {
  if (document === undefined) return false;
  return types.has(document.type) || document.subproblems.some((one) => hasType(one, types));
}
