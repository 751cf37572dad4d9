/** The shape of almost every CRL entry, recognised and indexed by whole words: a million take some 40 milliseconds. */
import { hashAt } from './serial-hash.ts';

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
 * what reading refuses. One loop that calls nothing large, so that it is compiled into one piece.
 */
export function indexPlainEntries(run: IndexRun, most: number, version: 1 | 2): boolean {
  const { view, table, end } = run;
  const mask = table.length - 1;
  let { at } = run;
  let count = 0;
  while (count < most && at + shortest <= end) {
    const head = view.getInt32(at);
    const serialLength = head & 0xff;
    const stop = at + 2 + ((head >>> 16) & 0xff);
    const time = at + 4 + serialLength;
    const rest = stop - time - 15;
    // SEQUENCE of less than 128 octets, which begins with an INTEGER of 1 to 20 octets
    if ((head & 0x80ff00) !== 0x200 || head >>> 24 !== 0x30 || serialLength === 0 || serialLength > 20) break;
    if (stop > end || (rest !== 0 && (rest !== 14 || version === 1 || !isReason(view, time + 15)))) break;
    if (serialLength > 1 && !isMinimal(view.getInt16(at + 4))) break;
    if (view.getInt16(time) !== 0x170d || !isPlainTime(view, time + 2)) break;
    let slot = hashAt(view, at + 4, serialLength) & mask;
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

/** X.690 8.3.2: the first nine bits are not all the same. */
function isMinimal(first: number): boolean {
  const nine = first >> 7;
  return nine !== 0 && nine !== -1;
}

/** YYMMDDHHMMSSZ with every member in its range; leap days are left to the full reading. */
function isPlainTime(view: DataView, at: number): boolean {
  const yearMonth = view.getInt32(at);
  const dayHour = view.getInt32(at + 4);
  const minuteSecond = view.getInt32(at + 8);
  if (!areDigits(yearMonth) || !areDigits(dayHour) || !areDigits(minuteSecond)) return false;
  if (view.getUint8(at + 12) !== 0x5a) return false;
  const month = twoDigits(yearMonth);
  const day = twoDigits(dayHour >> 16);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || (month !== 2 && day <= 30) || (day === 31 && ((monthsOf31 >> month) & 1) === 1)) &&
    twoDigits(dayHour) <= 23 &&
    twoDigits(minuteSecond >> 16) <= 59 &&
    twoDigits(minuteSecond) <= 59
  );
}

const monthsOf31 = 0b1_0101_1010_1010;

function areDigits(word: number): boolean {
  return (word & 0xf0f0f0f0) === zeroes && ((word + 0x06060606) & 0xf0f0f0f0) === zeroes;
}

const zeroes = 0x30303030;

/** The number in the two digits of the lower half. */
function twoDigits(word: number): number {
  return ((word >> 8) & 15) * 10 + (word & 15);
}

/** Extensions that are a reason code and nothing else (RFC 5280 5.3.1); 7 is not used. */
function isReason(view: DataView, at: number): boolean {
  const reason = view.getUint8(at + 13);
  return (
    view.getInt32(at) === 0x300c300a &&
    view.getInt32(at + 4) === 0x0603551d &&
    view.getInt32(at + 8) === 0x1504030a &&
    view.getUint8(at + 12) === 1 &&
    reason <= 10 &&
    reason !== 7
  );
}
