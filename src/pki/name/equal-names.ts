/** When two distinguished names are the same (RFC 5280 7.1). */
import { equalBytes, toHex } from '../../lib/bytes.ts';
import { isString } from '../der/strings.ts';
import { T61_STRING } from '../der/tag.ts';
import type { Attribute, DistinguishedName } from './distinguished-name.ts';

/**
 * RFC 5280 7.1: string types do not matter, nor letter case, nor white space at either end or repeated inside; RDNs
 * keep their order, attributes inside one do not.
 */
export function equalNames(a: DistinguishedName, b: DistinguishedName): boolean {
  return equalBytes(a.der, b.der) || canonicalName(a) === canonicalName(b);
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
export function foldText(text: string): string {
  if (/^[\u0021-\u007e]*$/.test(text)) return text.toLowerCase();
  const mapped = text
    .replace(/\s+/gu, ' ')
    .replace(mappedToNothing, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
  return mapped.replace(/\s+/gu, ' ').trim();
}

const canonical = new WeakMap<DistinguishedName, string>();

/** RFC 4518 2.2: characters that are mapped to nothing, and control characters other than white space. */
const mappedToNothing = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;

function canonicalAttribute(attribute: Attribute): string {
  if (!isString(attribute.tag)) return `${attribute.oid}#${attribute.tag}:${toHex(attribute.raw)}`;
  // RFC 5280 7.1 has no rule for T61String, which has no agreed alphabet: it is compared with its like alone.
  return `${attribute.oid}${attribute.tag === T61_STRING ? '~' : '='}${foldText(attribute.value)}`;
}
