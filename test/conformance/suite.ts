/** What every suite of outside test vectors is turned into, and how its results are counted. */

export interface ConformanceCase {
  readonly id: string;
  /** `accept`, `reject`, or a status such as `good`; `either` where the suite leaves it open. */
  readonly expected: string;
  /** Runs the case under a control: the engine as it is, or made blind to prove the harness. */
  run(control: Control): Outcome;
}

export interface Outcome {
  readonly actual: string;
  /** Rejection or error code, for reading. */
  readonly code?: string;
  readonly message?: string;
}

/** `none` is the real engine; the others prove that the scores mean something. */
export const controls = ['none', 'always-accept', 'always-reject', 'no-crls'] as const;

export type Control = (typeof controls)[number];

export interface Suite {
  /** `limbo`, `pkits`, `boringssl-crl` …: names the exceptions file. */
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** What we hold to be right against the suite, with the reason. */
export interface Exception {
  readonly id: string;
  readonly expected: string;
  readonly actual: string;
  readonly clause: string;
  readonly reason: string;
}

export interface CaseResult extends Outcome {
  readonly suite: string;
  readonly id: string;
  readonly expected: string;
  /** `exception`: differs from the suite as listed; `unexpected-success`: listed, yet agrees. */
  readonly verdict: 'passed' | 'failed' | 'exception' | 'unexpected-success';
}

export function runSuite(suite: Suite, exceptions: readonly Exception[], control: Control): readonly CaseResult[] {
  const listed = new Map(exceptions.map((exception) => [exception.id, exception]));
  return suite.cases.map((testCase) => {
    const outcome = runCase(testCase, control);
    const agrees = testCase.expected === 'either' || outcome.actual === testCase.expected;
    const exception = listed.get(testCase.id);
    const verdict = agrees
      ? exception
        ? 'unexpected-success'
        : 'passed'
      : exception?.actual === outcome.actual
        ? 'exception'
        : 'failed';
    return { suite: suite.name, id: testCase.id, expected: testCase.expected, ...outcome, verdict };
  });
}

function runCase(testCase: ConformanceCase, control: Control): Outcome {
  if (control === 'always-accept') return { actual: positive(testCase.expected) };
  if (control === 'always-reject') return { actual: negative(testCase.expected) };
  try {
    return testCase.run(control);
  } catch (error) {
    return { actual: 'crash', message: String(error) };
  }
}

function positive(expected: string): string {
  return ['good', 'revoked', 'unknown'].includes(expected) ? 'good' : 'accept';
}

function negative(expected: string): string {
  return ['good', 'revoked', 'unknown'].includes(expected) ? 'unknown' : 'reject';
}
