/**
 * Writes DER (X.690): every length minimal, every SET OF in order. Each function returns one complete element, so
 * that a structure is written the way its ASN.1 module reads.
 */

/** An element with any identifier octet; several contents are joined. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of content) length += part.length;
  let at = headerLength(length);
  const out = new Uint8Array(at + length);
  writeHeader(out, tag, length);
  for (const part of content) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Identifier and length octets of an element whose content is written elsewhere. */
export function header(tag: number, length: number): Uint8Array {
  const out = new Uint8Array(headerLength(length));
  writeHeader(out, tag, length);
  return out;
}

export function sequence(...members: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...members);
}

/** SET OF: the members are put in the order DER asks for (X.690 11.6). */
export function setOf(...members: readonly Uint8Array[]): Uint8Array {
  return element(0x31, ...members.toSorted(Buffer.compare));
}

/** INTEGER of a safe number or a bigint, two's complement, minimal. */
export function integer(value: number | bigint): Uint8Array {
  let rest = BigInt(value);
  const octets: number[] = [];
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!((rest === 0n && octets[0]! < 0x80) || (rest === -1n && octets[0]! >= 0x80)));
  return element(0x02, Uint8Array.from(octets));
}

/** INTEGER from an unsigned big-endian magnitude, such as 16 random bytes: leading zeros go, a sign octet comes. */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  if (digits.length === 0) return element(0x02, Uint8Array.of(0));
  return digits[0]! >= 0x80 ? element(0x02, Uint8Array.of(0), digits) : element(0x02, digits);
}

/** ENUMERATED of a small number. */
export function enumerated(value: number): Uint8Array {
  return element(0x0a, Uint8Array.of(value));
}

/** OBJECT IDENTIFIER from its dotted form; throws a RangeError when that is not one. */
export function oid(dotted: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw new RangeError(`${dotted} is not an object identifier`);
  const [first, second, ...rest] = dotted.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  if (first < 2n && second > 39n) throw new RangeError(`${dotted} is not an object identifier`);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) octets.push(...base128(arc));
  return element(0x06, Uint8Array.from(octets));
}

export function utf8String(text: string): Uint8Array {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

/** PrintableString; throws a RangeError for a character outside X.680 41.4. */
export function printableString(text: string): Uint8Array {
  if (!isPrintableString(text)) throw new RangeError(`"${text}" does not fit a PrintableString`);
  return element(0x13, Buffer.from(text, 'latin1'));
}

/** IA5String; throws a RangeError for anything but ASCII. */
export function ia5String(text: string): Uint8Array {
  return element(0x16, asciiOctets(text));
}

/** BMPString, UTF-16 with the high octet first. */
export function bmpString(text: string): Uint8Array {
  return element(0x1e, Buffer.from(text, 'utf16le').swap16());
}

/** The octets of ASCII text, for implicitly tagged IA5Strings; throws a RangeError otherwise. */
export function asciiOctets(text: string): Uint8Array {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) throw new RangeError(`"${text}" holds a character outside ASCII`);
  }
  return Buffer.from(text, 'latin1');
}

/** Whether every character belongs to PrintableString. */
export function isPrintableString(text: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
}

export function octetString(...content: readonly Uint8Array[]): Uint8Array {
  return element(0x04, ...content);
}

/** BIT STRING of whole octets. */
export function bitString(bytes: Uint8Array): Uint8Array {
  return element(0x03, Uint8Array.of(0), bytes);
}

/** BIT STRING with the named bits set and trailing zeros removed (X.690 11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return element(0x03, Uint8Array.of(0));
  const highest = Math.max(...bits);
  const octets = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return element(0x03, Uint8Array.of(7 - (highest & 7)), octets);
}

export function boolean(value: boolean): Uint8Array {
  return element(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function nullValue(): Uint8Array {
  return element(0x05);
}

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5); milliseconds since 1970 are cut to the second. */
export function time(milliseconds: number): Uint8Array {
  const year = new Date(milliseconds).getUTCFullYear();
  if (year < 1950 || year >= 2050) return generalizedTime(milliseconds);
  return element(0x17, asciiOctets(`${timeDigits(milliseconds).slice(2)}Z`));
}

/** GeneralizedTime of milliseconds since 1970, cut to the second. */
export function generalizedTime(milliseconds: number): Uint8Array {
  const year = new Date(milliseconds).getUTCFullYear();
  if (year < 0 || year > 9999) throw new RangeError('a certificate holds dates of the years 0 to 9999');
  return element(0x18, asciiOctets(`${timeDigits(milliseconds)}Z`));
}

/** `[n] EXPLICIT`. */
export function explicit(number: number, ...content: readonly Uint8Array[]): Uint8Array {
  return element(0xa0 | number, ...content);
}

/** `[n] IMPLICIT` around content octets; `constructed` when they are elements themselves. */
export function implicit(number: number, content: Uint8Array, constructed = false): Uint8Array {
  return element((constructed ? 0xa0 : 0x80) | number, content);
}

function timeDigits(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
}

function headerLength(length: number): number {
  let octets = 2;
  if (length >= 0x80) for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets++;
  return octets;
}

/** X.690 8.1.3: one octet up to 127, else their number and the octets, the highest first. */
function writeHeader(out: Uint8Array, tag: number, length: number): void {
  out[0] = tag;
  if (length < 0x80) {
    out[1] = length;
    return;
  }
  let octets = 0;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets++;
  out[1] = 0x80 | octets;
  for (let rest = length, at = octets; at > 0; rest = Math.floor(rest / 256), at--) out[1 + at] = rest % 256;
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}
