/** Issuing distribution point (RFC 5280 5.2.5): which certificates a CRL speaks about. */
import {
  type DistributionPointName,
  type RevocationReason,
  readDistributionPointName,
  readReasons,
} from '../../certificate/extension/distribution-points.ts';
import { decoder } from '../../certificate/extension/extension-decoder.ts';
import { SEQUENCE } from '../../der/tag.ts';

export interface IssuingDistributionPoint {
  readonly name?: DistributionPointName;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCaCerts: boolean;
  readonly onlySomeReasons?: ReadonlySet<RevocationReason>;
  readonly indirectCrl: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

export const issuingDistributionPoint = decoder('2.5.29.28', (reader): IssuingDistributionPoint => {
  const outer = reader.enter(SEQUENCE, 'issuingDistributionPoint');
  // RFC 5280 5.2.5: never an empty sequence.
  if (!reader.more) reader.fail('extension.empty', 'issuingDistributionPoint is empty', reader.start);
  const name = reader.peek() === 0xa0 ? { name: readDistributionPointName(reader) } : {};
  const onlyContainsUserCerts = reader.defaultFalse('onlyContainsUserCerts', 0x81);
  const onlyContainsCaCerts = reader.defaultFalse('onlyContainsCACerts', 0x82);
  const reasons = reader.peek() === 0x83 ? { onlySomeReasons: readReasons(reader, 0x83) } : {};
  const indirectCrl = reader.defaultFalse('indirectCRL', 0x84);
  const onlyContainsAttributeCerts = reader.defaultFalse('onlyContainsAttributeCerts', 0x85);
  reader.leave(outer, 'issuingDistributionPoint');
  // RFC 5280 5.2.5: at most one of the three.
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCaCerts) + Number(onlyContainsAttributeCerts) > 1) {
    reader.fail('extension.value', 'issuingDistributionPoint excludes every certificate');
  }
  return { ...name, onlyContainsUserCerts, onlyContainsCaCerts, ...reasons, indirectCrl, onlyContainsAttributeCerts };
});
