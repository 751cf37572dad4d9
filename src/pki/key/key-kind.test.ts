import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKey, keyAlgorithms } from './generate.ts';
import { algorithmOf, keyKind } from './key-kind.ts';
import { publicKeyAt } from './public-key.ts';

for (const algorithm of keyAlgorithms)
  test(`a key that was asked for as ${algorithm} is called that`, async () => {
    const { publicKeyInfo } = await generateKey(algorithm);
    const key = publicKeyAt(publicKeyInfo, 0, publicKeyInfo.length);
    assert.deepEqual([keyKind(key), algorithmOf(key)], [algorithm, algorithm]);
  });
