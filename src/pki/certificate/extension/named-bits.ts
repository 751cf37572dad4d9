/** BIT STRINGs whose bits have names. */
import type { DerReader } from '../../der/reader.ts';
import { BIT_STRING } from '../../der/tag.ts';

/** The names of the bits that are set; bits without a name are passed over. */
export function namedBits<T extends string>(
  reader: DerReader,
  what: string,
  names: readonly T[],
  tag = BIT_STRING,
): ReadonlySet<T> {
  reader.bitString(what, tag);
  const set = new Set<T>();
  const bits = Math.min(names.length, (reader.stop - reader.content) * 8);
  for (let bit = 0; bit < bits; bit++) {
    if ((reader.der[reader.content + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0) set.add(names[bit]!);
  }
  return set;
}
