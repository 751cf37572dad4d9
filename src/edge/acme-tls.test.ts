/** TLS-ALPN-01 at a real TLS server: who offers `acme-tls/1` alone for a known name, and who sees nothing of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { makeCa, makeLeaf } from '../../test/support/made-certificates.ts';
import { acmeIdentifierOid, tlsAlpn01Certificate } from '../features/acme/challenge/tls-alpn-01.ts';
import { parseCertificate } from '../pki/certificate/certificate.ts';
import { encodePem } from '../pki/pem.ts';
import { acmeProtocol, challengeContexts, chooseProtocol } from './acme-tls.ts';

const name = 'gateway.example.com';
let server: Server;
let port = 0;

before(async () => {
  const usual = makeLeaf(name, makeCa('CA'), {});
  const { certificate, key } = await tlsAlpn01Certificate({ type: 'dns', value: name }, 'token.thumbprint', Date.now());
  const challenges = challengeContexts([
    {
      name,
      certificatePem: encodePem('CERTIFICATE', certificate),
      keyPkcs8: key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    },
  ]);
  server = createServer({
    cert: usual.pem,
    key: usual.key.export({ type: 'pkcs8', format: 'pem' }),
    ALPNCallback(this: TLSSocket, offered: { servername: string; protocols: string[] }) {
      return chooseProtocol(this, offered, ['http/1.1'], challenges);
    },
  });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end());
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

after(() => server.close());

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`A CA that looks by ${version} gets the certificate of the challenge`, async () => {
    const seen = await handshake([acmeProtocol], name, version);
    assert.equal(seen.protocol, acmeProtocol);
    assert.ok(seen.extensions.includes(acmeIdentifierOid));
  });
}

test('A browser gets the usual certificate, also when it names the protocol of challenges among others', async () => {
  for (const offered of [['http/1.1'], ['h2', 'http/1.1'], [acmeProtocol, 'http/1.1'], []]) {
    const seen = await handshake(offered, name);
    assert.notEqual(seen.protocol, acmeProtocol, offered.join());
    assert.ok(!seen.extensions.includes(acmeIdentifierOid), offered.join());
  }
});

test('For a name that no CA looks at, the handshake ends (RFC 8737 3)', async () => {
  await assert.rejects(handshake([acmeProtocol], 'other.example.com'), /no application protocol|ECONNRESET|closed/i);
  await assert.rejects(handshake(['h2'], name), /no application protocol|ECONNRESET|closed/i);
});

async function handshake(ALPNProtocols: readonly string[], servername: string, version?: 'TLSv1.2' | 'TLSv1.3') {
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername,
    rejectUnauthorized: false,
    ...(ALPNProtocols.length > 0 && { ALPNProtocols: [...ALPNProtocols] }),
    ...(version !== undefined && { minVersion: version, maxVersion: version }),
  });
  try {
    await once(socket, 'secureConnect');
    const parsed = parseCertificate(new Uint8Array(socket.getPeerCertificate().raw));
    assert.ok(parsed.ok);
    return { protocol: socket.alpnProtocol, extensions: parsed.value.extensions.map(({ oid }) => oid) };
  } finally {
    socket.destroy();
  }
}
