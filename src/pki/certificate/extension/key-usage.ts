/** Key usage (RFC 5280 4.2.1.3). */
import { decoder } from './extension-decoder.ts';
import { namedBits } from './named-bits.ts';

const names = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof names)[number];

export const keyUsage = decoder('2.5.29.15', (reader): ReadonlySet<KeyUsage> => {
  const usage = namedBits(reader, 'keyUsage', names);
  // RFC 5280 4.2.1.3: at least one bit is set.
  if (usage.size === 0) reader.fail('extension.empty', 'keyUsage allows nothing', reader.start);
  return usage;
});
