/** Certificate policies by RFC 5280 section 6.1 with the graph of RFC 9618, whose size grows linearly. */
import type { Certificate } from '../certificate/certificate.ts';
import type { Budget } from './budget.ts';
import { type Rejection, reject } from './rejection.ts';

export const anyPolicy = '2.5.29.32.0';

export interface PolicyInput {
  /** The policies the user accepts; with anyPolicy among them, every one. */
  readonly initialPolicies: readonly string[];
  readonly requireExplicitPolicy: boolean;
  readonly inhibitPolicyMapping: boolean;
  readonly inhibitAnyPolicy: boolean;
}

export const noPolicyInput: PolicyInput = {
  initialPolicies: [anyPolicy],
  requireExplicitPolicy: false,
  inhibitPolicyMapping: false,
  inhibitAnyPolicy: false,
};

/** One depth of the graph. A node without parents hangs below anyPolicy. */
interface Level {
  readonly nodes: Map<string, readonly string[]>;
  anyPolicy: boolean;
}

/** The policy part of the state that walks down a path (RFC 5280 6.1.2 (d) to (f)). */
export class PolicyState {
  #initial: readonly string[];
  readonly #budget: Budget;
  readonly #levels: Level[] = [];
  /** What the next certificate's policies are met with: RFC 9618's expected policies after mapping. */
  #next: Level = { nodes: new Map(), anyPolicy: true };
  #explicitPolicy: number;
  #policyMapping: number;
  #inhibitAny: number;

  /** `length` is the number of certificates in the path, the anchor not counted. */
  constructor(input: PolicyInput, length: number, budget: Budget) {
    this.#initial = input.initialPolicies;
    this.#budget = budget;
    this.#explicitPolicy = input.requireExplicitPolicy ? 0 : length + 1;
    this.#policyMapping = input.inhibitPolicyMapping ? 0 : length + 1;
    this.#inhibitAny = input.inhibitAnyPolicy ? 0 : length + 1;
  }

  /** RFC 5937 3.2: an anchor's own certificate limits the policies from the start. */
  anchor(certificate: Certificate): Rejection | undefined {
    const stated = certificate.certificatePolicies?.map((policy) => policy.oid);
    if (stated !== undefined && !stated.includes(anyPolicy)) {
      const user = this.#initial;
      const accepted = user.includes(anyPolicy) ? stated : user.filter((policy) => stated.includes(policy));
      this.#initial = accepted;
    }
    this.#limit(certificate);
    return undefined;
  }

  /** RFC 5280 6.1.3 (d) to (f) for one certificate. */
  process(certificate: Certificate, selfIssued: boolean, last: boolean): Rejection | undefined {
    const level = this.#next;
    const policies = certificate.certificatePolicies?.map((policy) => policy.oid);
    if (policies === undefined) {
      level.nodes.clear();
      level.anyPolicy = false;
    } else {
      const anyAllowed = policies.includes(anyPolicy) && (this.#inhibitAny > 0 || (!last && selfIssued));
      const hadAny = level.anyPolicy;
      if (!anyAllowed) {
        const stated = new Set(policies);
        for (const policy of level.nodes.keys()) if (!stated.has(policy)) level.nodes.delete(policy);
        level.anyPolicy = false;
      }
      if (hadAny)
        for (const policy of policies)
          if (policy !== anyPolicy && !level.nodes.has(policy)) this.#node(level, policy, []);
    }
    this.#levels.push(level);
    if (this.#explicitPolicy === 0 && isEmpty(level))
      return reject(
        'path.policy',
        'no certificate policy is valid for the whole path',
        certificate,
        'RFC 5280 6.1.3 (f)',
      );
    return undefined;
  }

  /** RFC 5280 6.1.4 (a), (b), (h) to (j): before going on to the next certificate. */
  prepare(certificate: Certificate, selfIssued: boolean): Rejection | undefined {
    const mappings = certificate.policyMappings ?? [];
    if (mappings.some(({ issuerDomain, subjectDomain }) => issuerDomain === anyPolicy || subjectDomain === anyPolicy)) {
      return reject('path.policy-mapping', 'the CA maps anyPolicy', certificate);
    }
    this.#next = this.#mapped(mappings);
    if (!selfIssued) {
      if (this.#explicitPolicy > 0) this.#explicitPolicy--;
      if (this.#policyMapping > 0) this.#policyMapping--;
      if (this.#inhibitAny > 0) this.#inhibitAny--;
    }
    this.#limit(certificate);
    return undefined;
  }

  #limit(certificate: Certificate): void {
    const { requireExplicitPolicy, inhibitPolicyMapping } = certificate.policyConstraints ?? {};
    this.#explicitPolicy = Math.min(this.#explicitPolicy, requireExplicitPolicy ?? Infinity);
    this.#policyMapping = Math.min(this.#policyMapping, inhibitPolicyMapping ?? Infinity);
    this.#inhibitAny = Math.min(this.#inhibitAny, certificate.inhibitAnyPolicy ?? Infinity);
  }

  /** RFC 5280 6.1.5 (a), (b), (g): after the last certificate. Gives the user-constrained policies. */
  finish(leaf: Certificate): Rejection | readonly string[] {
    if (this.#explicitPolicy > 0) this.#explicitPolicy--;
    if (leaf.policyConstraints?.requireExplicitPolicy === 0) this.#explicitPolicy = 0;
    const policies = this.#userConstrained();
    if (this.#explicitPolicy === 0 && policies.length === 0) {
      return reject('path.policy', 'none of the required policies is valid for the whole path', leaf);
    }
    return policies;
  }

  #mapped(mappings: readonly { readonly issuerDomain: string; readonly subjectDomain: string }[]): Level {
    const level = this.#levels.at(-1)!;
    const allowed = this.#policyMapping > 0;
    const next: Level = { nodes: new Map(), anyPolicy: level.anyPolicy };
    const mapped = new Map<string, string[]>();
    for (const { issuerDomain, subjectDomain } of mappings) {
      if (!allowed) {
        // 6.1.4 (b)(2): mapping is inhibited, the mapped policies are lost
        level.nodes.delete(issuerDomain);
        continue;
      }
      if (!level.nodes.has(issuerDomain)) {
        if (!level.anyPolicy) continue;
        this.#node(level, issuerDomain, []);
      }
      const to = mapped.get(issuerDomain) ?? [];
      mapped.set(issuerDomain, to);
      to.push(subjectDomain);
    }
    for (const policy of level.nodes.keys()) {
      for (const to of mapped.get(policy) ?? [policy]) this.#node(next, to, [...(next.nodes.get(to) ?? []), policy]);
    }
    return next;
  }

  /** RFC 5280 6.1.5 (g) with RFC 9618 section 5.4: the policies of the first domain that reach the end of the path. */
  #userConstrained(): readonly string[] {
    const last = this.#levels.at(-1);
    const user = new Set(this.#initial);
    const anyUser = user.has(anyPolicy);
    if (last === undefined || isEmpty(last)) return [];
    const found = new Set<string>();
    let reachable = new Set(last.nodes.keys());
    for (let depth = this.#levels.length - 1; depth >= 0; depth--) {
      const above = new Set<string>();
      for (const policy of reachable) {
        const parents = this.#levels[depth]!.nodes.get(policy) ?? [];
        if (parents.length === 0 && (anyUser || user.has(policy))) found.add(policy);
        for (const parent of parents) above.add(parent);
      }
      reachable = above;
    }
    if (last.anyPolicy) for (const policy of user) found.add(policy);
    return [...found].sort();
  }

  #node(level: Level, policy: string, parents: readonly string[]): void {
    this.#budget.spendPolicyNode();
    level.nodes.set(policy, parents);
  }
}

function isEmpty(level: Level): boolean {
  return level.nodes.size === 0 && !level.anyPolicy;
}
