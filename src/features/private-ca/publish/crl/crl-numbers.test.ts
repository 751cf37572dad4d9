import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTemporaryStorage } from '../../../../../test/support/temporary-storage.ts';
import { readOrMakePublicationKey } from '../../../../storage/publication/publication-key.ts';
import { crlFolder } from '../../../../storage/publication/published-snapshot.ts';
import { openStorage } from '../../../../storage/storage.ts';
import { nextCrlNumber, takeCrlNumber } from './crl-numbers.ts';

const authority = { id: 'a'.repeat(32), crlNumberFloor: 0n };

async function prepared(t: Parameters<typeof openTemporaryStorage>[0]) {
  const { storage } = await openTemporaryStorage(t);
  await readOrMakePublicationKey(storage.folder, storage.vault);
  return { storage, file: join(crlFolder(storage.folder), `${authority.id}.number`) };
}

test('no number is taken twice, however many ask at once', async (t) => {
  const { storage } = await prepared(t);
  const taken = await Promise.all(Array.from({ length: 30 }, () => takeCrlNumber(storage, authority)));
  assert.deepEqual(
    taken.toSorted((a, b) => Number(a - b)),
    Array.from({ length: 30 }, (_, i) => BigInt(i + 1)),
  );
});

test('two processes on one database take different numbers', async (t) => {
  const { storage } = await prepared(t);
  const other = await openStorage(storage.folder);
  t.after(() => other.close());
  const taken: bigint[] = [];
  for (let i = 0; i < 5; i++) {
    taken.push(await takeCrlNumber(storage, authority));
    taken.push(await takeCrlNumber(other, authority));
  }
  assert.deepEqual(
    taken,
    taken.toSorted((a, b) => Number(a - b)),
  );
  assert.equal(new Set(taken).size, 10);
});

test('the higher of database, file and imported folder counts', async (t) => {
  const { storage, file } = await prepared(t);
  assert.equal(await takeCrlNumber(storage, { ...authority, crlNumberFloor: 41n }), 42n);
  writeFileSync(file, '1000\n');
  assert.equal(await nextCrlNumber(storage, authority), 1001n);
  assert.equal(await takeCrlNumber(storage, authority), 1001n);
  rmSync(file);
  assert.equal(await takeCrlNumber(storage, authority), 1002n);
  writeFileSync(file, 'not a number');
  assert.equal(await takeCrlNumber(storage, authority), 1003n);
  writeFileSync(file, `${2n ** 150n}\n`);
  assert.equal(await takeCrlNumber(storage, authority), 2n ** 150n + 1n);
});
