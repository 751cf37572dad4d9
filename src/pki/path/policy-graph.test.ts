import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf, sharedKey } from '../../../test/support/made-certificates.ts';
import {
  anyPolicy,
  inhibitAnyPolicy,
  policy,
  policyConstraints,
  policyMappings,
} from '../../../test/support/policy-values.ts';
import { testTime, verdict, verify } from '../../../test/support/verified.ts';
import type { PolicyInput } from './policy-graph.ts';
import { noPolicyInput } from './policy-graph.ts';
import { sip } from './profile.ts';

const root = makeCa('Root', { key: sharedKey });
const profile = { ...sip, policies: true };
const [a, b, c] = [policy(1), policy(2), policy(3)];

/** What one certificate says: its policies, and further extensions. */
interface Said {
  readonly policies?: readonly string[];
  readonly other?: ReturnType<typeof policyMappings>[];
  /** Issued to the name of its issuer. */
  readonly selfIssued?: boolean;
}

/** Verifies a chain of CAs and a leaf, from the top down, and gives the policies it is valid for or the code. */
function policiesOf(chain: readonly Said[], input: Partial<PolicyInput> = {}): readonly string[] | string {
  let issuer = root;
  const bag: MadeCertificate[] = [];
  chain.forEach(({ policies, other, selfIssued }, i) => {
    const extensions = {
      ...(policies && { certificatePolicies: policies.map((oid) => ({ oid })) }),
      ...(other && { other }),
    };
    const name = selfIssued === true ? commonName(issuer) : `CA ${i}`;
    const make =
      i === chain.length - 1
        ? makeLeaf
        : (ca: string, by: MadeCertificate, o: object) => makeCa(ca, { issuer: by, ...o });
    const key = i === chain.length - 1 ? { key: sharedKey } : {};
    issuer = make(name, issuer, { ...key, extensions });
    bag.push(issuer);
  });
  const leaf = bag.pop()!;
  const result = verify(leaf, [root], { bag, profile, policies: { ...noPolicyInput, ...input } });
  return result.accepted ? result.policies : verdict(result);
}

function commonName(made: MadeCertificate): string {
  return made.certificate.subject.rdns.flat()[0]!.value;
}

const required = { requireExplicitPolicy: true };
const refused = 'path.policy';

test('a policy is valid when every certificate of the path holds it', () => {
  assert.deepEqual(policiesOf([{ policies: [a, b] }, { policies: [a, c] }]), [a]);
  assert.deepEqual(policiesOf([{ policies: [a] }, { policies: [b] }]), []);
  assert.deepEqual(policiesOf([{ policies: [a] }, {}]), []);
  assert.deepEqual(policiesOf([{}, { policies: [a] }]), []);
  assert.deepEqual(policiesOf([{}, {}]), []);
});

test('a required policy that is lost on the way refuses the path', () => {
  assert.deepEqual(policiesOf([{ policies: [a] }, { policies: [a] }], required), [a]);
  assert.equal(policiesOf([{ policies: [a] }, { policies: [b] }], required), refused);
  assert.equal(policiesOf([{}, { policies: [a] }], required), refused);
  assert.equal(policiesOf([{}, {}], required), refused);
  assert.deepEqual(policiesOf([{ policies: [a] }, { policies: [a] }], { ...required, initialPolicies: [a] }), [a]);
  assert.equal(policiesOf([{ policies: [a] }, { policies: [a] }], { ...required, initialPolicies: [b] }), refused);
});

test('anyPolicy stands for every policy unless it is inhibited', () => {
  assert.deepEqual(policiesOf([{ policies: [anyPolicy] }, { policies: [a] }], required), [a]);
  assert.deepEqual(policiesOf([{ policies: [a] }, { policies: [anyPolicy] }], required), [a]);
  assert.deepEqual(policiesOf([{ policies: [anyPolicy] }, { policies: [anyPolicy] }], { initialPolicies: [a] }), [a]);
  assert.equal(
    policiesOf([{ policies: [anyPolicy] }, { policies: [a] }], { ...required, inhibitAnyPolicy: true }),
    refused,
  );
  const inhibiting = { policies: [a], other: [inhibitAnyPolicy(0)] };
  assert.equal(policiesOf([inhibiting, { policies: [anyPolicy] }], required), refused);
  const later = { policies: [a], other: [inhibitAnyPolicy(1)] };
  assert.deepEqual(policiesOf([later, { policies: [anyPolicy] }], required), [a]);
  assert.equal(policiesOf([later, { policies: [a] }, { policies: [anyPolicy] }], required), refused);
  const selfIssued = { policies: [anyPolicy], selfIssued: true };
  assert.deepEqual(policiesOf([inhibiting, selfIssued, { policies: [a] }], required), [a], 'a self-issued CA may');
});

test('mapped policies are valid as the policy of the first domain', () => {
  const mapping = { policies: [a], other: [policyMappings([a, b])] };
  assert.deepEqual(policiesOf([mapping, { policies: [b] }], required), [a]);
  assert.equal(policiesOf([mapping, { policies: [a] }], required), refused, 'the old name is no longer known');
  const twice = { policies: [b], other: [policyMappings([b, c])] };
  assert.deepEqual(policiesOf([mapping, twice, { policies: [c] }], { ...required, initialPolicies: [a] }), [a]);
  assert.equal(policiesOf([mapping, { policies: [b] }], { ...required, initialPolicies: [b] }), refused);
  const fromAny = { policies: [anyPolicy], other: [policyMappings([a, b])] };
  assert.deepEqual(policiesOf([fromAny, { policies: [b] }], { ...required, initialPolicies: [a] }), [a]);
});

test('mapping can be inhibited from the start and by a certificate', () => {
  const mapping = { policies: [a], other: [policyMappings([a, b])] };
  const never = { ...required, inhibitPolicyMapping: true };
  assert.equal(policiesOf([mapping, { policies: [b] }], never), refused);
  assert.equal(policiesOf([mapping, { policies: [a] }], never), refused, 'a mapped policy is lost, not kept');
  const inhibiting = { policies: [a], other: [policyConstraints({ inhibitPolicyMapping: 0 })] };
  assert.equal(policiesOf([inhibiting, mapping, { policies: [b] }], required), refused);
  assert.deepEqual(policiesOf([inhibiting, { policies: [a] }, { policies: [a] }], required), [a]);
});

test('anyPolicy cannot be mapped', () => {
  for (const pair of [
    [anyPolicy, a],
    [a, anyPolicy],
  ] as const) {
    const mapping = { policies: [a], other: [policyMappings(pair)] };
    assert.equal(policiesOf([mapping, { policies: [a] }]), 'path.policy-mapping');
  }
});

test('a certificate can demand a policy of those some steps below it', () => {
  const demanding = (skip: number) => ({ policies: [a], other: [policyConstraints({ requireExplicitPolicy: skip })] });
  assert.equal(policiesOf([demanding(0), {}]), refused);
  assert.deepEqual(policiesOf([demanding(0), { policies: [a] }]), [a]);
  assert.deepEqual(policiesOf([demanding(3), {}]), []);
  assert.equal(policiesOf([demanding(1), {}, {}]), refused);
  const leafDemands = { policies: [b], other: [policyConstraints({ requireExplicitPolicy: 0 })] };
  assert.equal(policiesOf([{ policies: [a] }, leafDemands]), refused);
});

test('a profile that does not process policies ignores them', () => {
  const ca = makeCa('CA', { issuer: root, extensions: { other: [policyConstraints({ requireExplicitPolicy: 0 })] } });
  const leaf = makeLeaf('host.example.com', ca, { key: sharedKey });
  assert.equal(verdict(verify(leaf, [root], { bag: [ca], profile: sip, time: testTime })), 'accepted');
  assert.equal(verdict(verify(leaf, [root], { bag: [ca], profile })), refused);
});

test('policies of an anchor limit those of the path', () => {
  const limited = makeCa('Limited Root', { extensions: { certificatePolicies: [{ oid: a }] } });
  const check = (oid: string, initialPolicies: readonly string[]) =>
    verdict(
      verify(makeLeaf('h.example.com', limited, { extensions: { certificatePolicies: [{ oid }] } }), [limited], {
        profile,
        policies: { ...noPolicyInput, ...required, initialPolicies },
      }),
    );
  assert.equal(check(a, [anyPolicy]), 'accepted');
  assert.equal(check(b, [anyPolicy]), refused);
});
