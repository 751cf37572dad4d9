import assert from 'node:assert/strict';
import { test } from 'node:test';
import { element, oid, sequence, setOf } from '../der/writer.ts';
import { type DistinguishedName, equalNames, parseName, toOneLine } from './distinguished-name.ts';
import { appendRdn } from './relative-name.ts';

function name(...values: readonly string[]): DistinguishedName {
  const parsed = parseName(
    sequence(...values.map((value) => setOf(sequence(oid('2.5.4.3'), element(12, Buffer.from(value)))))),
  );
  assert.ok(parsed.ok);
  return parsed.value;
}

test('a relative name stands behind the name of the issuer', () => {
  const full = appendRdn(name('CA'), name('list 1').rdns[0]!);
  assert.equal(toOneLine(full), 'CN = CA, CN = list 1');
  assert.ok(equalNames(full, name('CA', 'list 1')));
  assert.deepEqual(Buffer.from(full.der), Buffer.from(name('CA', 'list 1').der));
});
