import type { PublicKeyInfo } from './public-key.ts';

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

export function checkKey(_key: PublicKeyInfo, _policy: KeyPolicy): KeyVerdict {
  throw new Error('being written');
}
