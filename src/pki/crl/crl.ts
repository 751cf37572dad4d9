import type { Result } from '../../lib/result.ts';
import type { AlgorithmIdentifier } from '../certificate/certificate.ts';
import type {
  AuthorityKeyIdentifier,
  DistributionPoint,
  DistributionPointName,
  Extension,
  RevocationReason,
} from '../certificate/extension/extension-set.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { PkiError } from '../pki-error.ts';

export interface IssuingDistributionPoint {
  readonly name?: DistributionPointName;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCaCerts: boolean;
  readonly onlySomeReasons?: ReadonlySet<RevocationReason>;
  readonly indirectCrl: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

/** One revoked certificate; made for each step of the walk, kept by nobody. */
export interface CrlEntry {
  readonly serial: Uint8Array;
  readonly revokedAt: number;
  readonly reason?: RevocationReason;
  readonly invalidityDate?: number;
  readonly certificateIssuer?: readonly GeneralName[];
  readonly extensions: readonly Extension[];
}

export class Crl {
  declare readonly der: Uint8Array;
  declare readonly tbs: Uint8Array;
  declare readonly version: 1 | 2;
  declare readonly signatureAlgorithm: AlgorithmIdentifier;
  declare readonly tbsSignatureAlgorithm: Uint8Array;
  declare readonly signature: Uint8Array;
  declare readonly issuer: DistinguishedName;
  declare readonly thisUpdate: number;
  declare readonly nextUpdate: number | undefined;
  declare readonly extensions: readonly Extension[];
  declare readonly crlNumber: Uint8Array | undefined;
  declare readonly baseCrlNumber: Uint8Array | undefined;
  declare readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  declare readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  declare readonly freshestCrl: readonly DistributionPoint[] | undefined;
  declare readonly unknownCriticalExtensions: readonly string[];
  declare readonly entryCount: number;

  entries(): IterableIterator<CrlEntry> {
    throw new Error('being written');
  }
}

export function parseCrl(_der: Uint8Array): Result<Crl, PkiError> {
  throw new Error('being written');
}
