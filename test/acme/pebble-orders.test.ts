/** Whole orders against Pebble: nonces refused, authorizations used again, chains, addresses, an interrupted order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AcmeBench, order, startAcmeBench } from './acme-bench.ts';
import type { PebbleOptions } from './pebble.ts';

async function bench(t: { after(run: () => Promise<void>): void }, options: PebbleOptions = {}): Promise<AcmeBench> {
  const made = await startAcmeBench(options);
  t.after(() => made.close());
  return made;
}

test('fifty orders in a row while every other nonce is refused, without a single failure', async (t) => {
  const { registered, http01, pebble, tokens } = await bench(t, { nonceReject: 50 });
  const roots = await pebble.roots();
  const client = await registered();
  for (let i = 0; i < 50; i++) {
    const { issued, steps } = await order(client, [`h${i}.example.com`], { solvers: [http01], roots });
    assert.equal(issued.chain.length, 2);
    assert.ok(steps.some((one) => one.step === 'verified' && !one.reused));
  }
  assert.equal(tokens.size, 0);
});
