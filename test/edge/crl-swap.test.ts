/** A small version of `npm run soak -- crl-swap`, which takes 1,000,000 entries and 20 swaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrlSwaps } from './crl-swap-load.ts';

test('large CRLs are swapped under load: nobody is turned away, the new one counts at once, the old one is let go', async (t) => {
  const figures = await runCrlSwaps(200_000, 8, 500);
  t.diagnostic(JSON.stringify(figures));
  assert.equal(figures.failed, 0);
  assert.equal(figures.wrong, 0);
  // of eight further ones of 8 MB some may still wait for their collection
  assert.ok(figures.after - figures.before < 48, `${figures.before} MB, then ${figures.after} MB`);
});
