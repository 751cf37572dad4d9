import type { PublicKeyInfo } from '../key/public-key.ts';
import type { AlgorithmIdentifier } from './certificate.ts';

export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

export function verifySignedBy(_signed: Signed, _issuerKey: PublicKeyInfo): boolean {
  throw new Error('being written');
}
