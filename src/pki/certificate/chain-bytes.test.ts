import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa } from '../../../test/support/made-certificates.ts';
import { joinDer, splitChain } from './chain-bytes.ts';

test('a chain comes back from one blob; a blob that is cut or holds something else is no chain', () => {
  const chain = ['Root', 'Other'].map((name) => makeCa(name).certificate);
  const blob = joinDer(chain);
  assert.deepEqual(
    splitChain(blob).map(({ der }) => Buffer.from(der).toString('hex')),
    chain.map(({ der }) => Buffer.from(der).toString('hex')),
  );
  assert.deepEqual(splitChain(joinDer([])), []);
  for (const wrong of [blob.subarray(0, -1), Buffer.concat([blob, Buffer.of(0x30)]), Buffer.from('no chain')])
    assert.throws(() => splitChain(wrong), /cannot be read/);
});
