/**
 * Look-up of serial numbers in a CRL of any size: a hash table of offsets over the DER bytes, no object per entry.
 * RFC 5280 5.1.2.6. A table of 1,000,000 entries takes 8 MiB beside the bytes and one pass to make.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import type { PkiError } from '../pki-error.ts';

/** Where the content of revokedCertificates lies in the CRL; empty where the field is absent. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

export interface CrlIndexData {
  readonly der: Uint8Array;
  readonly range: EntryRange;
  readonly entryCount: number;
  /** Offsets of entries, open addressing; 0 is a free slot. Its length is a power of two. */
  readonly table: Uint32Array;
  /** Offsets of the entries that name a certificate issuer of their own, ascending; empty for direct CRLs. */
  readonly issuerEntries: Uint32Array;
}

/** Every limit an index keeps to. */
export const crlIndexLimits = { entries: 1_000_000, serialOctets: 64 } as const;

const certificateIssuerOid = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x1d);

/** Walks the entries once, strictly enough that nothing later reads outside an entry. */
export function indexEntries(der: Uint8Array, range: EntryRange): Result<CrlIndexData, PkiError> {
  const count = countEntries(der, range);
  if (typeof count !== 'number') return err(count);
  const table = new Uint32Array(new SharedArrayBuffer(tableSize(count) * 4));
  const mask = table.length - 1;
  const issuerEntries: number[] = [];
  let at = range.start;
  for (let i = 0; i < count; i++) {
    const content = contentStart(der, at);
    const end = content + contentLength(der, at);
    const serial = contentStart(der, content);
    const serialLength = der[content + 1]!;
    let slot = hash(der, serial, serialLength) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = at;
    // an entry longer than serial and time has extensions; only those of indirect CRLs name an issuer
    const time = serial + serialLength;
    const extensions = time + 2 + der[time + 1]!;
    if (extensions < end && indexOfBytes(der, certificateIssuerOid, extensions, end)) issuerEntries.push(at);
    at = end;
  }
  return ok({ der, range, entryCount: count, table, issuerEntries: Uint32Array.from(issuerEntries) });
}

/** Offsets of all entries with this serial number (content octets of the INTEGER), in no order. */
export function findEntries(index: CrlIndexData, serial: Uint8Array): readonly number[] {
  const { der, table } = index;
  const mask = table.length - 1;
  const found: number[] = [];
  if (index.entryCount === 0) return found;
  for (let slot = hash(serial, 0, serial.length) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
    const content = contentStart(der, table[slot]!);
    if (der[content + 1] !== serial.length) continue;
    const start = contentStart(der, content);
    let i = 0;
    while (i < serial.length && der[start + i] === serial[i]) i++;
    if (i === serial.length) found.push(table[slot]!);
  }
  return found;
}

/**
 * The entry whose certificateIssuer holds for the entry at `offset`: itself or the nearest one before it (RFC 5280
 * 5.3.3); undefined while the CRL's own issuer holds.
 */
export function issuerEntryFor(index: CrlIndexData, offset: number): number | undefined {
  const { issuerEntries } = index;
  let low = 0;
  let high = issuerEntries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (issuerEntries[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : issuerEntries[low - 1];
}

/** The DER of the entry at `offset`, a view. */
export function entryBytes(index: CrlIndexData, offset: number): Uint8Array {
  return index.der.subarray(offset, contentStart(index.der, offset) + contentLength(index.der, offset));
}

function countEntries(der: Uint8Array, { start, end }: EntryRange): number | PkiError {
  let count = 0;
  let at = start;
  while (at < end) {
    const refusal = checkEntry(der, at, end);
    if (refusal !== undefined) return refusal;
    if (++count > crlIndexLimits.entries)
      return fault('crl.entries', `the CRL has more than ${crlIndexLimits.entries} entries`, at);
    at = contentStart(der, at) + contentLength(der, at);
  }
  return count;
}

/** SEQUENCE { INTEGER, UTCTime or GeneralizedTime, SEQUENCE OPTIONAL }, all lengths minimal and inside. */
function checkEntry(der: Uint8Array, at: number, end: number): PkiError | undefined {
  const content = checkElement(der, at, end, 0x30);
  if (typeof content !== 'number') return content;
  const stop = content + contentLength(der, at);
  const serial = checkElement(der, content, stop, 0x02);
  if (typeof serial !== 'number') return serial;
  const serialLength = contentLength(der, content);
  if (serialLength === 0 || serialLength > crlIndexLimits.serialOctets)
    return fault('crl.entries', 'a serial number is empty or too long', content);
  if (
    serialLength > 1 &&
    ((der[serial] === 0 && der[serial + 1]! < 0x80) || (der[serial] === 0xff && der[serial + 1]! >= 0x80))
  ) {
    return fault('der.integer', 'a serial number is not encoded minimally', content);
  }
  const time = serial + serialLength;
  const timeStart = checkElement(der, time, stop, der[time] === 0x18 ? 0x18 : 0x17);
  if (typeof timeStart !== 'number') return timeStart;
  if (
    contentLength(der, time) !== (der[time] === 0x18 ? 15 : 13) ||
    der[timeStart + contentLength(der, time) - 1] !== 0x5a
  ) {
    return fault('der.time', 'a revocation date is not of the form YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ', time);
  }
  const extensions = timeStart + contentLength(der, time);
  if (extensions === stop) return undefined;
  const extensionStart = checkElement(der, extensions, stop, 0x30);
  if (typeof extensionStart !== 'number') return extensionStart;
  return extensionStart + contentLength(der, extensions) === stop
    ? undefined
    : fault('der.trailing-bytes', 'an entry goes on after its extensions', extensions);
}

/** Start of the content when tag, length form and end are good. */
function checkElement(der: Uint8Array, at: number, end: number, tag: number): number | PkiError {
  if (at + 2 > end) return fault('der.truncated', 'an entry ends too early', at);
  if (der[at] !== tag) return fault('der.tag', 'an entry holds an element of another type', at);
  const first = der[at + 1]!;
  if (first === 0x80 || first > 0x83) return fault('der.length', 'an entry has a length that is not allowed', at);
  const octets = first < 0x80 ? 0 : first - 0x80;
  if (at + 2 + octets > end) return fault('der.truncated', 'an entry ends too early', at);
  const length = contentLength(der, at);
  if ((octets === 1 && length < 0x80) || (octets === 2 && length < 0x100) || (octets === 3 && length < 0x10000)) {
    return fault('der.length', 'a length is not encoded minimally', at);
  }
  const start = at + 2 + octets;
  return start + length > end ? fault('der.truncated', 'an entry claims more than there is', at) : start;
}

function contentStart(der: Uint8Array, at: number): number {
  const first = der[at + 1]!;
  return first < 0x80 ? at + 2 : at + 2 + (first & 0x7f);
}

function contentLength(der: Uint8Array, at: number): number {
  const first = der[at + 1]!;
  if (first < 0x80) return first;
  let length = 0;
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + der[at + 2 + i]!;
  return length;
}

/** FNV-1a with a final mix: serial numbers of one CA often differ only in their last octets. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < start + length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d) ^ (h >>> 12);
}

/** At most two thirds full. */
function tableSize(count: number): number {
  let size = 4;
  while (size * 2 < count * 3) size *= 2;
  return size;
}

function indexOfBytes(der: Uint8Array, wanted: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + wanted.length <= end; at++) {
    let i = 0;
    while (i < wanted.length && der[at + i] === wanted[i]) i++;
    if (i === wanted.length) return true;
  }
  return false;
}

function fault(code: PkiError['code'], message: string, offset: number): PkiError {
  return { code, message, offset };
}
