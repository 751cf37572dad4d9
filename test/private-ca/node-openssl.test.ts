/** What the private CA issues and publishes with ML-DSA keys, before the OpenSSL inside Node. */
import assert from 'node:assert/strict';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { parseCrl } from '../../src/pki/crl/crl.ts';
import { buildOcspRequest } from '../../src/pki/ocsp/build-ocsp-request.ts';
import { parseOcspResponse } from '../../src/pki/ocsp/ocsp.ts';
import { serveCa } from './served-ca.ts';

type Served = Awaited<ReturnType<typeof serveCa>>;

for (const algorithm of ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const) {
  test(`The OpenSSL inside Node verifies signatures and a TLS handshake of ${algorithm}`, async (t) => {
    const served = await serveCa(t, { algorithm });
    const { read, base, good, intermediate } = served;
    const [root, inter, leaf] = ['root.pem', 'inter.pem', 'good.pem'].map((name) => new X509Certificate(read(name)));
    assert.ok(root && inter && leaf);
    assert.ok(root.verify(root.publicKey) && inter.verify(root.publicKey) && leaf.verify(inter.publicKey));
    for (const [name, issuer] of [
      ['root.crl', root],
      ['inter.crl', inter],
    ] as const) {
      const crl = parseCrl(read(name));
      assert.ok(crl.ok && verify(null, crl.value.tbs, issuer.publicKey, crl.value.signature));
    }
    const request = buildOcspRequest({ certificate: good.parsed, issuer: intermediate.certificate! });
    const answer = parseOcspResponse(await posted(base, request));
    assert.ok(answer.ok && answer.value.basic);
    const { basic } = answer.value;
    const responder = createPublicKey(new X509Certificate(basic.certificates[0]!.der).toString());
    assert.ok(verify(null, basic.tbs, responder, basic.signature));
    assert.equal(await clientAccepted(served, 'good'), 'accepted');
    assert.equal(await clientAccepted(served, 'revoked'), 'CERT_REVOKED');
  });
}

async function posted(base: string, request: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/ocsp-request' };
  const response = await fetch(`${base}/ocsp`, { method: 'POST', body: request, headers });
  return new Uint8Array(await response.arrayBuffer());
}

/** A TLS server of Node with CA and CRLs, and a client that shows a certificate: what the server makes of it. */
async function clientAccepted({ read, good, revoked }: Served, leaf: 'good' | 'revoked'): Promise<string> {
  const pem = (key: typeof good.key) => key.export({ type: 'pkcs8', format: 'pem' });
  const chain = (name: string) => Buffer.concat([read(`${name}.pem`), read('inter.pem')]);
  const server = createServer({
    key: pem(good.key),
    cert: chain('good'),
    ca: [read('root.pem'), read('inter.pem')],
    crl: [read('root.crl.pem'), read('inter.crl.pem')],
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect({
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    host: '127.0.0.1',
    servername: 'good.example.com',
    ca: read('root.pem'),
    key: pem(leaf === 'good' ? good.key : revoked.key),
    cert: chain(leaf),
  });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
  const seen = socket.authorized ? 'accepted' : String(socket.authorizationError);
  client.destroy();
  socket.destroy();
  server.close();
  return seen;
}
