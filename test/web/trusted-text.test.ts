import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptText, installTrustedText } from '../../web/src/trusted-text.ts';

test('text without a less-than sign passes as it is', () => {
  for (const text of ['', ':root{--a:1px}', '@media (min-width: 48em){.x{color:red}}', 'a > b & c'])
    assert.equal(acceptText(text), text);
});

test('anything that could begin markup is refused', () => {
  for (const text of ['<', 'a<b', '<img src=x onerror=alert(1)>', '</style><script>', 'x\u0000<y'])
    assert.throws(() => acceptText(text), TypeError);
});

test('the policy is the default one and makes HTML only: no scripts and no script addresses', () => {
  const made: [string, object][] = [];
  installTrustedText({ trustedTypes: { createPolicy: (name: string, rules: object) => made.push([name, rules]) } });
  assert.deepEqual(
    made.map(([name, rules]) => [name, Object.keys(rules)]),
    [['default', ['createHTML']]],
  );
  assert.doesNotThrow(() => installTrustedText({}));
});
