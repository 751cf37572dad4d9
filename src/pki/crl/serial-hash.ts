/** The hash over a serial number, and the table of entry offsets it leads into. */

/**
 * A word of a table is 0 or holds the offset of an entry and, above it, five bits of the hash: of the entries that share
 * a slot nearly all are told apart without a look at them, which takes longer than all the rest.
 */
const offsetBits = 27;

/** The most octets over which a table can be made. */
export const mostTableOctets = 2 ** offsetBits;

/** Words for so many entries: two thirds full, so that a run of full slots stays short. */
export function tableLength(entries: number): number {
  return Math.max(4, Math.ceil(entries * 1.5));
}

/** The slot at which the search for a hash begins; the next one follows, after the last comes the first. */
export function firstSlot(hash: number, length: number): number {
  return (((hash >>> 0) * length) / 0x1_0000_0000) | 0;
}

/** Whether the entry of a word may have this hash. */
export function mayHaveHash(word: number, hash: number): boolean {
  return (word ^ (hash << offsetBits)) >>> offsetBits === 0;
}

/** The offset of the entry of a word. */
export function entryOfWord(word: number): number {
  return word & (mostTableOctets - 1);
}

/** Puts the entry at an offset, whose form has been checked, into a table that has a free slot. */
export function insertEntry(view: DataView, table: Uint32Array, entry: number): void {
  const first = view.getUint8(entry + 1);
  const serial = first < 0x80 ? entry + 2 : entry + 2 + (first & 0x7f);
  const length = view.getUint8(serial + 1);
  // a serial number of 128 octets and more is looked up by nobody
  const hash = length < 0x80 ? hashAt(view, serial + 2, length) : 0;
  let slot = firstSlot(hash, table.length);
  while (table[slot] !== 0) slot = slot + 1 === table.length ? 0 : slot + 1;
  table[slot] = (hash << offsetBits) | entry;
}

/** The hash of the octets at an offset. Every one counts: the numbers of one CA often differ only in the last ones. */
export function hashAt(view: DataView, start: number, length: number): number {
  let at = start;
  let h = length;
  for (const stop = start + (length & ~3); at < stop; at += 4) h = mix(h, view.getInt32(at));
  for (const stop = start + length; at < stop; at++) h = mix(h, view.getUint8(at));
  return h ^ (h >>> 15);
}

/** The same of octets without a DataView over them. */
export function hashOctets(octets: Uint8Array, from: number, to: number): number {
  let h = to - from;
  let at = from;
  for (const stop = from + ((to - from) & ~3); at < stop; at += 4) {
    h = mix(h, (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!);
  }
  for (; at < to; at++) h = mix(h, octets[at]!);
  return h ^ (h >>> 15);
}

function mix(h: number, word: number): number {
  const product = Math.imul(h ^ word, 0x2c1b3c6d);
  return product ^ (product >>> 15);
}
