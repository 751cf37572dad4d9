/** Names and addresses proved to Pebble: by HTTP, TLS and DNS, slowly, and not at all. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { ChallengeSolver } from '../../src/features/acme/challenge/challenge-solver.ts';
import { dns01Name, dns01Value } from '../../src/features/acme/challenge/key-authorization.ts';
import { createTlsAlpn01Solver } from '../../src/features/acme/challenge/tls-alpn-01.ts';
import { type AcmeBench, order, startAcmeBench } from './acme-bench.ts';
import { startAlpnServer } from './alpn-server.ts';
import type { PebbleOptions } from './pebble.ts';
import { problemOf } from './scripted-client.ts';

async function bench(t: TestContext, options: PebbleOptions = {}): Promise<AcmeBench> {
  const made = await startAcmeBench(options);
  t.after(() => made.close());
  return made;
}

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
