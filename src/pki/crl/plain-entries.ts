/**
 * The shapes of almost every CRL entry, checked by a regular expression over the octets: it is machine code from the
 * first entry on, where a loop would run uncompiled through the first ten thousand. A million entries take some 40
 * milliseconds.
 */

/** Octets looked at as one text: garbage that never grows old, and the distance of marks. */
const textLength = 12_288;

/** An entry whose length takes one octet. */
const longestEntry = 130;

/** Walks over entries of the usual shapes; whoever reads the others moves `at` and `count` on. */
export class PlainEntries {
  /** Offset of the next entry. */
  at: number;
  /** Entries passed so far. */
  count = 0;
  /** Offsets of some entries, ascending, the first among them. */
  readonly marks: number[] = [];
  readonly #octets: Buffer;
  readonly #end: number;
  readonly #version: 1 | 2;
  readonly #shapes = new Set<string>();
  /** Any number of entries of these shapes. */
  #entries = /(?!)/y;
  #text = '';
  #textStart: number;

  constructor(der: Uint8Array, range: { readonly start: number; readonly end: number }, version: 1 | 2) {
    this.#octets = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
    this.at = this.#textStart = range.start;
    this.#end = range.end;
    this.#version = version;
  }

  /**
   * Passes over entries as long as they are good and of a usual shape: serial number, UTCTime, and a reason code alone
   * or nothing. Stops at the end, or at an entry that must be read in full. Never lets pass what reading refuses.
   */
  pass(): void {
    while (this.at < this.#end && (this.#passSome() || this.#learnShape()));
  }

  #passSome(): boolean {
    const textEnd = this.#textStart + this.#text.length;
    if (textEnd - this.at < longestEntry && textEnd < this.#end) {
      this.#textStart = this.at;
      this.#text = this.#octets.toString('latin1', this.at, Math.min(this.#end, this.at + textLength));
    }
    const entries = this.#entries;
    entries.lastIndex = this.at - this.#textStart;
    if (!entries.test(this.#text)) return false;
    this.marks.push(this.at);
    const stop = this.#textStart + entries.lastIndex;
    if (this.#shapes.size === 1) this.count += (stop - this.at) / (2 + this.#octets[this.at + 1]!);
    else for (let at = this.at; at < stop; at += 2 + this.#octets[at + 1]!) this.count++;
    this.at = stop;
    return true;
  }

  /** Adds the shape of the next entry to those that are looked for; false when it is there already, or not a usual one. */
  #learnShape(): boolean {
    const { at } = this;
    const [tag, length = 0, integer, serial = 0] = this.#octets.subarray(at, Math.min(this.#end, at + 4));
    const rest = length - 2 - serial;
    if (tag !== 0x30 || integer !== 0x02 || serial < 1 || serial > 20) return false;
    if (rest !== timeLength && (rest !== timeLength + reasonLength || this.#version === 1)) return false;
    const shape = shapeOf(length, serial, rest !== timeLength);
    if (this.#shapes.has(shape)) return false;
    this.#shapes.add(shape);
    this.#entries = new RegExp(`(?:${[...this.#shapes].join('|')})+`, 'y');
    return true;
  }
}

const timeLength = 15;
const reasonLength = 14;

/** SEQUENCE of less than 128 octets, INTEGER of 1 to 20 octets; X.690 8.3.2: its first nine bits are not all the same. */
function shapeOf(length: number, serial: number, reason: boolean): string {
  const minimal = serial === 1 ? '' : '(?!\\x00[\\x00-\\x7f]|\\xff[\\x80-\\xff])';
  return `0${octet(length)}\\x02${octet(serial)}${minimal}[^]{${serial}}${utcTime}${reason ? reasonCode : ''}`;
}

function octet(value: number): string {
  return `\\x${value.toString(16).padStart(2, '0')}`;
}

/** YYMMDDHHMMSSZ of a day that exists; leap days are left to the full reading. */
const utcTime =
  '\\x17\\x0d[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|' +
  '02(?:0[1-9]|1[0-9]|2[0-8]))(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z';

/** RFC 5280 5.3.1: a reason code and nothing else; 7 is not used. */
const reasonCode = '\\x30\\x0c\\x30\\x0a\\x06\\x03\\x55\\x1d\\x15\\x04\\x03\\x0a\\x01[\\x00-\\x06\\x08-\\x0a]';
