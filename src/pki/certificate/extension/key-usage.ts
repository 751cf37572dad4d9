/** Key usage (RFC 5280 4.2.1.3). */
import { BIT_STRING } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';
import { namedBits } from './named-bits.ts';

/** Names of the bits in the order of their numbers. */
export const keyUsages = [
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

export type KeyUsage = (typeof keyUsages)[number];

/** The few sets that nearly all certificates hold, by their bits: a set takes longer to make than all the rest to read. */
const known: (ReadonlySet<KeyUsage> | undefined)[] = [];

export const keyUsage = decoder('2.5.29.15', (reader): ReadonlySet<KeyUsage> => {
  const { der, position } = reader;
  // a BIT STRING of one octet; its form is checked before it is known
  const usual = der[position + 1] === 2 ? (der[position + 2]! << 8) | der[position + 3]! : -1;
  const same = usual < 0 || der[position] !== BIT_STRING ? undefined : known[usual];
  if (same !== undefined) {
    reader.next('keyUsage');
    return same;
  }
  const usage = namedBits(reader, 'keyUsage', keyUsages);
  // RFC 5280 4.2.1.3: at least one bit is set.
  if (usage.size === 0) reader.fail('extension.empty', 'keyUsage allows nothing', reader.start);
  if (usual >= 0) known[usual] = usage;
  return usage;
});
