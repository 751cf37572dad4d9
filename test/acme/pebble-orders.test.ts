/** Whole orders against Pebble: nonces refused, authorizations used again, chains, addresses, slow validation, restarts. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { ChallengeSolver } from '../../src/features/acme/challenge/challenge-solver.ts';
import { dns01Name, dns01Value } from '../../src/features/acme/challenge/key-authorization.ts';
import { createTlsAlpn01Solver } from '../../src/features/acme/challenge/tls-alpn-01.ts';
import { commonNames } from '../../src/pki/name/distinguished-name.ts';
import { type AcmeBench, newKey, order, startAcmeBench } from './acme-bench.ts';
import { startAlpnServer } from './alpn-server.ts';
import type { PebbleOptions } from './pebble.ts';
import { problemOf } from './scripted-client.ts';

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

test('several names and an address in one certificate, each proved by HTTP-01', async (t) => {
  const { registered, http01, pebble } = await bench(t);
  const names = ['a.example.com', 'b.example.com', '127.0.0.1'];
  const { issued } = await order(await registered(), names, { solvers: [http01], roots: await pebble.roots() });
  const shown = new X509Certificate(issued.leaf.der).subjectAltName ?? '';
  for (const name of names) assert.ok(shown.includes(name), shown);
});

test('TLS-ALPN-01 proves a name and an address', async (t) => {
  const { registered, pebble } = await bench(t);
  const server = await startAlpnServer(pebble.tlsPort);
  t.after(() => server.close());
  const { issued, steps } = await order(await registered(), ['alpn.example.com', '127.0.0.1'], {
    solvers: [createTlsAlpn01Solver(server)],
    roots: await pebble.roots(),
  });
  assert.equal(issued.leaf.subjectAltName?.length, 2);
  assert.equal(steps.filter((one) => one.step === 'answered' && one.type === 'tls-alpn-01').length, 2);
});

test('a wildcard is proved by DNS-01 alone, and Pebble’s own DNS server shows the record', async (t) => {
  const { registered, http01, pebble } = await bench(t);
  const dns: ChallengeSolver = {
    type: 'dns-01',
    present: ({ value }, _token, proof) => pebble.setTxt(dns01Name(value), dns01Value(proof)),
    remove: ({ value }) => pebble.clearTxt(dns01Name(value)),
  };
  const client = await registered();
  const roots = await pebble.roots();
  assert.equal(
    (await problemOf(order(client, ['*.example.com'], { solvers: [http01], roots }))).code,
    'acme.no-challenge',
  );
  const { issued } = await order(client, ['*.example.com'], { solvers: [http01, dns], roots });
  assert.match(new X509Certificate(issued.leaf.der).subjectAltName ?? '', /\*\.example\.com/);
});

test('a CA that takes seconds to look is waited for', async (t) => {
  const { registered, http01, pebble } = await bench(t, { validationSleep: 3 });
  await order(await registered(), ['slow.example.com'], { solvers: [http01], roots: await pebble.roots() });
});

test('a proof that the CA does not find is told in its words, and the order cannot be gone on with', async (t) => {
  const { registered, pebble } = await bench(t);
  const nothing: ChallengeSolver = { type: 'http-01', present: async () => undefined, remove: async () => undefined };
  const client = await registered();
  const { code, message, failure } = await problemOf(
    order(client, ['missing.example.com'], { solvers: [nothing], roots: await pebble.roots() }),
  );
  assert.equal(code, 'acme.authorization-failed');
  assert.match(message, /^missing\.example\.com: /);
  assert.equal(failure.document?.type, 'unauthorized');
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
