import type { Result } from '../../lib/result.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import type { PkiError } from '../pki-error.ts';
import { ExtensionSet } from './extension/extension-set.ts';

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly der: Uint8Array;
  readonly parameters?: Uint8Array;
}

export interface CertificateLimits {
  readonly maxBytes?: number;
  readonly maxExtensions?: number;
  /** Leaves the content of extensions unchecked until they are read or `checkExtensions` is called. */
  readonly deferExtensions?: boolean;
}

/** What RFC 5280 forbids but an anchor may be forgiven for. */
export type CertificateFinding =
  | 'serial-negative'
  | 'serial-zero'
  | 'serial-too-long'
  | 'signature-algorithms-differ'
  | 'generalized-time-before-2050'
  | 'empty-issuer'
  | 'not-version-3';

export class Certificate extends ExtensionSet {
  declare readonly der: Uint8Array;
  declare readonly tbs: Uint8Array;
  declare readonly version: 1 | 2 | 3;
  declare readonly serial: Uint8Array;
  declare readonly signatureAlgorithm: AlgorithmIdentifier;
  declare readonly tbsSignatureAlgorithm: Uint8Array;
  declare readonly issuer: DistinguishedName;
  declare readonly subject: DistinguishedName;
  /** Milliseconds since 1970. */
  declare readonly notBefore: number;
  /** Milliseconds since 1970; the certificate is good through the end of that second. */
  declare readonly notAfter: number;
  declare readonly publicKeyInfo: Uint8Array;
  declare readonly publicKey: PublicKeyInfo;
  declare readonly signature: Uint8Array;
  declare readonly issuerUniqueId: Uint8Array | undefined;
  declare readonly subjectUniqueId: Uint8Array | undefined;
  declare readonly findings: readonly CertificateFinding[];
}

export function parseCertificate(_der: Uint8Array, _limits: CertificateLimits = {}): Result<Certificate, PkiError> {
  throw new Error('being written');
}

export function isSelfIssued(_certificate: Certificate): boolean {
  throw new Error('being written');
}

export function fingerprint(_der: Uint8Array, _hash: 'sha256' | 'sha1' = 'sha256'): Uint8Array {
  throw new Error('being written');
}
