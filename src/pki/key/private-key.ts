import type { KeyObject } from 'node:crypto';
import type { Result } from '../../lib/result.ts';
import type { PkiError } from '../pki-error.ts';
import type { PublicKeyInfo } from './public-key.ts';

export interface PrivateKey {
  readonly algorithm: PublicKeyInfo['algorithm'];
  readonly form: 'pkcs8' | 'pkcs1' | 'sec1';
  readonly keyObject: KeyObject;
  /** SubjectPublicKeyInfo of the public half, DER. */
  readonly publicKeyInfo: Uint8Array;
  readonly publicKey: PublicKeyInfo;
}

/** DER (PKCS#8, PKCS#1, SEC1) or PEM text or bytes; an encrypted key is refused as `key.password-protected`. */
export function parsePrivateKey(_bytes: Uint8Array | string): Result<PrivateKey, PkiError> {
  throw new Error('being written');
}
