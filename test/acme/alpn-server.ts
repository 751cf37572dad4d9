/** A TLS listener that shows challenge certificates to whoever offers `acme-tls/1`, as the gateway's edges do. */
import { createSecureContext, createServer } from 'node:tls';
import {
  type AlpnCertificate,
  type AlpnServer,
  acmeTlsProtocol,
} from '../../src/features/acme/challenge/tls-alpn-01.ts';
import { encodePem } from '../../src/pki/pem.ts';

export async function startAlpnServer(port: number): Promise<AlpnServer & { close(): Promise<void> }> {
  const shown = new Map<string, AlpnCertificate>();
  const server = createServer({
    ALPNProtocols: [acmeTlsProtocol],
    SNICallback: (name, done) => {
      const found = shown.get(name);
      if (found === undefined) return done(new Error('nothing to show'));
      const key = found.key.export({ type: 'pkcs8', format: 'pem' });
      done(null, createSecureContext({ cert: encodePem('CERTIFICATE', found.certificate), key }));
    },
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    serve: async (name, certificate) => void shown.set(name, certificate),
    withdraw: async (name) => void shown.delete(name),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
