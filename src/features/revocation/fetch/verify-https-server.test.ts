import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { systemClock } from '../../../lib/clock.ts';
import { createOutboundHttp } from './outbound-http.ts';
import { createVerifyServer } from './verify-https-server.ts';

const year = 365 * 86_400_000;
const dates = { notBefore: Date.now() - year, notAfter: Date.now() + year };
const ca = makeCa('Point CA', dates);

async function ask(t: TestContext, leaf: MadeCertificate, trusted: readonly MadeCertificate[]): Promise<string> {
  let asked = 0;
  const key = leaf.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const server = createServer({ cert: leaf.pem, key }, (_, response) => {
    asked++;
    response.end('content');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const certificates = async () => trusted.map(({ certificate }) => certificate);
  const http = createOutboundHttp({
    clock: systemClock,
    policy: () => ({ allowedHosts: [], allowedPorts: [port] }),
    testAllow: ['127.0.0.1'],
    resolve: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    verifyServer: createVerifyServer({ clock: systemClock, certificates }),
  });
  const url = `https://crl.example.com:${port}/`;
  const answer = await http.fetch({ url, origin: 'operator', method: 'GET', maxBytes: 100, within: 60_000 });
  assert.equal(asked, answer.ok ? 1 : 0, 'nothing is sent before the certificate is accepted');
  return answer.ok ? 'ok' : answer.error.message;
}

test('an HTTPS server is accepted when its chain is trusted here and it has the name', async (t) => {
  assert.equal(await ask(t, makeLeaf('crl.example.com', ca, dates), [ca]), 'ok');
});

test('a server of an unknown CA, of another name, expired, or with a certificate for clients only gets no request', async (t) => {
  assert.match(await ask(t, makeLeaf('crl.example.com', makeCa('Point CA', dates), dates), [ca]), /not accepted/);
  assert.match(await ask(t, makeLeaf('other.example.com', ca, dates), [ca]), /not made out to crl\.example\.com/);
  const old = { notBefore: dates.notBefore, notAfter: Date.now() - 60_000 };
  assert.match(await ask(t, makeLeaf('crl.example.com', ca, old), [ca]), /expired/);
  const client = { ...dates, extensions: { extendedKeyUsage: ['clientAuth' as const] } };
  assert.match(await ask(t, makeLeaf('crl.example.com', ca, client), [ca]), /not be used for this purpose/);
  assert.match(await ask(t, makeLeaf('crl.example.com', ca, dates), []), /not accepted/);
});
