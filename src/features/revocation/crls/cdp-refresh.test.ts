/** CRLs from distribution points of certificates are fetched anew before they run out, without a handshake that waits. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { crlTime, makeCrlDer } from '../../../../test/support/made-crls.ts';
import { openRevocationBench, type RevocationBench } from '../../../../test/support/revocation-bench.ts';

const hour = 3_600_000;
const ca = makeCa('Asked CA');
const path = '/cdp.crl';

/** One CRL of ten hours was fetched for a leaf. */
async function fetched(t: TestContext) {
  const bench = await openRevocationBench(t, { lookEvery: 10 });
  await bench.trust(ca);
  // the daily look is not what is waited for here
  await bench.set({ allowedPorts: [bench.server.port], automatic: { dailyUpdateTime: '23:00' } });
  await bench.check('sip-tls');
  const extensions = { crlDistributionPoints: [`${bench.server.url}${path}`] };
  const leaf = makeLeaf('peer.example.com', ca, { extensions });
  const revoked = [{ serial: leaf.certificate.serial }];
  const crl = (number: number) =>
    makeCrlDer(ca, {
      number,
      thisUpdate: crlTime,
      nextUpdate: crlTime + 10 * hour,
      ...(number > 1 && { entries: revoked }),
    });
  bench.server.answers.set(path, (request, response) => {
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end(crl(1));
  });
  await bench.revocation.evidenceFor('sip-tls', [leaf.certificate, ca.certificate], { fetchWithin: 60_000 });
  // a handshake waits for five seconds at most; what it waited for is kept all the same
  await until('the first CRL', async () => (await numberOf(bench)) === '1');
  assert.equal(asked(bench), 1);
  return { bench, crl };
}

const asked = (bench: RevocationBench) => bench.server.requests.filter((line) => line.endsWith(path)).length;
const numberOf = async ({ revocation }: RevocationBench) => (await revocation.crls())[0]?.number;

async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 6_000; i++) {
    if (await ask()) return;
    await sleep(10);
  }
  assert.fail(what);
}

test('a newer CRL is there before the old one has run out, and edges are told', async (t) => {
  const { bench, crl } = await fetched(t);
  bench.time.now += 8 * hour;
  await sleep(500);
  assert.equal(asked(bench), 1, 'it is not due yet');
  const told = bench.told.count;
  bench.server.answers.set(path, crl(2));
  bench.time.now += hour;
  await until('the second CRL', async () => (await numberOf(bench)) === '2');
  await until('the change is told', () => bench.told.count > told);
  assert.equal((await bench.revocation.forEdge()).length, 1);
});

test('a server that has nothing newer says so in a few octets and is left in peace for a while', async (t) => {
  const { bench } = await fetched(t);
  bench.time.now += 9 * hour;
  await until('the second question', () => asked(bench) === 2);
  await sleep(500);
  assert.equal(asked(bench), 2);
  assert.equal(await numberOf(bench), '1');
  bench.time.now += hour / 2;
  await until('the third question', () => asked(bench) === 3);
});

test('a failure rests for a minute and takes nothing away', async (t) => {
  const { bench, crl } = await fetched(t);
  bench.server.answers.set(path, (_, response) => response.writeHead(500).end());
  bench.time.now += 9 * hour;
  await until('the second question', () => asked(bench) === 2);
  await sleep(500);
  assert.equal(asked(bench), 2);
  assert.equal(await numberOf(bench), '1');
  bench.server.answers.set(path, crl(3));
  bench.time.now += 61_000;
  await until('the third CRL', async () => (await numberOf(bench)) === '3');
});

test('after a start what is kept is looked after as before', async (t) => {
  const { bench, crl } = await fetched(t);
  bench.server.answers.set(path, crl(2));
  await bench.set({ purposes: { 'sip-tls': { mode: 'off' } } });
  bench.time.now += 9 * hour;
  const again = await bench.restart();
  await sleep(500);
  assert.equal(await numberOf(again), '1', 'nobody may fetch');
  await again.check('sip-tls');
  await until('the second CRL', async () => (await numberOf(again)) === '2');
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
