/** Leases: one holder at a time, and a result only of the holder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTemporaryStorage } from '../../test/support/temporary-storage.ts';
import { takeLease } from './lease.ts';

test('A lease has one holder, and is free again when it was released', async (context) => {
  const { storage } = await openTemporaryStorage(context);
  const first = await takeLease(storage, 'server');
  assert.ok(first !== undefined);
  assert.equal(await takeLease(storage, 'server'), undefined);
  assert.ok((await takeLease(storage, 'client')) !== undefined, 'another lease is another matter');
  await first.release();
  const second = await takeLease(storage, 'server');
  assert.equal(second?.epoch, first.epoch + 1);
});

test('A lease that a dead holder took by a clock that ran ahead does not last until that time comes', async (context) => {
  const { storage } = await openTemporaryStorage(context);
  const held = await takeLease(storage, 'server');
  await storage.db
    .updateTable('leases')
    .set(({ eb }) => ({ expires_at: eb('expires_at', '+', 86_400_000) }))
    .execute();
  const taken = await takeLease(storage, 'server');
  assert.equal(taken?.epoch, (held?.epoch ?? 0) + 1);
});

test('A holder that slept too long writes nothing once another has taken over', async (context) => {
  const { storage } = await openTemporaryStorage(context);
  const slow = await takeLease(storage, 'server');
  assert.ok(slow !== undefined);
  await storage.transaction((trx) => slow.guard(trx));
  await storage.db.updateTable('leases').set({ expires_at: 1 }).execute();
  const other = await takeLease(storage, 'server');
  assert.ok(other !== undefined && other.epoch > slow.epoch);
  await assert.rejects(
    storage.transaction((trx) => slow.guard(trx)),
    (error: { details?: { code?: string } }) => error.details?.code === 'storage.lease-lost',
  );
  await slow.release();
  assert.equal(await takeLease(storage, 'server'), undefined, 'releasing what is lost takes nothing from the holder');
});
