import type { KeyObject } from 'node:crypto';
import type { Result } from '../../lib/result.ts';
import type { PkiError } from '../pki-error.ts';

export type PublicKeyAlgorithm =
  | 'rsa'
  | 'rsa-pss'
  | 'ec'
  | 'ed25519'
  | 'ed448'
  | 'x25519'
  | 'x448'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'
  | 'dsa'
  | 'unknown';

export interface PublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: PublicKeyAlgorithm;
  readonly oid: string;
  /** Size that people name: RSA and DSA modulus, EC field. */
  readonly bits?: number;
  /** OpenSSL's name of a named curve (`prime256v1`), or the dotted OID of one not known here. */
  readonly curve?: string;
  readonly parameters?: Uint8Array;
  /** Content of the BIT STRING. */
  readonly key: Uint8Array;
  /** RSA: big-endian magnitude without leading zero. */
  readonly modulus?: Uint8Array;
  readonly exponent?: Uint8Array;
  /** The key for `node:crypto`, made once. Throws `PkiRefusal` when OpenSSL will not take it. */
  keyObject(): KeyObject;
}

export function parsePublicKey(_spki: Uint8Array): Result<PublicKeyInfo, PkiError> {
  throw new Error('being written');
}
