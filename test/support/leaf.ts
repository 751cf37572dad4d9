/** Certificates that the openssl command would not make, with whatever key, attributes and dates, signed by a test CA. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { buildCertificate, type CertificateContents } from '../../src/pki/certificate/build.ts';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { bitString, integer, nullValue, oid, sequence, unsignedInteger } from '../../src/pki/der/writer.ts';
import { generateKey, type KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { decodePem, encodePem } from '../../src/pki/pem.ts';
import type { OpensslCa } from './openssl.ts';

export interface LeafOptions extends Partial<CertificateContents> {
  readonly key?: KeyAlgorithm;
  /** Signed by its own key. */
  readonly selfSigned?: boolean;
}

export interface Leaf {
  /** PEM. */
  readonly certificate: string;
  /** PEM of the generated key; it does not match when `publicKeyInfo` was given. */
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly publicKeyInfo: Uint8Array;
}

/** A certificate for gw1.example.com, good for a year, unless told otherwise. */
export async function makeLeaf(ca: OpensslCa, options: LeafOptions = {}): Promise<Leaf> {
  const { key = 'ec-p256', selfSigned = false, ...contents } = options;
  const { privateKey, publicKeyInfo } = await generateKey(key);
  const subject = contents.subject ?? [{ type: 'CN', value: 'gw1.example.com' }];
  const der = buildCertificate({
    subject,
    issuer: selfSigned ? subject : { der: certificateOf(ca.certificate).subject.der },
    publicKeyInfo,
    serial: Uint8Array.of(0x41, 2, 3, 4, 5, 6, 7, 8),
    notBefore: Date.now() - 60_000,
    notAfter: Date.now() + 365 * 86_400_000,
    extensions: {
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: [{ kind: 'dns', value: 'gw1.example.com' }],
    },
    signingKey: selfSigned ? privateKey : createPrivateKey(ca.key),
    digest: 'sha256',
    ...contents,
  });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { certificate: encodePem('CERTIFICATE', der), key: pkcs8, privateKey, publicKeyInfo };
}

/** The parsed certificate of a PEM text. */
export function certificateOf(pem: string) {
  const blocks = decodePem(pem);
  const der = blocks.ok ? blocks.value[0]?.der : undefined;
  const parsed = der === undefined ? undefined : parseCertificate(der);
  if (!parsed?.ok) throw new Error('not a certificate');
  return parsed.value;
}

/** SubjectPublicKeyInfo of an RSA key with any numbers, broken ones too. */
export function rsaKeyInfo(modulus: Uint8Array, exponent: number): Uint8Array {
  const key = sequence(unsignedInteger(modulus), integer(exponent));
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(key));
}
