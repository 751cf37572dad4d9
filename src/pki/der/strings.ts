/** The character string types of ASN.1 (X.680 clause 41): what their octets may be, and the text they stand for. */
import {
  BMP_STRING,
  GENERAL_STRING,
  GRAPHIC_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  PRINTABLE_STRING,
  T61_STRING,
  UNIVERSAL_STRING,
  UTF8_STRING,
  VIDEOTEX_STRING,
  VISIBLE_STRING,
} from './tag.ts';

/** Whether this is a character string type. */
export function isString(tag: number): boolean {
  return (
    tag === UTF8_STRING ||
    (tag >= NUMERIC_STRING && tag <= IA5_STRING) ||
    (tag >= GRAPHIC_STRING && tag <= BMP_STRING && tag !== 0x1d)
  );
}

/**
 * What is wrong with the content of a character string, if anything; types that are no strings pass. PrintableString
 * is held to visible ASCII and not to its short alphabet: `@`, `&`, `*` and `_` are found in real names everywhere.
 */
export function stringProblem(der: Uint8Array, tag: number, start: number, stop: number): string | undefined {
  switch (tag) {
    case UTF8_STRING:
      return isUtf8(der, start, stop) ? undefined : 'a UTF8String is not valid UTF-8';
    case IA5_STRING:
      return allBetween(der, start, stop, 0x00, 0x7f) ? undefined : 'an IA5String holds octets above 7F';
    case PRINTABLE_STRING:
      return allBetween(der, start, stop, 0x20, 0x7e) ? undefined : 'a PrintableString holds octets that are no text';
    case VISIBLE_STRING:
      return allBetween(der, start, stop, 0x20, 0x7e) ? undefined : 'a VisibleString holds octets that are no text';
    case NUMERIC_STRING:
      return isNumeric(der, start, stop) ? undefined : 'a NumericString holds more than digits and spaces';
    case BMP_STRING:
      return isBmp(der, start, stop) ? undefined : 'a BMPString is not UCS-2';
    case UNIVERSAL_STRING:
      return isUcs4(der, start, stop) ? undefined : 'a UniversalString is not UCS-4';
    default:
      return undefined;
  }
}

/** The text of a string that passed `stringProblem`; T61, graphic and general strings are read as Latin-1, as OpenSSL does. */
export function stringText(der: Uint8Array, tag: number, start: number, stop: number): string {
  switch (tag) {
    case UTF8_STRING:
      return allBetween(der, start, stop, 0x00, 0x7f)
        ? latin1(der, start, stop)
        : view(der, start, stop).toString('utf8');
    case BMP_STRING:
      return units(der, start, stop, 2);
    case UNIVERSAL_STRING:
      return units(der, start, stop, 4);
    case NUMERIC_STRING:
    case PRINTABLE_STRING:
    case T61_STRING:
    case VIDEOTEX_STRING:
    case IA5_STRING:
    case GRAPHIC_STRING:
    case VISIBLE_STRING:
    case GENERAL_STRING:
      return latin1(der, start, stop);
    default:
      return '';
  }
}

/** One character per octet. */
export function latin1(der: Uint8Array, start: number, stop: number): string {
  return view(der, start, stop).toString('latin1');
}

function view(der: Uint8Array, start: number, stop: number): Buffer {
  return Buffer.from(der.buffer, der.byteOffset + start, stop - start);
}

function allBetween(der: Uint8Array, start: number, stop: number, low: number, high: number): boolean {
  for (let i = start; i < stop; i++) if (der[i]! < low || der[i]! > high) return false;
  return true;
}

function isNumeric(der: Uint8Array, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (der[i] !== 0x20 && (der[i]! < 0x30 || der[i]! > 0x39)) return false;
  return true;
}

/** RFC 3629: shortest form only, no surrogates, nothing above U+10FFFF. */
function isUtf8(der: Uint8Array, start: number, stop: number): boolean {
  for (let i = start; i < stop; ) {
    const lead = der[i++]!;
    if (lead < 0x80) continue;
    const more =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (more === 0 || more > stop - i) return false;
    const second = der[i]!;
    if (lead === 0xe0 && second < 0xa0) return false;
    if (lead === 0xed && second > 0x9f) return false;
    if (lead === 0xf0 && second < 0x90) return false;
    if (lead === 0xf4 && second > 0x8f) return false;
    for (let n = 0; n < more; n++) if ((der[i++]! & 0xc0) !== 0x80) return false;
  }
  return true;
}

function isBmp(der: Uint8Array, start: number, stop: number): boolean {
  if ((stop - start) % 2 !== 0) return false;
  for (let i = start; i < stop; i += 2) if (der[i]! >= 0xd8 && der[i]! <= 0xdf) return false;
  return true;
}

function isUcs4(der: Uint8Array, start: number, stop: number): boolean {
  if ((stop - start) % 4 !== 0) return false;
  for (let i = start; i < stop; i += 4) {
    const unit = der[i]! * 0x1000000 + der[i + 1]! * 0x10000 + der[i + 2]! * 256 + der[i + 3]!;
    if (unit > 0x10ffff || (unit >= 0xd800 && unit <= 0xdfff)) return false;
  }
  return true;
}

function units(der: Uint8Array, start: number, stop: number, width: 2 | 4): string {
  let text = '';
  for (let i = start; i < stop; i += width) {
    let unit = 0;
    for (let n = 0; n < width; n++) unit = unit * 256 + der[i + n]!;
    text += String.fromCodePoint(unit);
  }
  return text;
}
