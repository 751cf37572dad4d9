/** Private key usage period (RFC 3280 4.2.1.4). */
import { SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

/** Milliseconds since 1970. */
export interface PrivateKeyUsagePeriod {
  readonly notBefore?: number;
  readonly notAfter?: number;
}

export const privateKeyUsagePeriod = decoder('2.5.29.16', (reader): PrivateKeyUsagePeriod => {
  const period: { notBefore?: number; notAfter?: number } = {};
  const outer = reader.enter(SEQUENCE, 'privateKeyUsagePeriod');
  if (reader.peek() === 0x80) period.notBefore = reader.generalizedTime('notBefore', 0x80);
  if (reader.peek() === 0x81) period.notAfter = reader.generalizedTime('notAfter', 0x81);
  reader.leave(outer, 'privateKeyUsagePeriod');
  return period;
});
