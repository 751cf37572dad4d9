import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyState, withoutFuture } from './slot-state.ts';

const now = Date.UTC(2030, 0);
const day = 86_400_000;

test('Times that only a clock which ran ahead can have written do not count; all others stay', () => {
  const times = (by: number) => ({
    ...emptyState,
    failures: 3,
    failedAt: now + by,
    failingSince: now + by - 2 * day,
    goneOnAt: now + by,
    nextAttempt: now + by + day,
  });
  for (const by of [-10 * day, 0, 60_000]) assert.deepEqual(withoutFuture(times(by), now), times(by));
  const none = { failedAt: null, failingSince: null, goneOnAt: null, nextAttempt: null };
  assert.deepEqual(withoutFuture(times(20 * day), now), { ...emptyState, failures: 3, ...none });
  const asked = (askAt: number) => withoutFuture({ ...emptyState, askAt }, now).askAt;
  assert.equal(asked(now + 30 * day), now + 30 * day, 'as long as a CA can ask to wait');
  assert.equal(asked(now + 365 * day), 0);
});
