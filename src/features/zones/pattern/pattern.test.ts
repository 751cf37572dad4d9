import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from './pattern.ts';

const seed = Number(process.env['FC_SEED'] ?? Date.now() & 0xfffffff);

function compiled(pattern: string, options = {}) {
  const made = compilePattern(pattern, options);
  assert.ok(made.ok, made.ok ? '' : made.error.message);
  return made.value;
}

const piece: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '^', '$', '\\b'),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    // what is repeated takes at least one character: JavaScript ends empty rounds in its own way
    fc.tuple(tie('node'), fc.constantFrom('*', '+', '?', '*?', '{1,2}')).map(([a, times]) => `(?:c${a})${times}`),
  ),
})).node;

test(`finds what the engine of JavaScript finds (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      piece,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 12 }),
      (pattern, text) => {
        const expected = new RegExp(pattern).exec(text);
        const answer = compiled(pattern).search(text);
        const found = answer.outcome === 'match' ? text.slice(answer.start, answer.end) : undefined;
        assert.equal(found, expected?.[0], `${pattern} in ${text}`);
        if (expected !== null) assert.equal(answer.start, expected.index);
        const whole = compiled(pattern).matchesWhole(text).outcome === 'match';
        assert.equal(whole, new RegExp(`^(?:${pattern})$`).test(text), `${pattern} is all of ${text}`);
      },
    ),
    { seed, numRuns: 2_000 },
  );
});

test('named groups hold what they took', () => {
  const answer = compiled('Subject:.*CN=(?<name>([^,\\\\]|(\\\\,))*)', { multiline: true }).search(
    'Version: 3\n  Subject: O=Acme,CN=ada.l\\, jr,C=GB\n',
  );
  assert.deepEqual(answer.groups, { name: 'ada.l\\, jr' });
});

test('a pattern that stops other engines takes steps in proportion to the text', () => {
  const pattern = compiled('(a+)+$');
  const short = pattern.search(`${'a'.repeat(1_000)}!`);
  const long = pattern.search(`${'a'.repeat(2_000)}!`);
  assert.equal(long.outcome, 'none');
  assert.ok(long.steps < short.steps * 2.2, `${short.steps} then ${long.steps}`);
});

test('a run ends at its limit of steps', () => {
  assert.equal(compiled('(a|a)*b').search('a'.repeat(10_000), 1_000).outcome, 'too-costly');
});

const faults: readonly [string, RegExp][] = [
  ['(', /never closed/],
  [')', /closes nothing/],
  ['[a', /never closed/],
  ['*a', /nothing before/],
  ['a**', /cannot be repeated/],
  ['a{3,2}', /before it begins/],
  ['a{900}', /at most/],
  ['(?<n>a)(?<n>b)', /two groups/],
  ['(?<=a)b', /look-around/],
  ['\\1', /back references/],
  ['\\q', /means nothing/],
  ['((a{200}){200}){200}', /too large/],
  ['('.repeat(60), /too deep/],
];

for (const [pattern, words] of faults) {
  test(`refuses ${pattern.slice(0, 30)}`, () => {
    const made = compilePattern(pattern);
    assert.match(made.ok ? '' : made.error.message, words);
  });
}
