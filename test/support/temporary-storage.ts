/** A storage in a folder of its own that goes with the test, a clock that stands still until it is told, a bus that throws. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Actor } from '../../src/lib/actor.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';

/** Moves only when told. */
export interface TestClock extends Clock {
  set(time: number): void;
  advance(milliseconds: number): void;
}

export function createTestClock(start = Date.UTC(2026, 0, 15)): TestClock {
  let time = start;
  return {
    now: () => time,
    monotonic: () => time - start,
    set: (to) => {
      time = to;
    },
    advance: (by) => {
      time += by;
    },
  };
}

export const testAdministrator: Actor = {
  kind: 'user',
  id: 'u1',
  name: 'ada',
  role: 'administrator',
  address: '192.0.2.7',
  requestId: 'r1',
};

/** Everything a feature is made of. The storage is closed and its folder removed after the test. */
export async function openTemporaryStorage(context: Pick<TestContext, 'after'>, clock = createTestClock()) {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-test-'));
  const storage: Storage = await openStorage(join(folder, 'data'), { clock });
  context.after(async () => {
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  });
  const events = createEvents((error) => {
    throw error;
  });
  return { storage, clock, events, folder };
}

/** How many audit rows there are, and the newest first. */
export function auditRows(storage: Storage) {
  return storage.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').execute();
}
