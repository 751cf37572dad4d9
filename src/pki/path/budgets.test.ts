import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf, sharedKey } from '../../../test/support/made-certificates.ts';
import { anyPolicy, policy, policyMappings } from '../../../test/support/policy-values.ts';
import { processorTime } from '../../../test/support/processor-time.ts';
import { verdict, verify } from '../../../test/support/verified.ts';
import { matchName } from '../name/match-name.ts';
import { Budget, defaultBudget } from './budget.ts';
import { rfc5280, sip } from './profile.ts';

/** Far above what any case takes, so that a busy machine does not fail it; the figure itself is printed. */
const generousMs = 10_000;

const bare = { subjectKeyIdentifier: undefined, authorityKeyIdentifier: undefined };
const root = makeCa('Root');

/** Answers without the clock's help: the counted limits alone must bring an end. */
function timed(
  t: TestContext,
  leaf: MadeCertificate,
  trusted: readonly MadeCertificate[],
  options: Parameters<typeof verify>[2],
) {
  const budget = new Budget();
  const { ms, value } = processorTime(() => verdict(verify(leaf, trusted, { ...options, budget })));
  const { signatureChecks, buildCalls, nameConstraintComparisons, policyNodes } = budget.spent();
  t.diagnostic(
    `${ms.toFixed(1)} ms, ${signatureChecks} signatures, ${buildCalls} steps, ${nameConstraintComparisons} comparisons, ${policyNodes} policy nodes`,
  );
  assert.ok(ms < generousMs, `took ${ms} ms`);
  return value;
}

test('200 cross-signed twins: the good one is found by its key identifier', (t) => {
  const twins = Array.from({ length: 200 }, () => makeCa('Twin', { issuer: root }));
  const leaf = makeLeaf('host.example.com', twins[150]);
  assert.equal(timed(t, leaf, [root], { bag: twins }), 'accepted');
});

test('200 cross-signed twins without key identifiers end at the limit of signatures', (t) => {
  const twins = Array.from({ length: 200 }, () => makeCa('Twin', { issuer: root, extensions: bare }));
  const stranger = makeLeaf('host.example.com', makeCa('Twin'), { extensions: bare });
  assert.equal(timed(t, stranger, [root], { bag: twins }), 'budget.signatures');
});

function circle(number: number): MadeCertificate {
  return makeCa(`Circle ${number}`, { key: sharedKey });
}

test('200 certificates that sign each other in circles under a trusted name', (t) => {
  const bag = Array.from({ length: 200 }, (_, i) =>
    makeCa(`Circle ${i % 14}`, { issuer: circle((i + 1 + Math.floor(i / 14)) % 14), extensions: bare }),
  );
  const leaf = makeLeaf('host.example.com', circle(0), { extensions: bare });
  const anchor = makeCa('Circle 13');
  assert.match(timed(t, leaf, [anchor], { bag, maxIntermediates: 10 }), /^budget\.(path-steps|signatures)$/);
});

test('200 certificates of one subject and issuer that nothing trusted signed', (t) => {
  const bag = Array.from({ length: 200 }, () => makeCa('Same', { extensions: bare }));
  const leaf = makeLeaf('host.example.com', bag[3], { extensions: bare });
  assert.equal(timed(t, leaf, [root], { bag }), 'path.no-issuer');
});

test('2,048 names against 2,048 constraints end at the limit of comparisons', (t) => {
  const names = Array.from({ length: 2_048 }, (_, i) => ({ kind: 'dns' as const, value: `n${i}.example.com` }));
  const permitted = Array.from({ length: 2_048 }, (_, i) => ({ kind: 'dns' as const, value: `p${i}.example.org` }));
  permitted.push({ kind: 'dns', value: 'example.com' });
  const limited = makeCa('Limited', { issuer: root, extensions: { nameConstraints: { permitted } } });
  const leaf = makeLeaf('n0.example.com', limited, { extensions: { subjectAltName: names } });
  assert.equal(timed(t, leaf, [root], { bag: [limited] }), 'budget.name-constraints');
});

test('names of an untrusted leaf are compared with no constraint', () => {
  const names = Array.from({ length: 2_048 }, (_, i) => ({ kind: 'dns' as const, value: `n${i}.example.com` }));
  const permitted = [{ kind: 'dns' as const, value: 'example.org' }];
  const limited = makeCa('Limited', { issuer: root, extensions: { nameConstraints: { permitted } } });
  const forged = makeLeaf('n0.example.com', makeCa('Limited', { key: sharedKey }), {
    extensions: { subjectAltName: names, authorityKeyIdentifier: undefined },
  });
  for (const trusted of [root, makeCa('Another Root')]) {
    const budget = new Budget();
    const result = verify(forged, [trusted], { bag: [limited], budget });
    assert.ok(!result.accepted);
    assert.equal(budget.nameConstraintComparisons, 0);
  }
});

test('policies that double with every CA stay linear', (t) => {
  const policies = [policy(1), policy(2)];
  const doubling = {
    certificatePolicies: policies.map((oid) => ({ oid })),
    other: [policyMappings(...policies.flatMap((from) => policies.map((to) => [from, to] as const)))],
  };
  const chain = [makeCa('CA 0', { issuer: root, extensions: doubling })];
  for (let i = 1; i < 30; i++) chain.push(makeCa(`CA ${i}`, { issuer: chain[i - 1]!, extensions: doubling }));
  const leaf = makeLeaf('host.example.com', chain[29], { extensions: { certificatePolicies: [{ oid: policy(1) }] } });
  const policyInput = {
    initialPolicies: [policy(1)],
    requireExplicitPolicy: true,
    inhibitPolicyMapping: false,
    inhibitAnyPolicy: false,
  };
  const options = { bag: chain, maxIntermediates: 30, profile: rfc5280, policies: policyInput };
  assert.equal(timed(t, leaf, [root], options), 'accepted');
});

test('10,000 policy mappings end at the limit of policies', (t) => {
  const mappings = Array.from({ length: 10_000 }, (_, i) => [policy(1), policy(i + 10)] as const);
  const extensions = { certificatePolicies: [{ oid: anyPolicy }], other: [policyMappings(...mappings)] };
  const mapping = makeCa('Mapping', { issuer: root, extensions });
  const leaf = makeLeaf('host.example.com', mapping, { extensions: { certificatePolicies: [{ oid: policy(10) }] } });
  assert.equal(timed(t, leaf, [root], { bag: [mapping], profile: rfc5280 }), 'budget.policies');
  assert.equal(timed(t, leaf, [root], { bag: [mapping], profile: sip }), 'accepted');
});

test('a name is looked for among ten thousand in time that grows with their number, not with its square', (t) => {
  const names = Array.from({ length: 10_000 }, (_, i) => ({ kind: 'dns' as const, value: `n${i}.example.com` }));
  const { certificate } = makeLeaf('x.example.com', root, { extensions: { subjectAltName: names } });
  const reference = { kind: 'dns' as const, host: 'absent.example.com' };
  const { ms } = processorTime(() => {
    for (let i = 0; i < 100; i++) matchName(certificate, reference, { wildcards: true, commonName: true });
  });
  t.diagnostic(`${(ms / 100).toFixed(3)} ms each`);
  // ten thousand million comparisons would take longer
  assert.ok(ms < 2_000);
});

test('the time given to a verification is kept', () => {
  let clock = 0;
  const budget = new Budget(defaultBudget, () => (clock += 40));
  const twins = Array.from({ length: 100 }, () => makeCa('Twin', { issuer: root, extensions: bare }));
  const stranger = makeLeaf('host.example.com', makeCa('Twin'), { extensions: bare });
  assert.equal(verdict(verify(stranger, [root], { bag: twins, budget })), 'budget.time');
});
