/**
 * Signatures over certificates, CSRs, CRLs and OCSP answers, verified by OpenSSL through `node:crypto` alone. Which
 * algorithms exist, and what their parameters must be, is one table (RFC 4055, 5758, 8410, 9881).
 */
import { constants, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { NULL } from '../der/tag.ts';
import type { PublicKeyAlgorithm, PublicKeyInfo } from '../key/public-key.ts';
import { PkiRefusal } from '../pki-error.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { type PssParameters, pssKey, readPssParameters } from './pss-parameters.ts';

export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** ML-DSA and Ed448: the context it was signed in. In certificates, CRLs and OCSP answers there is none (RFC 9881 3). */
  readonly context?: Uint8Array;
}

export interface SignatureRules {
  /**
   * Also verifies SHA-1, MD5 and DSA signatures, and RSA-PSS with two hashes: to show people something, or for a caller
   * that has judged the algorithm already.
   */
  readonly weak?: boolean;
}

export interface SignatureScheme {
  readonly keys: readonly PublicKeyAlgorithm[];
  /** Null where the algorithm brings its own. */
  readonly hash: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | null;
  /** Whether it may only be shown and never be trusted. */
  readonly weak: boolean;
  /** RSA-PSS only. */
  readonly pss?: PssParameters;
}

/** Whether the signature was made with the other half of this key. False for unknown and refused algorithms as well. */
export function verifySignedBy(signed: Signed, issuerKey: PublicKeyInfo, rules: SignatureRules = {}): boolean {
  const scheme = signatureScheme(signed.signatureAlgorithm);
  if (scheme === undefined || !scheme.keys.includes(issuerKey.algorithm)) return false;
  if (scheme.weak && rules.weak !== true) return false;
  if (isForgeable(issuerKey)) return false;
  try {
    // the key alone spares OpenSSL a look at options, which costs half as much as an RSA signature
    const how =
      scheme.pss === undefined && signed.context === undefined
        ? issuerKey.keyObject()
        : options(signed, scheme, issuerKey);
    return verify(scheme.hash, signed.tbs, how, signed.signature);
  } catch (thrown) {
    // OpenSSL refuses keys and signatures of the wrong shape with an error of its own.
    if (thrown instanceof PkiRefusal || thrown instanceof Error) return false;
    throw thrown;
  }
}

/** What an AlgorithmIdentifier asks for; undefined when it is not known or its parameters are not the right ones. */
export function signatureScheme(algorithm: AlgorithmIdentifier): SignatureScheme | undefined {
  if (algorithm.oid === rsaPss) {
    const pss = algorithm.parameters && readPssParameters(algorithm.parameters);
    if (pss === undefined) return undefined;
    // one hash for both uses is all that RFC 4055 3.1 recommends and anybody makes
    return { keys: ['rsa', 'rsa-pss'], hash: pss.hash, weak: pss.hash === 'sha1' || pss.hash !== pss.mgfHash, pss };
  }
  const known = schemes[algorithm.oid];
  if (known === undefined) return undefined;
  const { parameters } = algorithm;
  // RFC 4055 5: NULL for PKCS#1 v1.5, absent tolerated; RFC 5758 3.2, RFC 8410 3: absent for all others.
  const good = parameters === undefined || (known.keys[0] === 'rsa' && parameters[0] === NULL);
  return good ? known : undefined;
}

const rsaPss = '1.2.840.113549.1.1.10';

function options({ context }: Signed, { pss }: SignatureScheme, issuerKey: PublicKeyInfo): VerifyKeyObjectInput {
  const padding = pss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss.saltLength };
  return {
    key: pss === undefined ? issuerKey.keyObject() : pssKey(issuerKey, pss),
    ...padding,
    ...(context && { context }),
  };
}

function scheme(key: PublicKeyAlgorithm, hash: SignatureScheme['hash'], weak = false): SignatureScheme {
  return { keys: [key], hash, weak };
}

const schemes: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.4': scheme('rsa', 'md5', true),
  '1.2.840.113549.1.1.5': scheme('rsa', 'sha1', true),
  '1.3.14.3.2.29': scheme('rsa', 'sha1', true),
  '1.2.840.113549.1.1.14': scheme('rsa', 'sha224', true),
  '1.2.840.113549.1.1.11': scheme('rsa', 'sha256'),
  '1.2.840.113549.1.1.12': scheme('rsa', 'sha384'),
  '1.2.840.113549.1.1.13': scheme('rsa', 'sha512'),
  '1.2.840.10045.4.1': scheme('ec', 'sha1', true),
  '1.2.840.10045.4.3.1': scheme('ec', 'sha224', true),
  '1.2.840.10045.4.3.2': scheme('ec', 'sha256'),
  '1.2.840.10045.4.3.3': scheme('ec', 'sha384'),
  '1.2.840.10045.4.3.4': scheme('ec', 'sha512'),
  '1.2.840.10040.4.3': scheme('dsa', 'sha1', true),
  '2.16.840.1.101.3.4.3.1': scheme('dsa', 'sha224', true),
  '2.16.840.1.101.3.4.3.2': scheme('dsa', 'sha256', true),
  '1.3.101.112': scheme('ed25519', null),
  '1.3.101.113': scheme('ed448', null),
  '2.16.840.1.101.3.4.3.17': scheme('ml-dsa-44', null),
  '2.16.840.1.101.3.4.3.18': scheme('ml-dsa-65', null),
  '2.16.840.1.101.3.4.3.19': scheme('ml-dsa-87', null),
};

/** An RSA key with exponent 1 verifies whatever it is shown, and OpenSSL lets it; a giant one only burns time. */
function isForgeable(key: PublicKeyInfo): boolean {
  const { exponent, modulus } = key;
  if (exponent === undefined || modulus === undefined) return false;
  const even = exponent[exponent.length - 1]! % 2 === 0;
  return even || exponent.length > 9 || (exponent.length === 1 && exponent[0]! < 3) || modulus.length > 2048;
}
