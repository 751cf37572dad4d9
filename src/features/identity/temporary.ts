/** What a gateway presents before an operator has loaded a certificate: one issued by a temporary CA of its own. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { buildCertificate } from '../../pki/certificate/build.ts';
import { keyIdentifier } from '../../pki/certificate/build-extensions.ts';
import { generateKey } from '../../pki/key/generate.ts';

/** A certificate with the key that was made for it. */
export interface IssuedCertificate {
  readonly der: Uint8Array;
  readonly privateKey: KeyObject;
}

const day = 86_400_000;

/** Makes the temporary CA: RSA 2048, five years, CA:TRUE. `now` in milliseconds. */
export async function makeTemporaryCa(now: number): Promise<IssuedCertificate> {
  const { privateKey, publicKeyInfo } = await generateKey('rsa-2048');
  // A name of its own for each, so that the CAs of two gateways are not taken for one another.
  const subject = [
    { type: 'O', value: 'Tollgate' },
    { type: 'CN', value: `Tollgate temporary CA ${randomBytes(4).toString('hex')}` },
  ] as const;
  const der = buildCertificate({
    subject,
    issuer: subject,
    publicKeyInfo,
    serial: newSerial(),
    notBefore: now - 60_000,
    notAfter: now + 5 * 365 * day,
    extensions: {
      basicConstraints: { ca: true },
      keyUsage: ['keyCertSign', 'cRLSign'],
      subjectKeyIdentifier: keyIdentifier(publicKeyInfo),
    },
    signingKey: privateKey,
    digest: 'sha256',
  });
  return { der, privateKey };
}

/**
 * Makes a temporary server certificate for `name`: one year, for server and client, the name in CN and SAN. It never
 * outlives the CA, whose notAfter is `caNotAfter`.
 */
export async function makeTemporaryCertificate(
  ca: { readonly subject: { readonly der: Uint8Array }; readonly publicKeyInfo: Uint8Array; readonly notAfter: number },
  caKey: KeyObject,
  name: string,
  now: number,
): Promise<IssuedCertificate> {
  const { privateKey, publicKeyInfo } = await generateKey('rsa-2048');
  const der = buildCertificate({
    // RFC 5280 appendix A.1: a common name has at most 64 characters; the SAN holds the name in any case.
    subject: name.length <= 64 ? [{ type: 'CN', value: name }] : [{ type: 'O', value: 'Tollgate' }],
    issuer: ca.subject,
    publicKeyInfo,
    serial: newSerial(),
    notBefore: now - 60_000,
    notAfter: Math.min(now + 365 * day, ca.notAfter),
    extensions: {
      basicConstraints: { ca: false },
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: [{ kind: 'dns', value: name }],
      subjectKeyIdentifier: keyIdentifier(publicKeyInfo),
      authorityKeyIdentifier: keyIdentifier(ca.publicKeyInfo),
    },
    signingKey: caKey,
    digest: 'sha256',
  });
  return { der, privateKey };
}

/** The name of a temporary certificate: the FQDN, or `<host>.invalid` when none is configured (RFC 2606 2). */
export function temporaryName(fqdn: string, hostName: string): string {
  if (fqdn !== '') return fqdn;
  const label = (hostName.split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
  return `${label === '' ? 'gateway' : label}.invalid`;
}

/** 128 random bits. */
function newSerial(): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}
