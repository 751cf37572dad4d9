/**
 * Whether a public key may be used at all, and by whom: sizes, exponents, broken moduli, curves. One table; the
 * arithmetic is in rsa-weakness.ts. Signatures are left to OpenSSL.
 */
import { OBJECT_IDENTIFIER } from '../der/tag.ts';
import { PkiRefusal } from '../pki-error.ts';
import type { PublicKeyInfo } from './public-key.ts';
import { rsaWeakness } from './rsa-weakness.ts';

/** Whose key it is: made here, uploaded by an operator for this gateway, or presented by a peer or a CA. */
export type KeyPolicy = 'own' | 'upload' | 'peer';

export type KeyFindingCode =
  | 'rsa-size'
  | 'rsa-size-odd'
  | 'rsa-even-modulus'
  | 'rsa-exponent'
  | 'rsa-small-factor'
  | 'rsa-roca'
  | 'rsa-close-primes'
  | 'ec-curve'
  | 'ec-point'
  | 'ec-explicit-parameters'
  | 'dsa'
  | 'algorithm'
  | 'uncommon'
  | 'key-value';

export interface KeyFinding {
  readonly code: KeyFindingCode;
  readonly message: string;
}

export interface KeyVerdict {
  readonly refusals: readonly KeyFinding[];
  readonly warnings: readonly KeyFinding[];
}

/** Judges a key. A refused key must not be used, not even to verify: some of them verify anything. */
export function checkKey(key: PublicKeyInfo, policy: KeyPolicy): KeyVerdict {
  const refusals: KeyFinding[] = [];
  const warnings: KeyFinding[] = [];
  if (key.malformed !== undefined) {
    refusals.push({ code: 'key-value', message: `The public key is malformed: ${key.malformed.message}.` });
    return { refusals, warnings };
  }
  switch (key.algorithm) {
    case 'rsa':
    case 'rsa-pss':
      checkRsa(key, policy, refusals, warnings);
      break;
    case 'ec':
      checkEc(key, refusals);
      break;
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      if (policy === 'upload') {
        warnings.push({ code: 'uncommon', message: `Browsers and SIP peers may refuse ${key.algorithm} keys.` });
      }
      break;
    case 'dsa':
      refusals.push({ code: 'dsa', message: 'DSA keys are not accepted; make an RSA or ECDSA key.' });
      break;
    default:
      refusals.push({ code: 'algorithm', message: `Keys of the algorithm ${key.oid} cannot be used.` });
  }
  return { refusals, warnings };
}

/** Smallest and largest RSA modulus, in bits, and the range in which nothing is said. */
const rsaSizes: Readonly<Record<KeyPolicy, { min: number; max: number; quietMin: number; quietMax: number }>> = {
  own: { min: 2048, max: 4096, quietMin: 2048, quietMax: 4096 },
  upload: { min: 1024, max: 8192, quietMin: 2048, quietMax: 4096 },
  peer: { min: 2048, max: 8192, quietMin: 2048, quietMax: 8192 },
};

function checkRsa(key: PublicKeyInfo, policy: KeyPolicy, refusals: KeyFinding[], warnings: KeyFinding[]): void {
  const { modulus, exponent, bits } = key;
  if (modulus === undefined || exponent === undefined || bits === undefined) return;
  const size = rsaSizes[policy];
  const tooSmall = bits < size.min;
  if (tooSmall || bits > size.max) {
    refusals.push({
      code: 'rsa-size',
      message: `The RSA key has ${bits} bits; ${size.min} to ${size.max} are accepted.`,
    });
  } else if (bits < size.quietMin) {
    warnings.push({ code: 'rsa-size', message: `The RSA key has only ${bits} bits; 2048 or more are advised.` });
  } else if (bits > size.quietMax) {
    warnings.push({
      code: 'rsa-size',
      message: `The RSA key has ${bits} bits; SIP TLS connections may fail with more than 4096.`,
    });
  }
  if (bits % 8 !== 0) {
    refusals.push({ code: 'rsa-size-odd', message: `The RSA key has ${bits} bits, which is not a multiple of 8.` });
  }
  checkExponent(exponent, policy, refusals);
  if (modulus[modulus.length - 1]! % 2 === 0) {
    refusals.push({ code: 'rsa-even-modulus', message: 'The RSA modulus is even, so the key is broken.' });
    return;
  }
  // Arithmetic on what is refused anyway would only cost time.
  if (bits > size.max) return;
  const weakness = rsaWeakness(modulus);
  if (weakness?.kind === 'small-factor') {
    refusals.push({
      code: 'rsa-small-factor',
      message: `The RSA modulus is divisible by ${weakness.factor}: the key is broken.`,
    });
  } else if (weakness?.kind === 'roca') {
    refusals.push({
      code: 'rsa-roca',
      message: 'The RSA key was made by a chip with the ROCA flaw (CVE-2017-15361) and can be broken.',
    });
  } else if (weakness?.kind === 'close-primes') {
    refusals.push({
      code: 'rsa-close-primes',
      message: 'The two primes of the RSA key are so close that it is broken.',
    });
  }
}

/** Odd; 65537 to 2^32 for keys made here, 3 to 2^64 for others. */
function checkExponent(exponent: Uint8Array, policy: KeyPolicy, refusals: KeyFinding[]): void {
  const value = exponent.length > 9 ? 2n ** 72n : BigInt(`0x${Buffer.from(exponent).toString('hex')}`);
  const [min, max] = policy === 'own' ? [65537n, 2n ** 32n] : [3n, 2n ** 64n];
  const even = exponent[exponent.length - 1]! % 2 === 0;
  if (value < min || value > max || even) {
    refusals.push({
      code: 'rsa-exponent',
      message: `The RSA exponent is ${exponent.length > 9 ? 'huge' : value}; it must be odd and from ${min} to ${max}.`,
    });
  }
}

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function checkEc(key: PublicKeyInfo, refusals: KeyFinding[]): void {
  // RFC 5480 2.1.1: explicit parameters MUST NOT be used.
  if (key.parameters?.[0] !== OBJECT_IDENTIFIER) {
    refusals.push({
      code: 'ec-explicit-parameters',
      message: 'The EC key spells out its curve instead of naming one.',
    });
    return;
  }
  if (key.curve === undefined || !curves.has(key.curve)) {
    refusals.push({
      code: 'ec-curve',
      message: `The curve ${key.curve ?? ''} is not accepted: P-256, P-384, P-521 are.`,
    });
    return;
  }
  try {
    key.keyObject();
  } catch (thrown) {
    if (!(thrown instanceof PkiRefusal)) throw thrown;
    refusals.push({ code: 'ec-point', message: `The public point is not on the curve ${key.curve}.` });
  }
}
