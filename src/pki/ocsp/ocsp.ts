import type { Result } from '../../lib/result.ts';
import type { AlgorithmIdentifier, Certificate } from '../certificate/certificate.ts';
import type { Extension, RevocationReason } from '../certificate/extension/extension-set.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { PkiError } from '../pki-error.ts';

export interface CertId {
  readonly der: Uint8Array;
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serial: Uint8Array;
}

export interface OcspRequest {
  readonly der: Uint8Array;
  readonly requestorName?: GeneralName;
  readonly requests: readonly { readonly certId: CertId; readonly extensions: readonly Extension[] }[];
  readonly extensions: readonly Extension[];
  readonly nonce?: Uint8Array;
}

export type OcspStatus = 'good' | 'revoked' | 'unknown';

export interface SingleResponse {
  readonly certId: CertId;
  readonly status: OcspStatus;
  readonly revokedAt?: number;
  readonly reason?: RevocationReason;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly extensions: readonly Extension[];
}

export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized';

export interface BasicOcspResponse {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly responder: { readonly name: DistinguishedName } | { readonly keyHash: Uint8Array };
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  readonly nonce?: Uint8Array;
  readonly certificates: readonly Certificate[];
}

export interface OcspResponse {
  readonly der: Uint8Array;
  readonly status: OcspResponseStatus;
  /** Present exactly when the status is `successful`. */
  readonly basic?: BasicOcspResponse;
}

export function parseOcspRequest(_der: Uint8Array): Result<OcspRequest, PkiError> {
  throw new Error('being written');
}

export function parseOcspResponse(_der: Uint8Array): Result<OcspResponse, PkiError> {
  throw new Error('being written');
}
