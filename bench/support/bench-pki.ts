/** Fixtures for measurements of an edge where none are given: root, intermediate, a server and a client, P-256. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCertificate, publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { encodePem } from '../../src/pki/pem.ts';

const day = 86_400_000;

/** Writes `root.pem`, `inter.der`, `inter.key`, `server.pem`, `server.key`, `client.pem`, `client.key`. */
export function writeBenchPki(folder: string): void {
  const keys = { root: newKey(), inter: newKey(), server: newKey(), client: newKey() };
  const issue = (name: keyof typeof keys, by: keyof typeof keys, serial: number, ca: boolean) =>
    buildCertificate({
      subject: [{ type: 'CN', value: name }],
      issuer: [{ type: 'CN', value: by }],
      publicKeyInfo: publicKeyInfoOf(keys[name]),
      serial: Uint8Array.of(serial),
      notBefore: Date.now() - day,
      notAfter: Date.now() + 365 * day,
      extensions: ca
        ? { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] }
        : {
            basicConstraints: { ca: false },
            keyUsage: ['digitalSignature'],
            extendedKeyUsage: ['serverAuth', 'clientAuth'],
            subjectAltName: [{ kind: 'dns', value: 'localhost' }],
          },
      signingKey: keys[by],
      digest: 'sha256',
    });
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  const inter = issue('inter', 'root', 2, true);
  const pem = (der: Uint8Array) => encodePem('CERTIFICATE', der);
  put('root.pem', pem(issue('root', 'root', 1, true)));
  put('inter.der', inter);
  put('server.pem', pem(issue('server', 'inter', 3, false)) + pem(inter));
  put('client.pem', pem(issue('client', 'inter', 4, false)) + pem(inter));
  for (const name of ['inter', 'server', 'client'] as const)
    put(`${name}.key`, keys[name].export({ type: 'pkcs8', format: 'pem' }));
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
