/**
 * Look-up of serial numbers in a CRL of any size (RFC 5280 5.1.2.6): one pass checks every entry, then the bytes are
 * searched, or a hash table of offsets over them is asked. No object per entry: a million take 6 MB beside the bytes.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import type { Crl } from './crl.ts';
import { CrlCursor, type CrlEntry } from './crl-entries.ts';
import { PlainEntries } from './plain-entries.ts';
import {
  entryOfWord,
  firstSlot,
  hashOctets,
  insertEntry,
  mayHaveHash,
  mostTableOctets,
  tableLength,
} from './serial-hash.ts';

/** Where the content of revokedCertificates lies in the CRL; empty where the field is absent. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** What the one pass over the entries found. */
interface CheckedEntries {
  readonly range: EntryRange;
  readonly entryCount: number;
  /** Offsets of the entries that name a certificate issuer of their own, ascending; empty for direct CRLs. */
  readonly issuerEntries: Uint32Array;
  /** Critical entry extensions that nothing here can decode (RFC 5280 5.3). */
  readonly unknownCriticalExtensions: readonly string[];
  /** Offsets of entries from which any other is not far, ascending. */
  readonly marks: readonly number[];
}

/** What an index is made of; all of it can be shared between threads, or written and read again. */
export interface CrlIndexParts extends Omit<CheckedEntries, 'marks'> {
  /** Open addressing over the hash of serial numbers; `entryOfWord` tells what a word stands for. */
  readonly table: Uint32Array;
}

/** The most entries that an index takes. */
const maxCrlEntries = 1_000_000;

/** Questions answered by searching the bytes, before a table pays. */
const searchesBeforeTable = 2;

/** Chance finds inside other fields that one search puts up with. */
const maxChanceFinds = 8;

/**
 * An index over the bytes of one CRL, which must not change. The table is made when it is first worth it: one answer
 * about a fresh CRL needs none.
 */
export class CrlIndex {
  readonly der: Uint8Array;
  readonly #checked: CrlIndexParts | CheckedEntries;
  #table: Uint32Array | undefined;
  #searches = 0;

  /** The parts must belong to these bytes; `indexCrl` makes them. */
  constructor(der: Uint8Array, checked: CrlIndexParts | CheckedEntries) {
    this.der = der;
    this.#checked = checked;
    this.#table = 'table' in checked ? checked.table : undefined;
  }

  get entryCount(): number {
    return this.#checked.entryCount;
  }

  get issuerEntries(): Uint32Array {
    return this.#checked.issuerEntries;
  }

  get unknownCriticalExtensions(): readonly string[] {
    return this.#checked.unknownCriticalExtensions;
  }

  /** All that another process needs to ask the same CRL; makes the table when there is none yet. */
  get parts(): CrlIndexParts {
    const { range, entryCount, issuerEntries, unknownCriticalExtensions } = this.#checked;
    return { range, entryCount, issuerEntries, unknownCriticalExtensions, table: this.#tableMade() };
  }

  /**
   * Offset of an entry with this serial number (content octets of the INTEGER, `from` and `to` in the bytes given), or
   * 0; makes no object once there is a table.
   */
  find(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const table = this.#table;
    if (table === undefined) return this.#findFirst(bytes.subarray(from, to));
    const hash = hashOctets(bytes, from, to);
    for (let slot = firstSlot(hash, table.length); ; slot = slot + 1 === table.length ? 0 : slot + 1) {
      const word = table[slot]!;
      if (word === 0) return 0;
      if (mayHaveHash(word, hash) && this.#hasSerial(entryOfWord(word), bytes, from, to)) return entryOfWord(word);
    }
  }

  /** Offsets of all entries with this serial number, ascending: an indirect CRL may list it for several issuers. */
  findAll(serial: Uint8Array): readonly number[] {
    const table = this.#tableMade();
    const hash = hashOctets(serial, 0, serial.length);
    const found: number[] = [];
    for (let slot = firstSlot(hash, table.length); table[slot] !== 0; slot = slot + 1 === table.length ? 0 : slot + 1) {
      const entry = entryOfWord(table[slot]!);
      if (mayHaveHash(table[slot]!, hash) && this.#hasSerial(entry, serial, 0, serial.length)) found.push(entry);
    }
    return found.sort((a, b) => a - b);
  }

  /** The entry at an offset, decoded. */
  entryAt(offset: number): CrlEntry {
    const cursor = new CrlCursor(this.der, offset, this.#checked.range.end);
    cursor.next();
    return cursor.entry();
  }

  /**
   * Offset of the entry whose certificateIssuer holds for the entry at `offset`: itself or the nearest one before it
   * (RFC 5280 5.3.3); 0 while the CRL's own issuer holds.
   */
  issuerEntryFor(offset: number): number {
    const { issuerEntries } = this;
    let low = 0;
    let high = issuerEntries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (issuerEntries[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : issuerEntries[low - 1]!;
  }

  /** Without a table: the octets of the serial number are searched, and each find is held against the entry it is in. */
  #findFirst(serial: Uint8Array): number {
    const { length } = serial;
    if (length > 0x7f || !('marks' in this.#checked) || ++this.#searches > searchesBeforeTable) {
      this.#tableMade();
      return this.find(serial);
    }
    const { marks, range } = this.#checked;
    const octets = Buffer.from(this.der.buffer, this.der.byteOffset, range.end);
    const integer = Uint8Array.of(0x02, length, ...serial);
    let at = range.start;
    for (let finds = 0; finds < maxChanceFinds; finds++) {
      at = octets.indexOf(integer, at);
      if (at === -1) return 0;
      const entry = entryAround(this.der, marks, at);
      if (serialAt(this.der, entry) === at) return entry;
      at++;
    }
    this.#tableMade();
    return this.find(serial);
  }

  #tableMade(): Uint32Array {
    this.#table ??= makeTable(this.der, this.#checked);
    return this.#table;
  }

  #hasSerial(offset: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { der } = this;
    const at = serialAt(der, offset) + 1;
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
    return ok(new CrlIndex(crl.der, new EntryChecker(crl).check(limits.maxEntries ?? maxCrlEntries)));
  } catch (thrown) {
    if (thrown instanceof RangeError) return err({ code: 'der.too-large', message: 'no memory for it', offset: 0 });
    return refused(thrown);
  }
}

class EntryChecker {
  readonly #crl: Crl;
  readonly #range: EntryRange;
  readonly #unknown = new Set<string>();
  readonly #issuerEntries: number[] = [];

  constructor(crl: Crl) {
    this.#crl = crl;
    this.#range = crl.entryRange;
  }

  /** Throws `PkiRefusal` at a malformed entry. */
  check(maxEntries: number): CheckedEntries {
    const range = this.#range;
    if (range.end > mostTableOctets)
      throw new PkiRefusal('der.too-large', `entries beyond octet ${mostTableOctets}`, range.start);
    const plain = new PlainEntries(this.#crl.der, range, this.#crl.version);
    while (plain.at < range.end) {
      plain.pass();
      if (plain.at < range.end) {
        plain.marks.push(plain.at);
        plain.at = this.#readEntry(plain.at);
        plain.count++;
      }
      if (plain.count > maxEntries) throw new PkiRefusal('crl.entries', `more than ${maxEntries} entries`, plain.at);
    }
    return {
      range,
      entryCount: plain.count,
      issuerEntries: Uint32Array.from(this.#issuerEntries),
      unknownCriticalExtensions: [...this.#unknown],
      marks: plain.marks,
    };
  }

  /** Reads an entry of any shape; returns where it ends. */
  #readEntry(at: number): number {
    const cursor = new CrlCursor(this.#crl.der, at, this.#range.end);
    cursor.next();
    // RFC 5280 5.1.2.6: entry extensions make it version 2
    if (this.#crl.version === 1 && cursor.extensionsStart !== 0)
      throw new PkiRefusal('crl.version', 'entry extensions in a CRL of version 1', cursor.extensionsStart);
    cursor.checkExtensions(this.#unknown);
    if (cursor.extensionsStart !== 0 && cursor.entry().certificateIssuer !== undefined) this.#issuerEntries.push(at);
    return cursor.stop;
  }
}

function makeTable(der: Uint8Array, { range, entryCount }: CheckedEntries | CrlIndexParts): Uint32Array {
  const table = new Uint32Array(new SharedArrayBuffer(tableLength(entryCount) * 4));
  const view = new DataView(der.buffer, der.byteOffset, der.byteLength);
  for (let at = range.start; at < range.end; at = nextEntry(der, at)) insertEntry(view, table, at);
  return table;
}

/** The entry in which an offset lies. */
function entryAround(der: Uint8Array, marks: readonly number[], offset: number): number {
  let low = 0;
  let high = marks.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (marks[middle]! <= offset) low = middle;
    else high = middle;
  }
  let entry = marks[low]!;
  for (let next = nextEntry(der, entry); next <= offset; next = nextEntry(der, entry)) entry = next;
  return entry;
}

function nextEntry(der: Uint8Array, entry: number): number {
  const first = der[entry + 1]!;
  if (first < 0x80) return entry + 2 + first;
  const content = entry + 2 + (first & 0x7f);
  let length = 0;
  for (let at = entry + 2; at < content; at++) length = length * 256 + der[at]!;
  return content + length;
}

/** Where the serial number of an entry begins, header included. */
function serialAt(der: Uint8Array, entry: number): number {
  const first = der[entry + 1]!;
  return first < 0x80 ? entry + 2 : entry + 2 + (first & 0x7f);
}
