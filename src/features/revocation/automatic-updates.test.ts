import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeCa } from '../../../test/support/made-certificates.ts';
import { crlTime, type MadeCrlOptions, makeCrlDer } from '../../../test/support/made-crls.ts';
import { openRevocationBench, type RevocationBench } from '../../../test/support/revocation-bench.ts';
import { auditRows } from '../../../test/support/temporary-storage.ts';
import { encodePem } from '../../pki/pem.ts';

const day = 86_400_000;
const ca = makeCa('Point CA');
const crl = (number: number, options: MadeCrlOptions = {}): Uint8Array =>
  makeCrlDer(ca, { number, thisUpdate: crlTime - day + number, nextUpdate: crlTime + 10 * day, ...options });

async function only(bench: RevocationBench) {
  const [source] = await bench.revocation.sources();
  assert.ok(source);
  return source;
}

test('a CRL is fetched, used, and kept over a restart', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7));
  await bench.update('/a.crl');
  const source = await only(bench);
  assert.equal(source.state, 'ok', source.message);
  assert.equal(source.crls[0]?.number, '7');
  assert.equal(source.crls[0]?.state, 'in-use');
  assert.equal((await auditRows(bench.storage)).filter(({ action }) => action === 'revocation.update').length, 1);
  const again = await bench.restart();
  assert.equal((await again.revocation.crls())[0]?.number, '7');
  assert.equal((await again.revocation.coverage())[0]?.gap, 'none');
});

test('PEM and GZIP are recognised by their content', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', gzipSync(encodePem('X509 CRL', crl(3))));
  await bench.update('/a.crl');
  assert.equal((await only(bench)).crls[0]?.number, '3');
});

test('a server is asked whether there is anything newer', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v1"' }).end(crl(7));
  });
  await bench.update('/a.crl');
  await bench.ask();
  const source = await only(bench);
  assert.equal(source.history[0]?.outcome, 'unchanged');
  assert.equal(source.history[0]?.bytes, 0);
  assert.equal(source.crls.length, 1);
});

test('an older CRL, and another of the same number, are refused with an alarm, also after a restored database', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7));
  await bench.update('/a.crl');
  const codes = async () => (await bench.revocation.conditions()).map(({ code }) => code);
  for (const wrong of [crl(6), crl(7, { thisUpdate: crlTime - 5 })]) {
    bench.server.answers.set('/a.crl', wrong);
    await bench.ask();
    assert.match((await only(bench)).history[0]?.outcome ?? '', /crl-(rollback|conflict)$/);
    assert.equal((await only(bench)).crls[0]?.number, '7');
    assert.deepEqual(await codes(), ['revocation.rollback']);
  }
  // a backup that held number 5 is restored
  await bench.storage.db.deleteFrom('revocation_numbers').execute();
  await bench.storage.db.deleteFrom('revocation_crls').execute();
  const restored = await bench.restart();
  restored.server.answers.set('/a.crl', crl(6));
  await restored.ask();
  assert.equal((await only(restored)).history[0]?.outcome, 'revocation.crl-rollback');
  restored.server.answers.set('/a.crl', crl(8));
  await restored.ask();
  assert.equal((await only(restored)).crls[0]?.number, '8');
  assert.deepEqual(await restored.revocation.conditions(), []);
});

const other = makeCa('Other CA');
const impostor = makeCa('Point CA');
const rubbish: Readonly<Record<string, Uint8Array>> = {
  'a web page': Buffer.from('<!doctype html><html><body>Sign in</body></html>'),
  'an empty answer': new Uint8Array(),
  'a CRL cut short': crl(9).subarray(0, 100),
  'a CRL that somebody else signed under the name': makeCrlDer(
    { ...impostor, certificate: ca.certificate },
    {
      number: 9,
      key: impostor.key,
    },
  ),
  'a CRL that has run out': crl(9, { nextUpdate: crlTime - 1_000 }),
  'a CRL without an end': crl(9, { nextUpdate: null }),
  'a CRL of tomorrow': crl(9, { thisUpdate: crlTime + day }),
  'a damaged archive': Buffer.concat([gzipSync(crl(9)).subarray(0, 60), Buffer.alloc(40)]),
};

test('whatever is wrong with an answer, the last good CRL stays, and after three tries there is an alarm', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7));
  await bench.update('/a.crl');
  for (const [what, body] of Object.entries(rubbish)) {
    bench.server.answers.set('/a.crl', body);
    await bench.ask();
    const source = await only(bench);
    assert.equal(source.state, 'failed', what);
    assert.equal(source.crls[0]?.number, '7', what);
    assert.ok(source.message.length > 20, what);
  }
  const conditions = await bench.revocation.conditions();
  assert.deepEqual(
    conditions.map(({ code }) => code),
    ['revocation.update-failed'],
  );
  bench.server.answers.set('/a.crl', crl(8));
  await bench.ask();
  assert.deepEqual(await bench.revocation.conditions(), []);
});

test('a CRL of a CA that is not trusted is kept apart and used once the CA is', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', makeCrlDer(other, { number: 1 }));
  await bench.update('/a.crl');
  assert.equal((await bench.revocation.crls())[0]?.state, 'unverified');
  assert.deepEqual(await bench.revocation.forEdge(), []);
  await bench.trust(other);
  while ((await bench.revocation.crls())[0]?.state === 'unverified')
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await bench.revocation.forEdge()).length, 1);
});

test('seven days of errors change nothing until the CRL runs out', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7, { nextUpdate: crlTime + 7 * day }));
  await bench.update('/a.crl');
  bench.server.answers.set('/a.crl', (_, response) => response.writeHead(500).end());
  const stages: string[] = [];
  for (let hours = 0; hours < 7 * 24 + 6; hours += 6) {
    bench.time.now = crlTime + hours * 3_600_000;
    if (hours % 24 === 0) await bench.ask();
    assert.equal((await bench.revocation.crls())[0]?.state, hours <= 7 * 24 ? 'in-use' : 'expired');
    const found = (await bench.revocation.conditions()).map(({ code }) => code).filter((code) => /crl-/.test(code));
    for (const code of found) if (stages.at(-1) !== code) stages.push(code);
  }
  bench.time.now = crlTime + 7 * day + 1;
  stages.push(...(await bench.revocation.conditions()).map(({ code }) => code).filter((code) => /out-of/.test(code)));
  assert.deepEqual(stages, [
    'revocation.crl-late',
    'revocation.crl-ends-in-a-day',
    'revocation.crl-ends-in-hours',
    'revocation.crl-out-of-date',
  ]);
});

test('points that are taken away take their CRLs along; switched off they are kept and not used', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7));
  await bench.update('/a.crl');
  await bench.set({ automatic: { enabled: false } });
  assert.equal((await bench.revocation.crls())[0]?.state, 'switched-off');
  assert.deepEqual(await bench.revocation.forEdge(), []);
  await bench.set({ automatic: { points: [] } });
  assert.deepEqual(await bench.revocation.crls(), []);
});

test('a file that was altered on the disk is not used', async (t) => {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  bench.server.answers.set('/a.crl', crl(7));
  await bench.update('/a.crl');
  await bench.check('https-client');
  const [file] = await bench.revocation.forEdge();
  writeFileSync(file?.file ?? join(bench.folder, 'nothing'), crl(1));
  const leaf = makeCa('leaf', { issuer: ca, extensions: { basicConstraints: undefined } });
  const evidence = await bench.revocation.evidenceFor('https-client', [leaf.certificate, ca.certificate]);
  assert.deepEqual(evidence.crls, []);
  assert.deepEqual(
    (await bench.revocation.conditions()).map(({ code }) => code),
    ['revocation.damaged'],
  );
  await bench.ask();
  const mended = await bench.revocation.evidenceFor('https-client', [leaf.certificate, ca.certificate]);
  assert.equal(mended.crls.length, 1);
  assert.deepEqual(await bench.revocation.conditions(), []);
});
