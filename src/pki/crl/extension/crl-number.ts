/** CRL number and delta CRL indicator (RFC 5280 5.2.3, 5.2.4). */

import { decoder } from '../../certificate/extension/extension-decoder.ts';
import type { DerReader } from '../../der/reader.ts';

/** Big-endian content octets, not negative; compare with `compareNumbers`. */
export const crlNumber = decoder('2.5.29.20', (reader): Uint8Array => readNumber(reader, 'cRLNumber'));

/** The number of the complete CRL that a delta CRL builds on. */
export const deltaCrlIndicator = decoder('2.5.29.27', (reader): Uint8Array => readNumber(reader, 'BaseCRLNumber'));

/** Orders two numbers that are not negative: below, at or above zero. */
export function compareNumbers(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || Buffer.compare(a, b);
}

/** RFC 5280 5.2.3: up to 20 octets; without the sign octet, so that length orders before value. */
function readNumber(reader: DerReader, what: string): Uint8Array {
  reader.integer(what);
  const { der, content, stop } = reader;
  if (der[content]! > 0x7f) reader.fail('der.value', `${what} is negative`, reader.start);
  const start = der[content] === 0 && stop - content > 1 ? content + 1 : content;
  if (stop - start > 20) reader.fail('der.value', `${what} is longer than 20 octets`, reader.start);
  return der.subarray(start, stop);
}
