/** Certificates for tests of the edges: a small CA of its own and leaves with a chosen serial number. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { EdgeIdentity } from '../../src/edge/snapshot.ts';
import { toHex } from '../../src/lib/bytes.ts';
import { buildCertificate, publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { fingerprint } from '../../src/pki/certificate/certificate.ts';
import { encodePem } from '../../src/pki/pem.ts';

export interface TestCa {
  readonly pem: string;
  /** A server identity for the slot; `serial` can be read back from the handshake. */
  identity(slot: string, names: readonly string[], serial: number): EdgeIdentity;
}

const day = 86_400_000;

/** An ECDSA CA; leaves share one key, which keeps a thousand of them cheap. */
export function makeTestCa(name = 'Edge Test CA'): TestCa {
  const caKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const leafKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const subject = [{ type: 'CN', value: name }] as const;
  const now = Date.now();
  const ca = buildCertificate({
    subject,
    issuer: subject,
    publicKeyInfo: publicKeyInfoOf(caKey),
    serial: Uint8Array.of(1),
    notBefore: now - day,
    notAfter: now + 365 * day,
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    signingKey: caKey,
    digest: 'sha256',
  });
  const sign = (names: readonly string[], serial: number, key: KeyObject) =>
    buildCertificate({
      subject: [{ type: 'CN', value: names[0] ?? 'gw.example.com' }],
      issuer: subject,
      publicKeyInfo: publicKeyInfoOf(key),
      serial: Uint8Array.of(0x10, serial >> 16, (serial >> 8) & 255, serial & 255),
      notBefore: now - day,
      notAfter: now + 30 * day,
      extensions: {
        basicConstraints: { ca: false },
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['serverAuth', 'clientAuth'],
        subjectAltName: [
          ...names.map((value) => ({ kind: 'dns', value }) as const),
          { kind: 'ip', value: '127.0.0.1' },
        ],
      },
      signingKey: caKey,
      digest: 'sha256',
    });
  return {
    pem: encodePem('CERTIFICATE', ca),
    identity: (slot, names, serial) => {
      const der = sign(names, serial, leafKey);
      return {
        slot,
        names: slot === 'server' ? [] : names,
        certificatePem: encodePem('CERTIFICATE', der) + encodePem('CERTIFICATE', ca),
        keyPkcs8: leafKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
        fingerprint: toHex(fingerprint(der, 'sha256')),
      };
    },
  };
}

/** The serial given to `identity`, out of the hexadecimal one that Node shows. */
export function serialOf(hexSerial: string): number {
  return Number.parseInt(hexSerial, 16) & 0xffffff;
}
