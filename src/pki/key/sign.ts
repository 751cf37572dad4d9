/**
 * Signs the to-be-signed part of certificates and requests: RSA PKCS#1 v1.5 (RFC 8017), ECDSA (RFC 5758),
 * Ed25519 and Ed448 (RFC 8410), ML-DSA (RFC 9881). The arithmetic is OpenSSL's.
 */
import { type KeyObject, sign } from 'node:crypto';
import { bitString, nullValue, oid, sequence } from '../der/writer.ts';

export type SigningDigest = 'sha256' | 'sha384' | 'sha512';

/** Signs `tbs` and returns the whole SIGNED structure: tbs, AlgorithmIdentifier, BIT STRING. */
export function signedStructure(tbs: Uint8Array, key: KeyObject, digest: SigningDigest): Uint8Array {
  return sequence(tbs, signatureAlgorithm(key, digest), bitString(signatureOver(tbs, key, digest)));
}

/** The signature alone. */
export function signatureOver(tbs: Uint8Array, key: KeyObject, digest: SigningDigest): Uint8Array {
  return sign(hashes(key) ? digest : null, tbs, key);
}

/** The AlgorithmIdentifier that `signedStructure` writes for this key; EdDSA and ML-DSA have no choice of digest. */
export function signatureAlgorithm(key: KeyObject, digest: SigningDigest): Uint8Array {
  const type = key.asymmetricKeyType ?? '';
  // RFC 4055 5: NULL parameters for RSA; RFC 5758 3.2, RFC 8410 3, RFC 9881 2: none for the others.
  if (type === 'rsa') return sequence(oid(rsaOids[digest]), nullValue());
  if (type === 'ec') return sequence(oid(ecdsaOids[digest]));
  const fixed = fixedOids[type];
  if (fixed === undefined) throw new RangeError(`keys of type ${type} cannot sign certificates here`);
  return sequence(oid(fixed));
}

const rsaOids = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;

const ecdsaOids = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const;

const fixedOids: Readonly<Record<string, string>> = {
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  'ml-dsa-44': '2.16.840.1.101.3.4.3.17',
  'ml-dsa-65': '2.16.840.1.101.3.4.3.18',
  'ml-dsa-87': '2.16.840.1.101.3.4.3.19',
};

function hashes(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec';
}
