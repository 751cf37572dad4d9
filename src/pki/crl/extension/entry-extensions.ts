/** The extensions of one CRL entry (RFC 5280 5.3). */
import type { RevocationReason } from '../../certificate/extension/distribution-points.ts';
import { decoder } from '../../certificate/extension/extension-decoder.ts';
import type { DerReader } from '../../der/reader.ts';
import { ENUMERATED } from '../../der/tag.ts';
import { type GeneralName, readGeneralNames } from '../../name/general-name.ts';

/** CRLReason (RFC 5280 5.3.1); 7 is not used. */
const reasons: readonly (RevocationReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** Reads a CRLReason. */
export function readReason(reader: DerReader): RevocationReason {
  const value = reader.smallInteger('CRLReason', 255, ENUMERATED);
  return reasons[value] ?? reader.fail('extension.value', `the reason ${value} does not exist`, reader.start);
}

export const reasonCode = decoder('2.5.29.21', readReason);

/** Milliseconds since 1970. */
export const invalidityDate = decoder('2.5.29.24', (reader): number => reader.generalizedTime('invalidityDate'));

/** Whose certificate this entry and those after it are about, in an indirect CRL (RFC 5280 5.3.3). */
export const certificateIssuer = decoder('2.5.29.29', (reader): readonly GeneralName[] =>
  readGeneralNames(reader, 'certificateIssuer'),
);
