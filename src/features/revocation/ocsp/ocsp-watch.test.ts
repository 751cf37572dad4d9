/** How soon responders are asked again about certificates that open connections rest on. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { crlTime } from '../../../../test/support/made-crls.ts';
import { makeOcsp } from '../../../../test/support/made-ocsp.ts';
import { openRevocationBench } from '../../../../test/support/revocation-bench.ts';
import { parseOcspRequest } from '../../../pki/ocsp/ocsp.ts';

const ca = makeCa('Asked CA');
const path = '/ocsp';

/** A connection rests on an answer that holds for a week. */
async function followed(t: TestContext, withNonce: boolean) {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  await bench.set({ allowedPorts: [bench.server.port] });
  await bench.check('sip-tls');
  const extensions = { authorityInfoAccess: { ocsp: [`${bench.server.url}${path}`] } };
  const leaf = makeLeaf('peer.example.com', ca, { extensions });
  bench.server.answers.set(path, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = parseOcspRequest(new Uint8Array(Buffer.concat(chunks)));
      const nonce = asked.ok && withNonce ? asked.value.nonce : undefined;
      const single = {
        certificate: leaf.certificate,
        issuer: ca.certificate,
        thisUpdate: crlTime,
        nextUpdate: crlTime + 7 * 86_400_000,
      };
      const body = makeOcsp({ singles: [{ ...single, hash: 'sha256' }], signer: ca, ...(nonce && { nonce }) });
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(body);
    });
  });
  bench.time.now += 1_000;
  await bench.revocation.evidenceFor('sip-tls', [leaf.certificate, ca.certificate], { fetchWithin: 60_000 });
  const asked = () => bench.server.requests.length;
  assert.equal(asked(), 1);
  return { time: bench.time, asked };
}

test('a responder that answers with our nonce is asked again within seconds, however long its answers hold', async (t) => {
  const { time, asked } = await followed(t, true);
  time.now += 3_000;
  await until(() => asked() === 2);
});

test('one whose answers were made in advance is asked again after a minute', async (t) => {
  const { time, asked } = await followed(t, false);
  time.now += 30_000;
  await sleep(600);
  assert.equal(asked(), 1);
  time.now += 30_000;
  await until(() => asked() === 2);
});

async function until(ask: () => boolean): Promise<void> {
  for (let i = 0; i < 6_000 && !ask(); i++) await sleep(10);
  assert.ok(ask());
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
