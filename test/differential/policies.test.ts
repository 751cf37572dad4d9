import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import { Budget } from '../../src/pki/path/budget.ts';
import { PolicyState } from '../../src/pki/path/policy-graph.ts';
import { makeCa, sharedKey } from '../support/made-certificates.ts';
import { anyPolicy, policy } from '../support/policy-values.ts';
import { type PolicyCertificate, type PolicyQuestion, policiesByTree } from './policy-tree.ts';
import { Random } from './random.ts';

const known = [1, 2, 3, 4].map(policy);

test('the graph of policies answers as the tree of RFC 5280 6.1 does, on generated paths', (t) => {
  const seed = 96_180;
  const random = new Random(seed);
  let accepted = 0;
  for (let number = 0; number < 20_000; number++) {
    const path = Array.from({ length: 1 + random.below(5) }, () => certificateOf(random));
    const question = questionOf(random);
    const byTree = policiesByTree(path, question);
    const byGraph = policiesByGraph(path, question);
    assert.deepEqual(byGraph, byTree, `seed ${seed}, path ${number}: ${JSON.stringify({ path, question })}`);
    if (byTree !== undefined) accepted++;
  }
  t.diagnostic(`seed ${seed}: ${accepted} of 20,000 accepted`);
  assert.ok(accepted > 5_000 && accepted < 15_000);
});

function some(random: Random): readonly string[] {
  const chosen = known.filter(() => random.chance(0.4));
  return chosen.length === 0 ? [random.of(known)] : chosen;
}

function certificateOf(random: Random): PolicyCertificate {
  const few = (probability: number, below: number) => (random.chance(probability) ? random.below(below) : undefined);
  const mapped = random.chance(0.4) ? 1 + random.below(3) : 0;
  return {
    selfIssued: random.chance(0.2),
    policies: random.chance(0.12) ? undefined : [...some(random), ...(random.chance(0.35) ? [anyPolicy] : [])],
    mappings: Array.from({ length: mapped }, () => [random.of(known), random.of([...known, ...known, anyPolicy])]),
    requireExplicitPolicy: few(0.2, 4),
    inhibitPolicyMapping: few(0.15, 3),
    inhibitAnyPolicy: few(0.15, 3),
  };
}

function questionOf(random: Random): PolicyQuestion {
  return {
    initialPolicies: random.chance(0.4) ? [anyPolicy] : some(random),
    requireExplicitPolicy: random.chance(0.4),
    inhibitPolicyMapping: random.chance(0.15),
    inhibitAnyPolicy: random.chance(0.15),
  };
}

const { certificate: named } = makeCa('Named', { key: sharedKey });

function policiesByGraph(path: readonly PolicyCertificate[], question: PolicyQuestion): readonly string[] | undefined {
  const state = new PolicyState(question, path.length, new Budget());
  for (const [i, one] of path.entries()) {
    const certificate = decoded(one);
    const last = i === path.length - 1;
    if (state.process(certificate, one.selfIssued, last) !== undefined) return undefined;
    if (!last && state.prepare(certificate, one.selfIssued) !== undefined) return undefined;
    if (!last) continue;
    const result = state.finish(certificate);
    return 'code' in result ? undefined : result;
  }
  return undefined;
}

/** A certificate with these values of its policy extensions: they are not encoded, which would only take time. */
function decoded({ policies, mappings, ...skips }: PolicyCertificate): Certificate {
  const { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = skips;
  return Object.create(named, {
    certificatePolicies: { value: policies?.map((oid) => ({ oid, qualifiers: [] })) },
    policyMappings: { value: mappings.map(([issuerDomain, subjectDomain]) => ({ issuerDomain, subjectDomain })) },
    policyConstraints: { value: { requireExplicitPolicy, inhibitPolicyMapping } },
    inhibitAnyPolicy: { value: inhibitAnyPolicy },
  });
}
