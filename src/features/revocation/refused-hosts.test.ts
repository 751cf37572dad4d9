import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { crlTime } from '../../../test/support/made-crls.ts';
import { openRevocationBench } from '../../../test/support/revocation-bench.ts';
import { auditRows, testAdministrator } from '../../../test/support/temporary-storage.ts';
import type { Resolve } from '../../lib/address-filter.ts';
import { Problem } from '../../lib/problem.ts';

/** Every name leads to a private address that nobody answers. */
const inside: Resolve = (_host, _options, done) => done(null, [{ address: '10.255.255.1', family: 4 }]);

test('a host refused for its address is offered, and allowing it lets the next fetch pass the filter', async (t) => {
  const bench = await openRevocationBench(t, { resolve: inside, testAllow: [] });
  const { revocation, storage } = bench;
  const root = makeCa('Inside CA');
  await bench.trust(root);
  await bench.check('sip-tls');
  const url = 'http://ocsp.inside.example/';
  const leaf = makeLeaf('a.example', root, { extensions: { authorityInfoAccess: { ocsp: [url] } } });
  const path = [leaf.certificate, root.certificate];
  const ask = async () => (await revocation.evidenceFor('sip-tls', path, { fetchWithin: 400 })).notes[0]?.code;
  assert.equal(await ask(), 'revocation.address-refused');
  assert.deepEqual(
    revocation.refusedHosts().map(({ host, url: led, times, at }) => [host, led, times, at]),
    [['ocsp.inside.example', url, 1, crlTime]],
  );
  const before = (await auditRows(storage)).length;
  const settings = await revocation.allowHost(testAdministrator, 'OCSP.inside.example');
  assert.deepEqual(settings.allowedHosts, ['ocsp.inside.example']);
  assert.equal((await auditRows(storage)).length, before + 1);
  assert.deepEqual(revocation.refusedHosts(), []);
  assert.notEqual(await ask(), 'revocation.address-refused');
  assert.deepEqual(revocation.refusedHosts(), []);
});

test('what can never be allowed is not offered, and nonsense is refused', async (t) => {
  const loopback: Resolve = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  const bench = await openRevocationBench(t, { resolve: loopback, testAllow: [] });
  const root = makeCa('Loop CA');
  await bench.trust(root);
  await bench.check('sip-tls');
  const leaf = makeLeaf('b.example', root, {
    extensions: { authorityInfoAccess: { ocsp: ['http://ocsp.loop.example/'] } },
  });
  const path = [leaf.certificate, root.certificate];
  const { notes } = await bench.revocation.evidenceFor('sip-tls', path, { fetchWithin: 400 });
  assert.equal(notes[0]?.code, 'revocation.address-refused');
  assert.deepEqual(bench.revocation.refusedHosts(), []);
  await assert.rejects(
    bench.revocation.allowHost(testAdministrator, 'no host at all'),
    (error) => error instanceof Problem && error.details.code === 'revocation.invalid',
  );
});

test('the allow-list holds for what an operator has checked, loopback and metadata excepted', async (t) => {
  const bench = await openRevocationBench(t, { testAllow: [] });
  await bench.set({ allowedHosts: ['198.18.0.0/15', '127.0.0.0/8', 'lab.example.com'] });
  const { operatorRules } = bench.revocation;
  const { addressRefusal } = await import('../../lib/address-filter.ts');
  const kind = (address: string) => addressRefusal(address, operatorRules('lab.example.com'))?.kind;
  assert.deepEqual(['10.0.0.1', '198.18.0.1', '198.51.100.1', '127.0.0.1', '169.254.169.254'].map(kind), [
    ...[undefined, undefined, 'documentation', 'loopback', 'metadata'],
  ]);
});
