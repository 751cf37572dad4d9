/** When two distinguished names are the same (RFC 5280 7.1). */
import { equalBytes, toHex } from '../../lib/bytes.ts';
import { isString } from '../der/strings.ts';
import { IA5_STRING, PRINTABLE_STRING, T61_STRING, UTF8_STRING } from '../der/tag.ts';
import type { Attribute, DistinguishedName } from './distinguished-name.ts';

/**
 * RFC 5280 7.1: string types do not matter, nor letter case, nor white space at either end or repeated inside; RDNs
 * keep their order, attributes inside one do not.
 */
export function equalNames(a: DistinguishedName, b: DistinguishedName): boolean {
  return equalPlainNames(a.der, b.der) ?? canonicalName(a) === canonicalName(b);
}

/** A key that two names share exactly when `equalNames` holds. */
export function canonicalName(name: DistinguishedName): string {
  let key = canonical.get(name);
  if (key === undefined) {
    key = canonicalRdns(name).join('\u0002');
    canonical.set(name, key);
  }
  return key;
}

/** The parts of `canonicalName`, one for each RDN: a name lies below another when its parts begin with the other's. */
export function canonicalRdns(name: DistinguishedName): string[] {
  return name.rdns.map((rdn) => rdn.map(canonicalAttribute).sort().join('\u0001'));
}

/** The comparison form of one string (RFC 4518: compatibility normal form, folded case, insignificant space removed). */
function foldText(text: string): string {
  if (/^(?:[!-~]+(?: [!-~]+)*)?$/.test(text)) return text.toLowerCase();
  const mapped = text
    .replace(/\s+/gu, ' ')
    .replace(mappedToNothing, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
  return mapped.replace(/\s+/gu, ' ').trim();
}

/**
 * The comparison straight on the DER of two checked names, for as long as they hold one short attribute in each RDN,
 * of text that is its own comparison form but for letter case; undefined where only the canonical forms can decide.
 */
function equalPlainNames(a: Uint8Array, b: Uint8Array): boolean | undefined {
  if (equalBytes(a, b)) return true;
  let i = contentStart(a);
  let j = contentStart(b);
  while (i < a.length && j < b.length) {
    // SET { SEQUENCE { OBJECT IDENTIFIER, value } }
    const size = a[i + 1]!;
    const otherSize = b[j + 1]!;
    if (size > 0x7f || otherSize > 0x7f || a[i + 3] !== size - 2 || b[j + 3] !== otherSize - 2) return undefined;
    const typeEnd = i + 6 + a[i + 5]!;
    const otherTypeEnd = j + 6 + b[j + 5]!;
    const nextA = i + 2 + size;
    const nextB = j + 2 + otherSize;
    if (!isPlainText(a, typeEnd, nextA) || !isPlainText(b, otherTypeEnd, nextB)) return undefined;
    if (size !== otherSize || typeEnd - i !== otherTypeEnd - j) return false;
    for (let k = i + 6, m = j + 6; k < typeEnd; k++, m++) if (a[k] !== b[m]) return false;
    for (let k = typeEnd + 2, m = otherTypeEnd + 2; k < nextA; k++, m++) {
      if (lowerCase(a[k]!) !== lowerCase(b[m]!)) return false;
    }
    i = nextA;
    j = nextB;
  }
  return i === a.length && j === b.length;
}

function contentStart(der: Uint8Array): number {
  return der[1]! > 0x7f ? 2 + (der[1]! & 0x7f) : 2;
}

/** Visible ASCII with single spaces inside, in one of the string types that are compared with each other. */
function isPlainText(der: Uint8Array, start: number, stop: number): boolean {
  const tag = der[start];
  if (tag !== PRINTABLE_STRING && tag !== UTF8_STRING && tag !== IA5_STRING) return false;
  let before = 0x20;
  for (let i = start + 2; i < stop; i++) {
    const octet = der[i]!;
    if (octet < 0x20 || octet > 0x7e || (octet === 0x20 && before === 0x20)) return false;
    before = octet;
  }
  return before !== 0x20;
}

function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

const canonical = new WeakMap<DistinguishedName, string>();

/** RFC 4518 2.2: characters that are mapped to nothing, and control characters other than white space. */
const mappedToNothing = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;

function canonicalAttribute(attribute: Attribute): string {
  if (!isString(attribute.tag)) return `${attribute.oid}#${attribute.tag}:${toHex(attribute.raw)}`;
  // RFC 5280 7.1 has no rule for T61String, which has no agreed alphabet: it is compared with its like alone.
  return `${attribute.oid}${attribute.tag === T61_STRING ? '~' : '='}${foldText(attribute.value)}`;
}
