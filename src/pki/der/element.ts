/**
 * Checks one element and everything in it against DER (X.690) without knowing what it means. Iterative, at most
 * `maxDepth` levels deep.
 */
import { type PkiErrorCode, PkiRefusal } from '../pki-error.ts';
import { oidProblem } from './oid.ts';
import { stringProblem } from './strings.ts';
import {
  BIT_STRING,
  BOOLEAN,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  NULL,
  OBJECT_IDENTIFIER,
  SEQUENCE,
  SET,
  UTC_TIME,
} from './tag.ts';

/** The deepest nesting that is read. */
export const maxDepth = 32;

export interface PrimitiveProblem {
  readonly code: PkiErrorCode;
  readonly message: string;
}

/** Checks exactly one element between two offsets, itself `depth` levels deep; throws `PkiRefusal`. */
export function checkElement(der: Uint8Array, start: number, stop: number, depth = 0): void {
  if (!readHeader(der, start, stop)) {
    if (header.stop !== stop) throw trailing(stop - header.stop, header.stop);
    return;
  }
  const ends: number[] = [];
  // For each open SET, where its last member began and ended; -1 for other types.
  const members: number[] = [];
  let end = stop;
  let at = start;
  for (;;) {
    const first = at;
    const constructed = readHeader(der, at, end);
    if (members.length > 0) checkOrder(der, members, first, header.stop);
    if (constructed && header.content < header.stop) {
      if (depth + ends.length + 1 >= maxDepth)
        throw new PkiRefusal('der.depth', `more than ${maxDepth} levels deep`, first);
      ends.push(end);
      members.push(der[first] === SET ? 0 : -1, 0);
      end = header.stop;
      at = header.content;
      continue;
    }
    at = header.stop;
    while (at === end && ends.length > 0) {
      end = ends.pop()!;
      members.length -= 2;
    }
    if (ends.length === 0) break;
  }
  if (at !== stop) throw trailing(stop - at, at);
}

/** What is wrong with the content of a primitive of a universal type, if anything. */
export function checkPrimitive(
  der: Uint8Array,
  tag: number,
  start: number,
  stop: number,
): PrimitiveProblem | undefined {
  const length = stop - start;
  switch (tag) {
    case BOOLEAN:
      if (length !== 1 || (der[start] !== 0 && der[start] !== 0xff)) {
        return { code: 'der.boolean', message: 'a BOOLEAN is one octet, 00 or FF' };
      }
      return undefined;
    case INTEGER:
    case ENUMERATED:
      if (length === 0) return { code: 'der.integer', message: 'an INTEGER has no content' };
      if (
        length > 1 &&
        ((der[start] === 0 && der[start + 1]! < 0x80) || (der[start] === 0xff && der[start + 1]! > 0x7f))
      ) {
        return { code: 'der.integer', message: 'an INTEGER is not in its shortest form' };
      }
      return undefined;
    case BIT_STRING:
      return bitStringProblem(der, start, stop);
    case NULL:
      return length === 0 ? undefined : { code: 'der.null', message: 'a NULL has content' };
    case OBJECT_IDENTIFIER: {
      const problem = oidProblem(der, start, stop);
      return problem === undefined ? undefined : { code: 'der.oid', message: problem };
    }
    case UTC_TIME:
    case GENERALIZED_TIME:
      for (let i = start; i < stop; i++) {
        if (der[i]! > 0x7e || der[i]! < 0x20)
          return { code: 'der.time', message: 'a time holds octets that are no text' };
      }
      return undefined;
    default: {
      const problem = stringProblem(der, tag, start, stop);
      return problem === undefined ? undefined : { code: 'der.string', message: problem };
    }
  }
}

function trailing(octets: number, at: number): PkiRefusal {
  return new PkiRefusal('der.trailing-bytes', `${octets} octets follow the structure`, at);
}

/** Offsets of the element whose header was read last; one place, since nothing here runs concurrently. */
const header = { content: 0, stop: 0 };

function readHeader(der: Uint8Array, start: number, end: number): boolean {
  let at = start + 1;
  if (end - start < 2) throw new PkiRefusal('der.truncated', 'an element is cut off', start);
  const tag = der[start]!;
  if ((tag & 0x1f) === 0x1f) at = longTag(der, start, end);
  let length = der[at++]!;
  if (length > 0x7f) {
    const octets = length & 0x7f;
    if (octets === 0) throw new PkiRefusal('der.length', 'an indefinite length, which is BER and not DER', at - 1);
    if (octets > 4 || octets > end - at) throw new PkiRefusal('der.truncated', 'a length beyond the end', at - 1);
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + der[at + i]!;
    if (length < 0x80 || der[at] === 0) {
      throw new PkiRefusal('der.length', 'a length that is not in its shortest form', at - 1);
    }
    at += octets;
  }
  if (length > end - at) {
    throw new PkiRefusal('der.truncated', `an element claims ${length} octets where ${end - at} are left`, start);
  }
  header.content = at;
  header.stop = at + length;
  const constructed = (tag & 0x20) !== 0;
  if (tag >> 6 === 0) checkUniversal(der, tag, start);
  return constructed;
}

function checkUniversal(der: Uint8Array, tag: number, start: number): void {
  const number = tag & 0x1f;
  if ((tag & 0x20) !== 0) {
    // EXTERNAL, EMBEDDED PDV and CHARACTER STRING are constructed as well.
    if (tag !== SEQUENCE && tag !== SET && number !== 8 && number !== 11 && number !== 29) {
      throw new PkiRefusal('der.tag', 'a string or number in pieces, which is BER and not DER', start);
    }
    return;
  }
  if (number === 0 || number === (SEQUENCE & 0x1f) || number === (SET & 0x1f)) {
    throw new PkiRefusal('der.tag', 'a tag that DER does not know', start);
  }
  const problem = checkPrimitive(der, tag, header.content, header.stop);
  if (problem !== undefined) throw new PkiRefusal(problem.code, problem.message, start);
}

/** Steps over a tag number above 30; returns the offset of the length. */
function longTag(der: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  let number = 0;
  if (der[at] === 0x80) throw new PkiRefusal('der.tag', 'a tag number that is not in its shortest form', start);
  for (;;) {
    const octet = der[at++]!;
    number = number * 128 + (octet & 0x7f);
    if (at >= end) throw new PkiRefusal('der.truncated', 'an element is cut off inside its tag', start);
    if (number > 0x7fffffff) throw new PkiRefusal('der.tag', 'a tag number beyond reason', start);
    if (octet < 0x80) break;
  }
  if (number < 31) throw new PkiRefusal('der.tag', 'a tag number that is not in its shortest form', start);
  return at;
}

function bitStringProblem(der: Uint8Array, start: number, stop: number): PrimitiveProblem | undefined {
  const unused = der[start]!;
  if (stop === start || unused > 7 || (unused > 0 && stop - start === 1)) {
    return { code: 'der.bit-string', message: 'a BIT STRING has no valid count of unused bits' };
  }
  if (unused > 0 && (der[stop - 1]! & ((1 << unused) - 1)) !== 0) {
    return { code: 'der.bit-string', message: 'a BIT STRING has unused bits that are not zero' };
  }
  return undefined;
}

/** X.690 11.6: the members of a SET OF stand in ascending order. */
function checkOrder(der: Uint8Array, members: number[], start: number, stop: number): void {
  const top = members.length - 2;
  if (members[top] === -1) return;
  if (members[top] !== 0) checkSetOrder(der, members[top]!, members[top + 1]!, start, stop);
  members[top] = start;
  members[top + 1] = stop;
}

/** Refuses two neighbours of a SET OF that are not in ascending order (X.690 11.6). */
export function checkSetOrder(der: Uint8Array, start: number, stop: number, nextStart: number, nextStop: number): void {
  const length = Math.min(stop - start, nextStop - nextStart);
  for (let i = 0; i < length; i++) {
    const difference = der[nextStart + i]! - der[start + i]!;
    if (difference > 0) return;
    if (difference < 0) throw new PkiRefusal('der.set-order', 'the members of a SET are not in order', nextStart);
  }
  if (nextStop - nextStart < stop - start) {
    throw new PkiRefusal('der.set-order', 'the members of a SET are not in order', nextStart);
  }
}
