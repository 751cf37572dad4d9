/** Writes the entries of a CRL one after the other into large pieces of memory (RFC 5280 5.1.2.6, 5.3.1). */
import type { RevocationReason } from '../certificate/extension/distribution-points.ts';

/** One revoked certificate. Nothing of it is kept: one object may serve for all entries. */
export interface RevokedEntry {
  /** Unsigned big-endian octets, at most 20 once encoded. */
  readonly serial: Uint8Array;
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
  /** `unspecified` is left out of the CRL, as RFC 5280 5.3.1 asks. */
  readonly reason?: RevocationReason | undefined;
}

/** Encoded entries that grow; makes no object for an entry, so that a million take their 40 MB and nothing else. */
export class CrlEntryWriter {
  readonly #chunks: Uint8Array[] = [];
  #chunk = new Uint8Array(firstChunk);
  #at = 0;
  #full = 0;
  #count = 0;
  #removes = false;
  #day = Number.NaN;
  #dayDigits = '';

  get entryCount(): number {
    return this.#count;
  }

  /** Octets written so far. */
  get length(): number {
    return this.#full + this.#at;
  }

  /** Whether an entry takes another one back, which only a delta CRL may do. */
  get removesEntries(): boolean {
    return this.#removes;
  }

  /** Adds an entry behind the others. Throws a RangeError for a serial number or a date that no CRL can hold. */
  add({ serial, revokedAt, reason = 'unspecified' }: RevokedEntry): void {
    if (this.#at + longestEntry > this.#chunk.length) this.#nextChunk();
    const chunk = this.#chunk;
    const start = this.#at;
    let at = writeSerial(chunk, start + 2, serial);
    at = this.#writeTime(chunk, at, revokedAt);
    if (reason !== 'unspecified') {
      if (reason === 'removeFromCRL') this.#removes = true;
      chunk.set(reasonHead, at);
      at += reasonHead.length;
      chunk[at++] = reasonCodes[reason];
    }
    chunk[start] = 0x30;
    chunk[start + 1] = at - start - 2;
    this.#at = at;
    this.#count++;
  }

  /** Copies what was written to an offset of the target. */
  copyTo(target: Uint8Array, offset: number): void {
    let at = offset;
    for (const chunk of this.#chunks) {
      target.set(chunk, at);
      at += chunk.length;
    }
    target.set(this.#chunk.subarray(0, this.#at), at);
  }

  #nextChunk(): void {
    this.#chunks.push(this.#chunk.subarray(0, this.#at));
    this.#full += this.#at;
    this.#chunk = new Uint8Array(largeChunk);
    this.#at = 0;
  }

  /** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 5.1.2.6); cut to the second. */
  #writeTime(chunk: Uint8Array, start: number, milliseconds: number): number {
    const seconds = Math.floor(milliseconds / 1000);
    const day = Math.floor(seconds / 86_400);
    if (day !== this.#day) {
      this.#dayDigits = dayDigits(day);
      this.#day = day;
    }
    const digits = this.#dayDigits;
    let at = start;
    chunk[at++] = digits.length === 6 ? 0x17 : 0x18;
    chunk[at++] = digits.length + 7;
    for (let i = 0; i < digits.length; i++) chunk[at++] = digits.charCodeAt(i);
    const rest = seconds - day * 86_400;
    at = writeTwo(chunk, at, (rest / 3600) | 0);
    at = writeTwo(chunk, at, ((rest / 60) | 0) % 60);
    at = writeTwo(chunk, at, rest % 60);
    chunk[at++] = 0x5a;
    return at;
  }
}

const firstChunk = 4_096;
const largeChunk = 1 << 20;

/** SEQUENCE, INTEGER of 20 octets, GeneralizedTime, a reason. */
const longestEntry = 2 + 22 + 17 + 14;

/** SEQUENCE { SEQUENCE { id-ce-cRLReasons, OCTET STRING { ENUMERATED, one octet, which follows. */
const reasonHead = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);

/** CRLReason (RFC 5280 5.3.1) by its numbers. */
export const reasonCodes: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
};

/** A positive INTEGER, minimal (X.690 8.3.2). */
function writeSerial(chunk: Uint8Array, start: number, serial: Uint8Array): number {
  let from = 0;
  while (from < serial.length - 1 && serial[from] === 0) from++;
  const sign = serial[from]! >= 0x80 ? 1 : 0;
  const length = serial.length - from + sign;
  if (serial.length === 0 || length > 20) throw new RangeError('a serial number has 1 to 20 octets (RFC 5280 4.1.2.2)');
  let at = start;
  chunk[at++] = 0x02;
  chunk[at++] = length;
  if (sign === 1) chunk[at++] = 0;
  for (let i = from; i < serial.length; i++) chunk[at++] = serial[i]!;
  return at;
}

/** YYMMDD, or YYYYMMDD outside the years that UTCTime means. */
function dayDigits(day: number): string {
  const date = new Date(day * 86_400_000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new RangeError('a CRL holds dates of the years 0 to 9999');
  const digits = date.toISOString().slice(0, 10).replaceAll('-', '');
  return year >= 1950 && year < 2050 ? digits.slice(2) : digits;
}

function writeTwo(chunk: Uint8Array, at: number, value: number): number {
  const tens = (value / 10) | 0;
  chunk[at] = 0x30 + tens;
  chunk[at + 1] = 0x30 + value - tens * 10;
  return at + 2;
}
