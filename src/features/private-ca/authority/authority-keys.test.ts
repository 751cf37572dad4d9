import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTemporaryStorage } from '../../../../test/support/temporary-storage.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import { createAuthorityKeys, type KeyRow } from './authority-keys.ts';

test('a sealed key is forgotten when nothing was signed for some seconds, and only then', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  const keys = createAuthorityKeys(storage.vault);
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const row: KeyRow = { ...keys.seal('a', privateKey), id: 'a', label: 'A', public_key_info: publicKeyInfo };
  assert.equal(keys.opened('a'), undefined);
  t.mock.timers.enable({ apis: ['setInterval'] });
  await keys.open(row, undefined);
  for (let i = 0; i < 5; i++) {
    assert.ok(keys.opened('a')?.equals(privateKey));
    t.mock.timers.tick(5_000);
  }
  t.mock.timers.tick(5_000);
  assert.equal(keys.opened('a'), undefined);
  assert.ok((await keys.open(row, undefined)).equals(privateKey));
  keys.forget();
  assert.equal(keys.opened('a'), undefined);
});

test('a sealed key opens in its own row alone, and not once a bit of it is another', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  const keys = createAuthorityKeys(storage.vault);
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const row: KeyRow = { ...keys.seal('a', privateKey), id: 'a', label: 'A', public_key_info: publicKeyInfo };
  await assert.rejects(keys.open({ ...row, id: 'b' }, undefined));
  const changed = Uint8Array.from(row.key!);
  changed[changed.length >> 1]! ^= 1;
  await assert.rejects(keys.open({ ...row, key: changed }, undefined));
  await keys.open(row, undefined);
});
