/** Whole orders against Pebble: nonces refused, authorizations used again, chains, restarts at every step. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChallengeSolver } from '../../src/features/acme/challenge/challenge-solver.ts';
import { commonNames } from '../../src/pki/name/distinguished-name.ts';
import { type AcmeBench, newKey, order, startAcmeBench } from './acme-bench.ts';
import type { PebbleOptions } from './pebble.ts';

async function bench(t: TestContext, options: PebbleOptions = {}): Promise<AcmeBench> {
  const made = await startAcmeBench(options);
  t.after(() => made.close());
  return made;
}

test('fifty orders in a row while every other nonce is refused, chains of three, no authorization used again: no failure', async (t) => {
  const { registered, http01, pebble, tokens } = await bench(t, { nonceReject: 50, chainLength: 3, alternateRoots: 2 });
  const roots = await pebble.roots();
  const client = await registered();
  for (let i = 0; i < 50; i++) {
    const { issued, steps, alternates } = await order(client, [`h${i}.example.com`], { solvers: [http01], roots });
    assert.equal(issued.chain.length, 4);
    assert.equal(alternates.length, 2);
    assert.ok(steps.some((one) => one.step === 'verified' && !one.reused));
  }
  assert.equal(tokens.size, 0);
});

test('an authorization that the CA still believes is used again, without any proof', async (t) => {
  const { registered, http01, pebble } = await bench(t, { reuse: 100 });
  const roots = await pebble.roots();
  const client = await registered();
  await order(client, ['again.example.com'], { solvers: [http01], roots });
  const { steps } = await order(client, ['again.example.com'], { solvers: [], roots });
  assert.deepEqual(
    steps.map(({ step }) => step),
    ['ordered', 'finalizing', 'finalized', 'issued', 'downloaded'],
  );
});

test('the chain whose root is preferred is chosen; without such a chain the first is taken', async (t) => {
  const { registered, http01, pebble } = await bench(t, { chainLength: 2, alternateRoots: 2 });
  const roots = await pebble.roots();
  const names = roots.map(({ subject }) => commonNames(subject)[0]!);
  assert.equal(new Set(names).size, 3);
  const client = await registered();
  for (const [i, preferredChain] of names.entries()) {
    const { issued, preferred } = await order(client, ['chain.example.com'], {
      solvers: [http01],
      roots,
      preferredChain,
    });
    assert.equal(commonNames(issued.root!.subject)[0], preferredChain);
    assert.equal(preferred, i > 0);
  }
  const { issued } = await order(client, ['chain.example.com'], { solvers: [http01], roots, preferredChain: 'Nobody' });
  assert.equal(commonNames(issued.root!.subject)[0], names[0]);
});

test('an order that ended after any of its steps is gone on with from its URL, and one certificate comes of it', async (t) => {
  const { client: clientFor, registered, http01, pebble } = await bench(t, { nonceReject: 30 });
  const roots = await pebble.roots();
  const key = newKey();
  const { accountUrl } = await registered(key);
  const stops = [
    'ordered',
    'presented',
    'answered',
    'verified',
    'finalizing',
    'finalized',
    'issued',
    'downloaded',
  ] as const;
  for (const stop of stops) {
    const name = `${stop}.example.com`;
    const certificateKey = newKey();
    let url = '';
    // the server on port 80 lives on for a moment: the CA may be looking just now
    const lasting: ChallengeSolver = { ...http01, remove: async () => undefined };
    const cut = order(clientFor(key, accountUrl), [name], {
      solvers: [lasting],
      roots,
      key: certificateKey,
      onStep: async (step) => {
        if (step.step === 'ordered') url = step.url;
        if (step.step === stop) throw new Error(`cut after ${stop}`);
      },
    });
    await assert.rejects(cut, /cut after/);
    const { issued, steps } = await order(clientFor(key, accountUrl), [name], {
      solvers: [http01],
      roots,
      key: certificateKey,
      resume: url,
    });
    assert.equal(issued.chain.length, 2);
    assert.equal(steps.filter(({ step }) => step === 'ordered').length, 1);
  }
});
