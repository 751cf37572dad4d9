/** Which signature algorithms a certificate, CRL or OCSP answer may be signed with. */
import { equalBytes, toHex } from '../../lib/bytes.ts';
import type { AlgorithmIdentifier, Certificate } from '../certificate/certificate.ts';
import type { AlgorithmPolicy } from './profile.ts';
import { type Rejection, reject } from './rejection.ts';

/** Algorithms over MD2, MD4, MD5 or SHA-1, and DSA. */
const weak: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2'],
  ['1.2.840.113549.1.1.3', 'MD4'],
  ['1.2.840.113549.1.1.4', 'MD5'],
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.3.14.3.2.29', 'SHA-1'],
  ['1.2.840.10045.4.1', 'SHA-1'],
  ['1.2.840.10040.4.3', 'SHA-1 with DSA'],
  ['2.16.840.1.101.3.4.3.1', 'SHA-224 with DSA'],
  ['2.16.840.1.101.3.4.3.2', 'SHA-256 with DSA'],
]);

const rsaPss = '1.2.840.113549.1.1.10';
/** SHA-256, SHA-384, SHA-512 as they stand in the parameters of RSASSA-PSS (RFC 4055). */
const goodPssHash = /^30[0-9a-f]{2,6}a0[0-9a-f]{2}30[0-9a-f]{2}0609608648016503040(201|202|203)/;

/** RFC 5280 4.1.1.2: both algorithm fields are the same, byte for byte; then the policy. */
export function checkSignatureAlgorithm(certificate: Certificate, policy: AlgorithmPolicy): Rejection | undefined {
  if (!equalBytes(certificate.tbsSignatureAlgorithm, certificate.signatureAlgorithm.der)) {
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

/** What makes the algorithm too weak to be relied on, or nothing. */
export function weakAlgorithm(algorithm: AlgorithmIdentifier): string | undefined {
  if (algorithm.oid !== rsaPss) return weak.get(algorithm.oid);
  return goodPssHash.test(toHex(algorithm.parameters ?? new Uint8Array())) ? undefined : 'RSASSA-PSS over SHA-1';
}
