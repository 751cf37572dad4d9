/**
 * Reads DER (X.690) strictly and in one pass: definite minimal lengths, minimal INTEGERs, BOOLEAN 00 or FF, nothing
 * left over at any level. It makes no objects: after each step `start`, `content` and `stop` hold the offsets of the
 * element just read. What is wrong is thrown as `PkiRefusal` with the offset in the whole input.
 */
import { type PkiErrorCode, PkiRefusal } from '../pki-error.ts';
import { checkElement, checkPrimitive } from './element.ts';
import { octetsAt } from './octets.ts';
import {
  BIT_STRING,
  BOOLEAN,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  tagName,
  UTC_TIME,
} from './tag.ts';
import { timeOf } from './time.ts';

export class DerReader {
  readonly der: Uint8Array;
  /** Where the next element begins. */
  position: number;
  /** Where the structure being read ends. */
  end: number;
  /** Identifier octet of the element just read, and the offsets of its header, its content and its end. */
  tag = 0;
  start = 0;
  content = 0;
  stop = 0;
  private depth = 0;

  constructor(der: Uint8Array, position = 0, end = der.length) {
    this.der = der;
    this.position = position;
    this.end = end;
  }

  /** Goes to another part of the input, as a new reader would begin there. */
  restart(position: number, end: number): void {
    this.position = position;
    this.end = end;
    this.depth = 0;
  }

  /** Whether the structure being read has another element. */
  get more(): boolean {
    return this.position < this.end;
  }

  /** The identifier octet that comes next, or -1 at the end of the structure. */
  peek(): number {
    return this.position < this.end ? this.der[this.position]! : -1;
  }

  /** Reads the header of whatever comes next and steps over the element, whose content is not looked at. */
  next(what: string): number {
    const der = this.der;
    let at = this.position;
    const room = this.end - at;
    this.start = at;
    if (room < 2) return this.fail('der.truncated', `${what} is missing or cut off`, at);
    const tag = der[at]!;
    if ((tag & 0x1f) === 0x1f) return this.fail('der.tag', `${what}: a tag number above 30 has no place here`, at);
    let length = der[at + 1]!;
    at += 2;
    if (length > 0x7f) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) {
        return this.fail(
          'der.length',
          octets === 0
            ? `${what} has an indefinite length, which is BER and not DER`
            : `${what} claims a length of ${octets} octets`,
          at - 1,
        );
      }
      if (octets > room - 2) return this.fail('der.truncated', `${what} is cut off inside its length`, at - 1);
      length = der[at]!;
      for (let i = 1; i < octets; i++) length = length * 256 + der[at + i]!;
      if (length < 0x80 || der[at] === 0) {
        return this.fail('der.length', `${what} has a length that is not in its shortest form`, at - 1);
      }
      at += octets;
    }
    if (length > this.end - at) {
      return this.fail(
        'der.truncated',
        `${what} claims ${length} octets of content where ${this.end - at} are left`,
        this.start,
      );
    }
    this.tag = tag;
    this.content = at;
    this.stop = this.position = at + length;
    return tag;
  }

  /** Reads the header of an element that must have this tag. */
  expect(tag: number, what: string): void {
    if (this.position < this.end && this.der[this.position] !== tag) {
      this.fail(
        'der.tag',
        `${what} should be ${tagName(tag)}, found ${tagName(this.der[this.position]!)}`,
        this.position,
      );
    }
    this.next(what);
  }

  /** Goes into a constructed element; returns the end of the structure left behind, which `leave` wants back. */
  enter(tag: number, what: string): number {
    this.expect(tag, what);
    const outer = this.end;
    this.position = this.content;
    this.end = this.stop;
    this.depth++;
    return outer;
  }

  /** Leaves a constructed element, which must have been read to its end. */
  leave(outer: number, what: string): void {
    if (this.position !== this.end) {
      this.fail(
        'der.trailing-bytes',
        `${what} goes on for ${this.end - this.position} octets after its last member`,
        this.position,
      );
    }
    this.end = outer;
    this.depth--;
  }

  /** Ends the reading of the whole input: nothing may follow. */
  finish(what: string): void {
    this.leave(this.end, what);
  }

  /** INTEGER in its shortest form, of any size and sign; look at `content` and `stop`. */
  integer(what: string, tag = INTEGER): void {
    this.expect(tag, what);
    const problem = checkPrimitive(this.der, tag === ENUMERATED ? ENUMERATED : INTEGER, this.content, this.stop);
    if (problem !== undefined) this.fail(problem.code, `${what}: ${problem.message}`, this.start);
  }

  /** INTEGER (or ENUMERATED, or an implicit tag) from 0 to `max`, itself at most 2^45. */
  smallInteger(what: string, max: number, tag = INTEGER): number {
    this.integer(what, tag);
    const { der, content, stop } = this;
    if (der[content]! > 0x7f) return this.fail('der.value', `${what} is negative`, this.start);
    let value = 0;
    for (let i = content; i < stop && value <= max; i++) value = value * 256 + der[i]!;
    if (value > max) return this.fail('der.value', `${what} is greater than ${max}`, this.start);
    return value;
  }

  boolean(what: string, tag = BOOLEAN): boolean {
    this.expect(tag, what);
    const value = this.der[this.content]!;
    if (this.stop - this.content !== 1 || (value !== 0 && value !== 0xff)) {
      this.fail('der.boolean', `${what} is a BOOLEAN that is neither 00 nor FF`, this.start);
    }
    return value === 0xff;
  }

  /** BOOLEAN DEFAULT FALSE, which may only appear as TRUE (X.690 11.5). */
  defaultFalse(what: string, tag = BOOLEAN): boolean {
    if (this.peek() !== tag) return false;
    if (!this.boolean(what, tag)) this.fail('der.default-value', `${what} spells out its default, FALSE`, this.start);
    return true;
  }

  null(what: string): void {
    this.expect(NULL, what);
    if (this.content !== this.stop) this.fail('der.null', `${what} is a NULL with content`, this.start);
  }

  /** OBJECT IDENTIFIER; look at `content` and `stop`. */
  oid(what: string, tag = OBJECT_IDENTIFIER): void {
    this.expect(tag, what);
    const problem = checkPrimitive(this.der, OBJECT_IDENTIFIER, this.content, this.stop);
    if (problem !== undefined) this.fail(problem.code, `${what}: ${problem.message}`, this.start);
  }

  octetString(what: string, tag = OCTET_STRING): void {
    this.expect(tag, what);
  }

  /** BIT STRING with zero padding; returns the number of unused bits and moves `content` behind that octet. */
  bitString(what: string, tag = BIT_STRING): number {
    this.expect(tag, what);
    const problem = checkPrimitive(this.der, BIT_STRING, this.content, this.stop);
    if (problem !== undefined) this.fail(problem.code, `${what}: ${problem.message}`, this.start);
    return this.der[this.content++]!;
  }

  /** BIT STRING that carries whole octets, such as a key or a signature. */
  octetsInBits(what: string, tag = BIT_STRING): void {
    if (this.bitString(what, tag) !== 0) {
      this.fail('der.bit-string', `${what} is not a whole number of octets`, this.start);
    }
  }

  /** UTCTime or GeneralizedTime in the profile of RFC 5280 4.1.2.5; milliseconds since 1970. `tag` tells which it was. */
  time(what: string): number {
    const tag = this.next(what);
    if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) {
      return this.fail(
        'der.tag',
        `${what} should be a UTCTime or a GeneralizedTime, found ${tagName(tag)}`,
        this.start,
      );
    }
    return this.timeContent(what, tag);
  }

  /** GeneralizedTime alone. */
  generalizedTime(what: string, tag = GENERALIZED_TIME): number {
    this.expect(tag, what);
    return this.timeContent(what, GENERALIZED_TIME);
  }

  /** Any one element, checked to its innermost octet. */
  any(what: string): void {
    this.next(what);
    checkElement(this.der, this.start, this.stop, this.depth);
  }

  /** A view on the content of the element just read. */
  bytes(): Uint8Array {
    return octetsAt(this.der, this.content, this.stop);
  }

  /** A view on the whole of the element just read, header included. */
  element(): Uint8Array {
    return octetsAt(this.der, this.start, this.stop);
  }

  fail(code: PkiErrorCode, message: string, offset: number = this.position): never {
    throw new PkiRefusal(code, message, offset);
  }

  private timeContent(what: string, tag: number): number {
    const value = timeOf(this.der, tag, this.content, this.stop);
    if (Number.isNaN(value)) {
      this.fail(
        'der.time',
        `${what} is not a valid time: ${tag === UTC_TIME ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ'} is the only form`,
        this.start,
      );
    }
    return value;
  }
}
