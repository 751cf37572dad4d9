/** CRL distribution points and freshest CRL (RFC 5280 4.2.1.13, 4.2.1.15). */
import { DerReader } from '../../der/reader.ts';
import { SEQUENCE } from '../../der/tag.ts';
import { type Attribute, attributesOf, readRdn } from '../../name/distinguished-name.ts';
import { type GeneralName, readGeneralNames } from '../../name/general-name.ts';
import { decoder } from './extension-decoder.ts';
import { namedBits } from './named-bits.ts';

/** The flags of ReasonFlags, by the names of CRLReason; the first bit is unused. */
export const reasonFlags = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type RevocationReason = (typeof reasonFlags)[number] | 'removeFromCRL';

export interface DistributionPointName {
  readonly fullName?: readonly GeneralName[];
  /** An RDN to be appended to the name of the CRL's issuer. */
  readonly relativeName?: readonly Attribute[];
}

export interface DistributionPoint {
  readonly name?: DistributionPointName;
  readonly reasons?: ReadonlySet<RevocationReason>;
  readonly crlIssuer?: readonly GeneralName[];
}

export const crlDistributionPoints = decoder('2.5.29.31', (reader): readonly DistributionPoint[] =>
  readDistributionPoints(reader, 'cRLDistributionPoints'),
);

export const freshestCrl = decoder('2.5.29.46', (reader): readonly DistributionPoint[] =>
  readDistributionPoints(reader, 'freshestCRL'),
);

/** DistributionPointName, a CHOICE and so explicitly tagged [0]. */
export function readDistributionPointName(reader: DerReader): DistributionPointName {
  const outer = reader.enter(0xa0, 'distributionPoint');
  let name: DistributionPointName;
  if (reader.peek() === 0xa1) {
    const start = reader.position;
    readRdn(reader, 0xa1, 'nameRelativeToCRLIssuer');
    const rdn = new DerReader(reader.der, start, reader.position);
    rdn.enter(0xa1, 'nameRelativeToCRLIssuer');
    name = { relativeName: attributesOf(rdn) };
  } else {
    name = { fullName: readGeneralNames(reader, 'fullName', 0xa0) };
  }
  reader.leave(outer, 'distributionPoint');
  return name;
}

/** ReasonFlags under the tag it has here. */
export function readReasons(reader: DerReader, tag: number): ReadonlySet<RevocationReason> {
  return namedBits(reader, 'reasons', reasonFlags, tag);
}

function readDistributionPoints(reader: DerReader, what: string): DistributionPoint[] {
  const outer = reader.enter(SEQUENCE, what);
  const points: DistributionPoint[] = [];
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  while (reader.more) {
    const point: { -readonly [K in keyof DistributionPoint]: DistributionPoint[K] } = {};
    const inner = reader.enter(SEQUENCE, what);
    if (reader.peek() === 0xa0) point.name = readDistributionPointName(reader);
    if (reader.peek() === 0x81) point.reasons = readReasons(reader, 0x81);
    if (reader.peek() === 0xa2) point.crlIssuer = readGeneralNames(reader, 'cRLIssuer', 0xa2);
    reader.leave(inner, what);
    points.push(point);
  }
  reader.leave(outer, what);
  return points;
}
