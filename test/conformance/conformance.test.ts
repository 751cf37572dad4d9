import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSuites, exceptionsOf } from './all-suites.ts';
import { type CaseResult, type Control, runSuite } from './suite.ts';
import { vectorsFolder, withoutVectors } from './vectors.ts';

const skip = withoutVectors();
const suites = skip === false ? allSuites([vectorsFolder]) : [];

function runAll(control: Control): readonly CaseResult[] {
  return suites.flatMap((suite) => runSuite(suite, exceptionsOf(suite.name), control));
}

const isPositive = ({ expected }: CaseResult) => expected === 'accept' || expected === 'good';
const isNegative = ({ expected }: CaseResult) => expected === 'reject' || expected === 'unknown';
const right = (results: readonly CaseResult[]) => results.filter(({ expected, actual }) => expected === actual).length;

test('every case of the outside vectors is answered as its suite says, but for the listed exceptions', { skip }, () => {
  const results = runAll('none');
  const wrong = results.filter(({ verdict }) => verdict === 'failed' || verdict === 'unexpected-success');
  assert.deepEqual(
    wrong.map(({ suite, id, verdict, expected, actual, code = '' }) =>
      [verdict, suite, id, expected, actual, code].join(' '),
    ),
    [],
  );
  assert.ok(results.length > 0);
});

test('every listed exception says why', { skip }, () => {
  for (const name of new Set(suites.map((suite) => suite.name))) {
    for (const { id, expected, actual, clause, reason } of exceptionsOf(name)) {
      assert.notEqual(expected, actual, id);
      assert.ok(clause.length > 0 && reason.length > 40, `${name} ${id} has no reason`);
    }
  }
});

test('a validator that always accepts gets every positive case right and no negative one', { skip }, () => {
  const results = runAll('always-accept');
  const [positive, negative] = [results.filter(isPositive), results.filter(isNegative)];
  assert.equal(right(positive), positive.length);
  assert.equal(right(negative), 0);
  assert.ok(negative.length > 0);
});

test('a validator that always rejects gets every negative case right and no positive one', { skip }, () => {
  const results = runAll('always-reject');
  const [positive, negative] = [results.filter(isPositive), results.filter(isNegative)];
  assert.equal(right(negative), negative.length);
  assert.equal(right(positive), 0);
  assert.ok(positive.length > 0);
});

test('without CRLs just the cases about revocation change', { skip }, () => {
  const withCrls = new Map(runAll('none').map((result) => [`${result.suite} ${result.id}`, result]));
  const changed = runAll('no-crls').filter((r) => r.actual !== withCrls.get(`${r.suite} ${r.id}`)?.actual);
  // nothing is revoked any more: PKITS then asks for no status at all, limbo for none without CRLs
  assert.ok(changed.length > 0);
  for (const { suite, id, actual } of changed) {
    assert.ok(['pkits', 'limbo', 'boringssl-crl'].includes(suite), `${suite} ${id}`);
    const before = withCrls.get(`${suite} ${id}`)?.actual;
    if (suite === 'boringssl-crl') assert.equal(actual, 'unknown', id);
    else assert.deepEqual([before, actual], ['reject', 'accept'], id);
  }
  const bySuite = Map.groupBy(changed, ({ suite }) => suite);
  for (const suite of new Set(suites.map(({ name }) => name))) {
    if (['pkits', 'limbo', 'boringssl-crl'].includes(suite)) assert.ok(bySuite.has(suite), suite);
  }
});
