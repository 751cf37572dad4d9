import type { Result } from '../../lib/result.ts';
import type { AlgorithmIdentifier } from '../certificate/certificate.ts';
import { ExtensionSet } from '../certificate/extension/extension-set.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import type { PkiError } from '../pki-error.ts';

export interface CsrAttribute {
  readonly oid: string;
  /** DER of each value of the SET. */
  readonly values: readonly Uint8Array[];
  readonly offset: number;
}

export class CertificationRequest extends ExtensionSet {
  declare readonly der: Uint8Array;
  /** DER of CertificationRequestInfo: what the signature covers. */
  declare readonly info: Uint8Array;
  declare readonly version: number;
  declare readonly subject: DistinguishedName;
  declare readonly publicKey: PublicKeyInfo;
  declare readonly publicKeyInfo: Uint8Array;
  declare readonly attributes: readonly CsrAttribute[];
  declare readonly challengePassword: string | undefined;
  declare readonly unstructuredName: string | undefined;
  declare readonly signatureAlgorithm: AlgorithmIdentifier;
  declare readonly signature: Uint8Array;
}

export function parseCsr(_der: Uint8Array): Result<CertificationRequest, PkiError> {
  throw new Error('being written');
}

export function verifyCsrSignature(_csr: CertificationRequest): boolean {
  throw new Error('being written');
}
