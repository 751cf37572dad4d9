/** Identifier octets of the universal types in use (X.690 8.1.2, X.680 8.6). */

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const ENUMERATED = 0x0a;
export const UTF8_STRING = 0x0c;
export const NUMERIC_STRING = 0x12;
export const PRINTABLE_STRING = 0x13;
export const T61_STRING = 0x14;
export const VIDEOTEX_STRING = 0x15;
export const IA5_STRING = 0x16;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const GRAPHIC_STRING = 0x19;
export const VISIBLE_STRING = 0x1a;
export const GENERAL_STRING = 0x1b;
export const UNIVERSAL_STRING = 0x1c;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;

const names: Readonly<Record<number, string>> = {
  [BOOLEAN]: 'a BOOLEAN',
  [INTEGER]: 'an INTEGER',
  [BIT_STRING]: 'a BIT STRING',
  [OCTET_STRING]: 'an OCTET STRING',
  [NULL]: 'a NULL',
  [OBJECT_IDENTIFIER]: 'an OBJECT IDENTIFIER',
  [ENUMERATED]: 'an ENUMERATED',
  [UTF8_STRING]: 'a UTF8String',
  [NUMERIC_STRING]: 'a NumericString',
  [PRINTABLE_STRING]: 'a PrintableString',
  [T61_STRING]: 'a T61String',
  [VIDEOTEX_STRING]: 'a VideotexString',
  [IA5_STRING]: 'an IA5String',
  [UTC_TIME]: 'a UTCTime',
  [GENERALIZED_TIME]: 'a GeneralizedTime',
  [GRAPHIC_STRING]: 'a GraphicString',
  [VISIBLE_STRING]: 'a VisibleString',
  [GENERAL_STRING]: 'a GeneralString',
  [UNIVERSAL_STRING]: 'a UniversalString',
  [BMP_STRING]: 'a BMPString',
  [SEQUENCE]: 'a SEQUENCE',
  [SET]: 'a SET',
};

/** What an identifier octet means, for a sentence: `a SEQUENCE`, `[3]`, `the tag 0x24`. */
export function tagName(tag: number): string {
  const known = names[tag];
  if (known !== undefined) return known;
  if (tag >> 6 === 2) return `[${tag & 0x1f}]`;
  return `the tag 0x${tag.toString(16).padStart(2, '0')}`;
}
