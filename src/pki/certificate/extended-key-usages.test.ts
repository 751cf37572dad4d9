import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageNames } from './extended-key-usages.ts';

test('usages are shown by their short names, unknown ones by their identifiers', () => {
  const oids = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.20', '2.5.29.37.0', '1.2.3'];
  assert.deepEqual(usageNames(oids), ['clientAuth', 'sipDomain', 'any', '1.2.3']);
  assert.deepEqual(usageNames(undefined), []);
});
