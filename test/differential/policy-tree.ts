/**
 * The certificate policies of a path by the tree of RFC 5280 6.1, followed word for word: slow, exponential at worst,
 * and written without a look at the graph it is compared with.
 */
import { anyPolicy } from '../support/policy-values.ts';

export interface PolicyCertificate {
  readonly selfIssued: boolean;
  /** Undefined: no certificate policies at all. */
  readonly policies: readonly string[] | undefined;
  readonly mappings: readonly (readonly [issuerDomain: string, subjectDomain: string])[];
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
  readonly inhibitAnyPolicy: number | undefined;
}

export interface PolicyQuestion {
  readonly initialPolicies: readonly string[];
  readonly requireExplicitPolicy: boolean;
  readonly inhibitPolicyMapping: boolean;
  readonly inhibitAnyPolicy: boolean;
}

interface Node {
  readonly policy: string;
  readonly depth: number;
  readonly parent: Node | undefined;
  expected: readonly string[];
  children: Node[];
}

/** The user-constrained policies, sorted, or undefined when the path is refused. The certificate below the anchor first. */
export function policiesByTree(
  path: readonly PolicyCertificate[],
  question: PolicyQuestion,
): readonly string[] | undefined {
  const n = path.length;
  const tree = new Tree();
  // 6.1.2 (d) to (f)
  let explicit = question.requireExplicitPolicy ? 0 : n + 1;
  let mapping = question.inhibitPolicyMapping ? 0 : n + 1;
  let any = question.inhibitAnyPolicy ? 0 : n + 1;
  for (const [index, certificate] of path.entries()) {
    const i = index + 1;
    // 6.1.3 (d), (e), (f)
    if (certificate.policies === undefined) tree.root = undefined;
    else tree.grow(i, certificate.policies, any > 0 || (i < n && certificate.selfIssued));
    if (explicit === 0 && tree.root === undefined) return undefined;
    if (i === n) break;
    // 6.1.4 (a), (b)
    if (certificate.mappings.some((pair) => pair.includes(anyPolicy))) return undefined;
    tree.map(i, certificate.mappings, mapping > 0);
    // 6.1.4 (h), (i), (j)
    const step = certificate.selfIssued ? 0 : 1;
    const limit = Number.POSITIVE_INFINITY;
    explicit = Math.min(Math.max(explicit - step, 0), certificate.requireExplicitPolicy ?? limit);
    mapping = Math.min(Math.max(mapping - step, 0), certificate.inhibitPolicyMapping ?? limit);
    any = Math.min(Math.max(any - step, 0), certificate.inhibitAnyPolicy ?? limit);
  }
  // 6.1.5 (a), (b), (g)
  if (explicit > 0) explicit--;
  if (path[n - 1]?.requireExplicitPolicy === 0) explicit = 0;
  tree.intersect(n, question.initialPolicies);
  return explicit === 0 && tree.root === undefined ? undefined : tree.domainPolicies(n);
}

class Tree {
  root: Node | undefined = { policy: anyPolicy, depth: 0, parent: undefined, expected: [anyPolicy], children: [] };

  /** 6.1.3 (d). */
  grow(depth: number, policies: readonly string[], anyCounts: boolean): void {
    const above = this.#at(depth - 1);
    for (const policy of policies.filter((one) => one !== anyPolicy)) {
      const expecting = above.filter(({ expected }) => expected.includes(policy));
      const wild = above.filter((node) => node.policy === anyPolicy);
      for (const parent of expecting.length > 0 ? expecting : wild) add(parent, policy);
    }
    if (policies.includes(anyPolicy) && anyCounts) {
      for (const parent of above) {
        const missing = parent.expected.filter((one) => !parent.children.some(({ policy }) => policy === one));
        for (const policy of missing) add(parent, policy);
      }
    }
    this.#prune(depth - 1);
  }

  /** 6.1.4 (b). */
  map(depth: number, mappings: readonly (readonly [string, string])[], allowed: boolean): void {
    for (const [from, pairs] of Map.groupBy(mappings, ([issuerDomain]) => issuerDomain)) {
      const nodes = this.#at(depth).filter(({ policy }) => policy === from);
      const wild = this.#at(depth).find(({ policy }) => policy === anyPolicy);
      if (!allowed) for (const node of nodes) remove(node);
      else {
        const mapped = nodes.length === 0 && wild?.parent ? [add(wild.parent, from)] : nodes;
        for (const node of mapped) node.expected = pairs.map(([, subjectDomain]) => subjectDomain);
      }
    }
    this.#prune(depth - 1);
  }

  /** 6.1.5 (g)(iii). */
  intersect(depth: number, user: readonly string[]): void {
    if (user.includes(anyPolicy)) return;
    const domain = this.#all().filter(({ parent }) => parent?.policy === anyPolicy);
    for (const node of domain) if (node.policy !== anyPolicy && !user.includes(node.policy)) remove(node);
    const wild = this.#at(depth).find(({ policy }) => policy === anyPolicy);
    if (wild?.parent !== undefined) {
      for (const policy of user) if (!domain.some((node) => node.policy === policy)) add(wild.parent, policy);
      remove(wild);
    }
    this.#prune(depth - 1);
  }

  /** 6.1.6: the policies whose parent is anyPolicy, and anyPolicy itself when it reaches the end. */
  domainPolicies(end: number): readonly string[] {
    const found = this.#all().filter(({ parent }) => parent?.policy === anyPolicy);
    const named = found.filter(({ policy, depth }) => policy !== anyPolicy || depth === end);
    return [...new Set(named.map(({ policy }) => policy))].sort();
  }

  /** Takes away nodes of this depth and above that have no children. */
  #prune(depth: number): void {
    for (let at = depth; at >= 0; at--) {
      for (const node of this.#at(at)) {
        if (node.children.length > 0) continue;
        if (node === this.root) this.root = undefined;
        else remove(node);
      }
    }
  }

  #at(depth: number): readonly Node[] {
    return this.#all().filter((node) => node.depth === depth);
  }

  #all(): readonly Node[] {
    const below = (node: Node): readonly Node[] => [node, ...node.children.flatMap(below)];
    return this.root === undefined ? [] : below(this.root);
  }
}

function add(parent: Node, policy: string): Node {
  const node = { policy, depth: parent.depth + 1, parent, expected: [policy], children: [] };
  parent.children.push(node);
  return node;
}

function remove(node: Node): void {
  if (node.parent !== undefined) node.parent.children = node.parent.children.filter((one) => one !== node);
}
