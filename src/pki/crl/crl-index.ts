/**
 * Look-up of serial numbers in a CRL of any size (RFC 5280 5.1.2.6): a hash table of offsets over the DER bytes, made
 * in one pass that also checks every entry. No object per entry: 1,000,000 entries take 8 MiB beside the bytes.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import type { Crl } from './crl.ts';
import { CrlCursor, type CrlEntry } from './crl-entries.ts';
import { type IndexRun, indexPlainEntries } from './plain-entries.ts';
import { hashOctets, insertEntry } from './serial-hash.ts';

/** Where the content of revokedCertificates lies in the CRL; empty where the field is absent. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** What an index is made of; all of it can be shared between threads, or written and read again. */
export interface CrlIndexParts {
  readonly range: EntryRange;
  readonly entryCount: number;
  /** Offsets of entries, open addressing; 0 is a free slot. Its length is a power of two. */
  readonly table: Uint32Array;
  /** Offsets of the entries that name a certificate issuer of their own, ascending; empty for direct CRLs. */
  readonly issuerEntries: Uint32Array;
  /** Critical entry extensions that nothing here can decode (RFC 5280 5.3). */
  readonly unknownCriticalExtensions: readonly string[];
}

/** The most entries that an index takes. */
export const maxCrlEntries = 1_000_000;

/** An immutable index over the bytes of one CRL, which must not change. */
export class CrlIndex {
  readonly der: Uint8Array;
  readonly parts: CrlIndexParts;

  /** The parts must belong to these bytes; `indexCrl` makes them. */
  constructor(der: Uint8Array, parts: CrlIndexParts) {
    this.der = der;
    this.parts = parts;
  }

  get entryCount(): number {
    return this.parts.entryCount;
  }

  /**
   * Offset of an entry with this serial number (content octets of the INTEGER, `from` and `to` in the bytes given), or
   * 0; makes no object.
   */
  find(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const { table } = this.parts;
    const mask = table.length - 1;
    for (let slot = hashOctets(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const offset = table[slot]!;
      if (offset === 0 || this.#hasSerial(offset, bytes, from, to)) return offset;
    }
  }

  /** Offsets of all entries with this serial number, ascending: an indirect CRL may list it for several issuers. */
  findAll(serial: Uint8Array): readonly number[] {
    const { table } = this.parts;
    const mask = table.length - 1;
    const found: number[] = [];
    for (let slot = hashOctets(serial, 0, serial.length) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#hasSerial(table[slot]!, serial, 0, serial.length)) found.push(table[slot]!);
    }
    return found.sort((a, b) => a - b);
  }

  /** The entry at an offset, decoded. */
  entryAt(offset: number): CrlEntry {
    const cursor = new CrlCursor(this.der, offset, this.parts.range.end);
    cursor.next();
    return cursor.entry();
  }

  /**
   * Offset of the entry whose certificateIssuer holds for the entry at `offset`: itself or the nearest one before it
   * (RFC 5280 5.3.3); 0 while the CRL's own issuer holds.
   */
  issuerEntryFor(offset: number): number {
    const { issuerEntries } = this.parts;
    let low = 0;
    let high = issuerEntries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (issuerEntries[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : issuerEntries[low - 1]!;
  }

  #hasSerial(offset: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { der } = this;
    const first = der[offset + 1]!;
    const at = (first < 0x80 ? offset + 2 : offset + 2 + (first & 0x7f)) + 1;
    // a serial number of 128 octets or more has a long length, which no octet here can equal
    if (der[at] !== to - from) return false;
    // the last octets differ soonest: serial numbers of one CA may all begin alike
    for (let i = to - from; i > 0; i--) if (der[at + i] !== bytes[from + i - 1]) return false;
    return true;
  }
}

/** Indexes a CRL whose header has been parsed, and checks all its entries on the way. */
export function indexCrl(crl: Crl, limits: { maxEntries?: number } = {}): Result<CrlIndex, PkiError> {
  try {
    return ok(new CrlIndex(crl.der, new IndexBuilder(crl, limits.maxEntries ?? maxCrlEntries).build()));
  } catch (thrown) {
    if (thrown instanceof RangeError) return err({ code: 'der.too-large', message: 'no memory for it', offset: 0 });
    return refused(thrown);
  }
}

class IndexBuilder {
  readonly #der: Uint8Array;
  readonly #range: EntryRange;
  readonly #version: 1 | 2;
  readonly #maxEntries: number;
  readonly #unknown = new Set<string>();
  readonly #issuerEntries: number[] = [];

  constructor(crl: Crl, maxEntries: number) {
    this.#der = crl.der;
    this.#range = crl.entryRange;
    this.#version = crl.version;
    this.#maxEntries = maxEntries;
  }

  build(): CrlIndexParts {
    const { start, end } = this.#range;
    const view = new DataView(this.#der.buffer, this.#der.byteOffset, this.#der.byteLength);
    const expected = tableSize(estimateEntries(this.#der, start, end));
    const run: IndexRun = { view, table: newTable(Math.min(expected, firstTable)), at: start, end, count: 0 };
    while (run.at < end) {
      const room = roomIn(run.table) - run.count;
      if (room === 0) run.table = grown(view, run.table, Math.max(expected, run.table.length * 2));
      else if (!indexPlainEntries(run, Math.min(room, shortRun), this.#version)) {
        const entry = run.at;
        run.at = this.#readEntry(entry);
        insertEntry(view, run.table, entry);
        run.count++;
      }
      if (run.count > this.#maxEntries)
        throw new PkiRefusal('crl.entries', `more than ${this.#maxEntries} entries`, run.at);
    }
    const { table, count } = run;
    return {
      range: this.#range,
      entryCount: count,
      table,
      issuerEntries: Uint32Array.from(this.#issuerEntries),
      unknownCriticalExtensions: [...this.#unknown],
    };
  }

  /** Reads an entry of any shape; throws `PkiRefusal` when it is malformed. Returns where it ends. */
  #readEntry(at: number): number {
    const cursor = new CrlCursor(this.#der, at, this.#range.end);
    cursor.next();
    // RFC 5280 5.1.2.6: entry extensions make it version 2
    if (this.#version === 1 && cursor.extensionsStart !== 0)
      throw new PkiRefusal('crl.version', 'entry extensions in a CRL of version 1', cursor.extensionsStart);
    cursor.checkExtensions(this.#unknown);
    if (cursor.extensionsStart !== 0 && cursor.entry().certificateIssuer !== undefined) this.#issuerEntries.push(at);
    return cursor.stop;
  }
}

/** Entries indexed by one call: short, so that the call is compiled soon and as a whole. */
const shortRun = 500;

/** The first entries go into a small table: what it takes to fill one is then compiled before the large one is. */
const firstTable = 1_024;

/** A guess from the first entry, so that most tables are made once. */
function estimateEntries(der: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const length = der[start + 1]! < 0x80 ? der[start + 1]! + 2 : 64;
  return Math.min(maxCrlEntries, Math.ceil((end - start) / Math.max(length, 19)));
}

function tableSize(entries: number): number {
  let size = 4;
  while (size * 5 < entries * 8) size *= 2;
  return size;
}

function newTable(size: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(size * 4));
}

/** At most five eighths full, so that a run of full slots stays short. */
function roomIn(table: Uint32Array): number {
  return Math.ceil((table.length * 5) / 8);
}

function grown(view: DataView, table: Uint32Array, size: number): Uint32Array {
  const larger = newTable(size);
  for (const offset of table) if (offset !== 0) insertEntry(view, larger, offset);
  return larger;
}
