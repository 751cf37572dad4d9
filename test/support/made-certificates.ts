/** Certificates for tests, made in a millisecond each by our own builder with EC keys. What must be real comes from openssl.ts. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { buildCertificate, publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { type ExtensionValues, keyIdentifier } from '../../src/pki/certificate/build-extensions.ts';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import type { SubjectField } from '../../src/pki/name/build-name.ts';
import { encodePem } from '../../src/pki/pem.ts';

export interface MadeCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly key: KeyObject;
  readonly certificate: Certificate;
}

export interface MadeOptions {
  readonly subject?: readonly SubjectField[];
  /** Self-signed unless told. */
  readonly issuer?: MadeCertificate;
  /** A new EC key unless told. */
  readonly key?: KeyObject;
  /** SubjectPublicKeyInfo to write instead of the key's own. */
  readonly publicKeyInfo?: Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Over those of a CA; `undefined` takes one away. */
  readonly extensions?: { readonly [K in keyof ExtensionValues]?: ExtensionValues[K] | undefined };
}

const year = 365 * 86_400_000;

/** One key for tests that need a thousand certificates, not a thousand keys. */
export const sharedKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

/** A CA certificate with this common name, unless the options say otherwise. */
export function makeCa(name: string, options: MadeOptions = {}): MadeCertificate {
  const key = options.key ?? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const publicKeyInfo = options.publicKeyInfo ?? publicKeyInfoOf(key);
  const subject = options.subject ?? [{ type: 'CN' as const, value: name }];
  const { issuer } = options;
  const extensions: MadeOptions['extensions'] = {
    basicConstraints: { ca: true },
    keyUsage: ['keyCertSign', 'cRLSign'],
    subjectKeyIdentifier: keyIdentifier(publicKeyInfo),
    ...(issuer === undefined ? {} : { authorityKeyIdentifier: keyIdentifier(issuer.certificate.publicKeyInfo) }),
    ...options.extensions,
  };
  const der = buildCertificate({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    publicKeyInfo,
    serial: randomBytes(16),
    notBefore: options.notBefore ?? Date.UTC(2025, 0),
    notAfter: options.notAfter ?? Date.UTC(2025, 0) + 10 * year,
    extensions: Object.fromEntries(Object.entries(extensions).filter(([, value]) => value !== undefined)),
    signingKey: issuer?.key ?? key,
    digest: 'sha256',
  });
  return { der, pem: encodePem('CERTIFICATE', der), key, certificate: parsedCertificate(der) };
}

/** A server certificate with this DNS name. */
export function makeLeaf(
  name: string,
  issuer: MadeCertificate | undefined,
  options: MadeOptions = {},
): MadeCertificate {
  return makeCa(name, {
    ...options,
    ...(issuer === undefined ? {} : { issuer }),
    extensions: {
      basicConstraints: { ca: false },
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: [{ kind: 'dns', value: name }],
      ...options.extensions,
    },
  });
}

/** Many different CAs that share one key. */
export function makeManyCas(count: number, prefix = 'CA'): readonly MadeCertificate[] {
  return Array.from({ length: count }, (_, i) => makeCa(`${prefix} ${i}`, { key: sharedKey }));
}

export function parsedCertificate(der: Uint8Array): Certificate {
  // tests of limits make certificates far beyond the usual one
  const parsed = parseCertificate(der, { maxBytes: 1 << 20 });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
