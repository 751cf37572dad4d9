/** The shape of almost every CRL entry, recognised and indexed by whole words: a million take some 40 milliseconds. */
/** How far an indexing has come. */
export interface IndexRun {
  readonly view: DataView;
  /** As in `CrlIndexParts`, with room for the entries still to come. */
  table: Uint32Array;
  /** Offset of the next entry. */
  at: number;
  readonly end: number;
  /** Entries indexed so far. */
  count: number;
}

/**
 * Indexes entries as long as they are good and of the usual shape: serial number, UTCTime, and a reason code alone or
 * nothing; at most `most`. False when the very next entry is another, which then must be read in full. Never lets pass
 * what reading refuses. One flat loop over words: the first thousand entries run before anything is compiled, when
 * each call counts.
 */
export function indexPlainEntries(run: IndexRun, most: number, version: 1 | 2): boolean {
  const { view, table, end } = run;
  const mask = table.length - 1;
  let { at } = run;
  let count = 0;
  while (count < most && at + shortest <= end) {
    const head = view.getInt32(at);
    const length = head & 0xff;
    const serial = at + 4;
    const time = serial + length;
    const stop = at + 2 + ((head >> 16) & 0xff);
    const rest = stop - time - 15;
    // SEQUENCE of less than 128 octets, which begins with an INTEGER of 1 to 20 octets
    if ((head & 0xff80ff00) !== 0x30000200 || length === 0 || length > 20) break;
    if (stop > end || rest < 0) break;
    const word = view.getInt32(serial);
    let hash = length;
    let octet = serial;
    if (length > 3) {
      const product = Math.imul(hash ^ word, multiplier);
      hash = product ^ (product >>> 15);
      octet += 4;
    }
    for (; octet + 4 <= time; octet += 4) {
      const product = Math.imul(hash ^ view.getInt32(octet), multiplier);
      hash = product ^ (product >>> 15);
    }
    for (; octet < time; octet++) {
      const product = Math.imul(hash ^ view.getUint8(octet), multiplier);
      hash = product ^ (product >>> 15);
    }
    // X.690 8.3.2: the first nine bits of an INTEGER are not all the same
    if (length > 1 && (word >> 23 === 0 || word >> 23 === -1)) break;
    // UTCTime YYMMDDHHMMSSZ: the last word overlaps the one before, not to read beyond
    const year = view.getInt32(time);
    const monthDay = view.getInt32(time + 4);
    const hourMinute = view.getInt32(time + 8);
    const second = view.getInt32(time + 11);
    if (((year & 0xfffff0f0) | 0) !== 0x170d3030 || ((year + 0x0606) & 0xf0f0) !== 0x3030) break;
    if ((monthDay & highs) !== zeroes || ((monthDay + sixes) & highs) !== zeroes) break;
    if ((hourMinute & highs) !== zeroes || ((hourMinute + sixes) & highs) !== zeroes) break;
    if ((second & 0xf0f0ff) !== 0x30305a || ((second + 0x060600) & 0xf0f000) !== 0x303000) break;
    const month = ((monthDay >> 24) & 15) * 10 + ((monthDay >> 16) & 15);
    const day = ((monthDay >> 8) & 15) * 10 + (monthDay & 15);
    // leap days are left to the full reading
    if (month < 1 || month > 12 || day < 1 || day > 31) break;
    if (day > 28 && (month === 2 || (day === 31 && ((monthsOf31 >> month) & 1) === 0))) break;
    if (((hourMinute >> 24) & 15) * 10 + ((hourMinute >> 16) & 15) > 23) break;
    if (((hourMinute >> 8) & 15) > 5 || ((second >> 16) & 15) > 5) break;
    if (rest !== 0) {
      // RFC 5280 5.3.1: a reason code and nothing else; 7 is not used
      const reason = view.getInt16(stop - 2) - 0x0100;
      if (rest !== 14 || version === 1 || reason < 0 || reason > 10 || reason === 7) break;
      if (view.getInt32(time + 15) !== 0x300c300a || view.getInt32(time + 19) !== 0x0603551d) break;
      if (view.getInt32(time + 23) !== 0x1504030a) break;
    }
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = at;
    at = stop;
    count++;
  }
  run.at = at;
  run.count += count;
  return count > 0;
}

/** SEQUENCE, INTEGER of one octet, UTCTime. */
const shortest = 2 + 3 + 15;

/** Four digits, the half octets above them, and what carries from 9 to beyond. */
const [zeroes, highs, sixes] = [0x30303030, 0xf0f0f0f0 | 0, 0x06060606];

/** As in serial-hash.ts. */
const multiplier = 0x2c1b3c6d;

const monthsOf31 = 0b1_0101_1010_1010;
