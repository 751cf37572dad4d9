/** Distinguished names as text: RFC 4514, and the one-line form of OpenSSL 3. */
import { toHex } from '../../lib/bytes.ts';
import { oidName } from '../der/oid.ts';
import { isString } from '../der/strings.ts';
import type { Attribute, DistinguishedName } from './distinguished-name.ts';

/** RFC 4514: most specific RDN first, types without a name of their own as OID and `#` with the value's DER in hex. */
export function toRfc4514(name: DistinguishedName): string {
  return name.rdns
    .toReversed()
    .map((rdn) => rdn.map(rfc4514Attribute).join('+'))
    .join(',');
}

/** As `openssl x509 -text` prints it: `C = GB, O = Example + OU = One, CN = x`, in the order of the encoding. */
export function toOneLine(name: DistinguishedName): string {
  // OpenSSL drops an RDN without attributes.
  const rdns = name.rdns.filter((rdn) => rdn.length > 0);
  return rdns.map((rdn) => rdn.map(oneLineAttribute).join(' + ')).join(', ');
}

/** RFC 4514 2.3: the names that every implementation must know, with those of RFC 4519 that OpenSSL writes the same way. */
const rfc4514Names: ReadonlySet<string> = new Set(['CN', 'L', 'ST', 'O', 'OU', 'C', 'street', 'DC', 'UID']);

function rfc4514Attribute(attribute: Attribute): string {
  if (!rfc4514Names.has(attribute.type)) {
    const known = oidName(attribute.oid);
    if (known !== undefined && isString(attribute.tag)) return `${known.short}=${escapeRfc4514(attribute.value)}`;
    return `${attribute.oid}=#${toHex(encoded(attribute))}`;
  }
  const type = attribute.type === 'street' ? 'STREET' : attribute.type;
  return `${type}=${isString(attribute.tag) ? escapeRfc4514(attribute.value) : `#${toHex(encoded(attribute))}`}`;
}

/** RFC 4514 2.4; control characters as hex pairs of their UTF-8, so that the line stays one line. */
function escapeRfc4514(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    .replace(/[\u0000-\u001f\u007f]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}

function oneLineAttribute(attribute: Attribute): string {
  const value = isString(attribute.tag)
    ? escapeOneLine(attribute.value)
    : `#${toHex(encoded(attribute)).toUpperCase()}`;
  return `${attribute.type} = ${value}`;
}

/** XN_FLAG_ONELINE: a value with special characters stands in quotes; control and non-ASCII octets as `\XX`. */
function escapeOneLine(value: string): string {
  const escaped = value
    .replace(/["\\]/g, '\\$&')
    .replace(/[\u0000-\u001f\u007f-\u{10ffff}]/gu, (c) =>
      Array.from(Buffer.from(c), (octet) => `\\${octet.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
    );
  return /[,+<>;]/.test(value) || /^[ #]| $/.test(value) ? `"${escaped}"` : escaped;
}

/** The value's DER, put together again from tag and content. */
function encoded(attribute: Attribute): Uint8Array {
  const { raw, tag } = attribute;
  const length: number[] = [];
  for (let rest = raw.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const header = raw.length < 0x80 ? [tag, raw.length] : [tag, 0x80 + length.length, ...length];
  return Buffer.concat([Uint8Array.from(header), raw]);
}
