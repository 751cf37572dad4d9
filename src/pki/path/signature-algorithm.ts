/** Which signature algorithms a certificate, CRL or OCSP answer may be signed with. */
import type { AlgorithmIdentifier, Certificate } from '../certificate/certificate.ts';
import { signatureScheme } from '../certificate/verify-signature.ts';
import type { AlgorithmPolicy } from './profile.ts';
import { type Rejection, reject } from './rejection.ts';

/** Hashes that are not good enough, as people call them. */
const weakHashes: Readonly<Record<string, string>> = { md5: 'MD5', sha1: 'SHA-1', sha224: 'SHA-224' };

/** Algorithms that are too weak to have a scheme at all. */
const forgotten: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2'],
  ['1.2.840.113549.1.1.3', 'MD4'],
]);

/** RFC 5280 4.1.1.2: both algorithm fields are the same, byte for byte; then the policy. */
export function checkSignatureAlgorithm(certificate: Certificate, policy: AlgorithmPolicy): Rejection | undefined {
  if (!certificate.signatureAlgorithmsAgree) {
    return reject(
      'path.signature-algorithm-mismatch',
      'the signature algorithm inside and outside the signed part differ',
      certificate,
    );
  }
  const weakness = policy === 'any' ? undefined : weakAlgorithm(certificate.signatureAlgorithm);
  return weakness === undefined
    ? undefined
    : reject('path.weak-signature', `the certificate is signed with ${weakness}`, certificate);
}

/** What makes the algorithm too weak to be relied on, or nothing; nothing too of an algorithm that is not known. */
export function weakAlgorithm(algorithm: AlgorithmIdentifier): string | undefined {
  const scheme = signatureScheme(algorithm);
  if (scheme === undefined) return forgotten.get(algorithm.oid);
  if (!scheme.weak) return undefined;
  const hash = weakHashes[scheme.hash ?? ''];
  if (scheme.keys.includes('dsa')) return 'DSA';
  if (scheme.pss === undefined) return hash ?? 'a weak algorithm';
  return hash === undefined ? 'RSASSA-PSS with two different hashes' : `RSASSA-PSS over ${hash}`;
}
