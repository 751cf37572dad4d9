/** The hash over a serial number, and the table of entry offsets it leads into. */

/** Puts the entry at an offset, whose form has been checked, into a table that has a free slot. */
export function insertEntry(view: DataView, table: Uint32Array, entry: number): void {
  const mask = table.length - 1;
  const first = view.getUint8(entry + 1);
  const serial = first < 0x80 ? entry + 2 : entry + 2 + (first & 0x7f);
  const length = view.getUint8(serial + 1);
  // a serial number of 128 octets and more is looked up by nobody
  let slot = length < 0x80 ? hashAt(view, serial + 2, length) & mask : 0;
  while (table[slot] !== 0) slot = (slot + 1) & mask;
  table[slot] = entry;
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
