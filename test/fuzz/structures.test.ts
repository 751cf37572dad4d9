import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzStructures } from './fuzz-structures.ts';

test('no damaged certificate, CRL or OCSP answer crashes, hangs, or is taken for signed', (t) => {
  const seed = 4_711;
  const { inputs, byKind, slowestMs, failures } = fuzzStructures({ seed, inputs: 5_000 });
  t.diagnostic(`seed ${seed}: ${inputs} inputs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(byKind)}`);
  assert.deepEqual(failures, []);
  for (const [kind, { read }] of Object.entries(byKind)) {
    assert.ok(read > 100, `enough damaged structures of the kind ${kind} get past the reader to prove something`);
  }
});
