import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { processorTime } from '../../../../test/support/processor-time.ts';
import { type AccessRule, compileAccessRules, patternFault } from './access-rules.ts';

const rule = (
  patternType: AccessRule['patternType'],
  pattern: string,
  action: AccessRule['action'],
  priority = 10,
): AccessRule => ({
  name: `${patternType} ${pattern}`,
  priority,
  patternType,
  pattern,
  action,
});

const leaf = makeLeaf('sip.partner.example', makeCa('CA'), {
  subject: [{ type: 'CN', value: 'Edge of Partner' }],
  extensions: {
    subjectAltName: [
      { kind: 'dns', value: 'sip.partner.example' },
      { kind: 'uri', value: 'sip:partner.example' },
      { kind: 'ip', value: '192.0.2.9' },
    ],
  },
}).certificate;

const cases: readonly [string, readonly AccessRule[], 'allow' | 'deny', boolean, string | undefined][] = [
  ['no rule, unmatched allowed', [], 'allow', true, undefined],
  ['no rule, unmatched denied', [], 'deny', false, undefined],
  ['exact SAN', [rule('exact', 'sip.partner.example', 'allow')], 'deny', true, 'exact sip.partner.example'],
  ['exact in capitals', [rule('exact', 'SIP.Partner.Example', 'allow')], 'deny', true, 'exact SIP.Partner.Example'],
  ['exact is not a prefix', [rule('exact', 'sip.partner', 'allow')], 'deny', false, undefined],
  ['common name beside SANs', [rule('exact', 'edge of partner', 'deny')], 'allow', false, 'exact edge of partner'],
  ['prefix', [rule('prefix', 'sip.', 'allow')], 'deny', true, 'prefix sip.'],
  ['suffix', [rule('suffix', '.partner.example', 'deny')], 'allow', false, 'suffix .partner.example'],
  ['suffix of a URI', [rule('suffix', ':partner.example', 'allow')], 'deny', true, 'suffix :partner.example'],
  ['IP address', [rule('exact', '192.0.2.9', 'deny')], 'allow', false, 'exact 192.0.2.9'],
  [
    'regex over a whole name',
    [rule('regex', '[a-z]+\\.partner\\.example', 'allow')],
    'deny',
    true,
    'regex [a-z]+\\.partner\\.example',
  ],
  ['regex over part of a name', [rule('regex', 'partner', 'allow')], 'deny', false, undefined],
  [
    'the lowest number first, whatever the order',
    [rule('suffix', 'example', 'deny', 20), rule('prefix', 'sip', 'allow', 1)],
    'deny',
    true,
    'prefix sip',
  ],
  [
    'of equal numbers the first',
    [rule('suffix', 'example', 'deny'), rule('prefix', 'sip', 'allow')],
    'allow',
    false,
    'suffix example',
  ],
];

for (const [title, rules, unmatched, allowed, decider] of cases) {
  test(`access rules: ${title}`, () => {
    const verdict = compileAccessRules({ unmatched, rules }).judge(leaf);
    assert.deepEqual([verdict.allowed, verdict.rule], [allowed, decider]);
    assert.match(verdict.words, /\.$/);
  });
}

test('a peer without a certificate is matched by no rule', () => {
  const rules = [rule('regex', '.*', 'allow')];
  assert.equal(compileAccessRules({ unmatched: 'deny', rules }).judge(undefined).allowed, false);
});

test('an expensive pattern over a hostile certificate ends in time and denies', () => {
  const names = Array.from({ length: 800 }, (_, i) => ({
    kind: 'dns' as const,
    value: `${'a'.repeat(60)}${i}.example`,
  }));
  const hostile = makeLeaf('x.example', makeCa('CA'), { extensions: { subjectAltName: names } }).certificate;
  const rules = [rule('regex', '(a|a)*(a|a)*(a|a)*(aa?){0,60}b', 'deny')];
  const { ms, value: verdict } = processorTime(() => compileAccessRules({ unmatched: 'allow', rules }).judge(hostile));
  assert.equal(verdict.allowed, false);
  assert.match(verdict.words, /takes too long/);
  assert.ok(ms < 5_000, `${ms} ms`);
});

test('faulty patterns are named with their place', () => {
  assert.equal(patternFault({ patternType: 'exact', pattern: '(' }), undefined);
  assert.match(patternFault({ patternType: 'regex', pattern: 'a(b' }) ?? '', /never closed \(character 2\)/);
  assert.match(patternFault({ patternType: 'regex', pattern: '(?=x)' }) ?? '', /look-around/);
  assert.match(patternFault({ patternType: 'regex', pattern: '(a)\\1' }) ?? '', /back references/);
  assert.match(patternFault({ patternType: 'prefix', pattern: '' }) ?? '', /empty/);
});
