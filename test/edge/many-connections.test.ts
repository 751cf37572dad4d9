/** A small version of `npm run soak -- connections`, which takes 10,000. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runManyConnections } from './many-connections.ts';

test('three hundred SIP connections are open at once, each with its own connection upstream, and none stays', async (t) => {
  const figures = await runManyConnections(300);
  t.diagnostic(JSON.stringify(figures));
  const { open, upstream, answeredFirst, answeredAll, left } = figures;
  assert.deepEqual([open, upstream, answeredFirst, answeredAll, left], [300, 300, 300, 300, 0]);
});
