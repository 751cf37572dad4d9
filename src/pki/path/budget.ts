/** What one verification may cost at most, shared by all alternatives it tries. */
import { type Rejection, type RejectionCode, reject } from './rejection.ts';

export interface BudgetLimits {
  /** Public-key operations. */
  readonly signatureChecks: number;
  /** Candidates looked at while building paths. */
  readonly buildCalls: number;
  /** Comparisons of a name with a constraint. */
  readonly nameConstraintComparisons: number;
  /** Nodes of the policy graph. */
  readonly policyNodes: number;
  /** Milliseconds, as far as `elapsed` tells. */
  readonly time: number;
}

export const defaultBudget: BudgetLimits = {
  signatureChecks: 100,
  buildCalls: 200_000,
  nameConstraintComparisons: 250_000,
  policyNodes: 1_000,
  time: 250,
};

/** Thrown inside the engine when a limit is met; `verifyPath` turns it into its rejection. */
export class BudgetExhausted extends Error {
  readonly rejection: Rejection;

  constructor(code: RejectionCode, limit: number) {
    super(code);
    this.rejection = reject(code, `the check was stopped at its limit of ${limit.toLocaleString('en')}`);
  }
}

export class Budget {
  readonly limits: BudgetLimits;
  signatureChecks = 0;
  buildCalls = 0;
  nameConstraintComparisons = 0;
  policyNodes = 0;
  readonly #elapsed: () => number;

  /** `elapsed` gives the milliseconds since the verification began; without it time is not limited. */
  constructor(limits: BudgetLimits = defaultBudget, elapsed: () => number = () => 0) {
    this.limits = limits;
    this.#elapsed = elapsed;
  }

  spendSignature(): void {
    if (++this.signatureChecks > this.limits.signatureChecks)
      throw new BudgetExhausted('budget.signatures', this.limits.signatureChecks);
    if (this.signatureChecks % 8 === 0) this.checkTime();
  }

  spendBuildCall(): void {
    if (++this.buildCalls > this.limits.buildCalls)
      throw new BudgetExhausted('budget.path-steps', this.limits.buildCalls);
    if (this.buildCalls % 1024 === 0) this.checkTime();
  }

  spendNameComparison(count = 1): void {
    this.nameConstraintComparisons += count;
    if (this.nameConstraintComparisons > this.limits.nameConstraintComparisons) {
      throw new BudgetExhausted('budget.name-constraints', this.limits.nameConstraintComparisons);
    }
  }

  spendPolicyNode(): void {
    if (++this.policyNodes > this.limits.policyNodes)
      throw new BudgetExhausted('budget.policies', this.limits.policyNodes);
  }

  checkTime(): void {
    if (this.#elapsed() > this.limits.time) throw new BudgetExhausted('budget.time', this.limits.time);
  }

  /** What was spent, for the decision. */
  spent(): Omit<BudgetLimits, 'time'> {
    const { signatureChecks, buildCalls, nameConstraintComparisons, policyNodes } = this;
    return { signatureChecks, buildCalls, nameConstraintComparisons, policyNodes };
  }
}
