/**
 * Distinguished names (RFC 5280 4.1.2.4): a sequence of RDNs, each a set of attributes. Multi-valued RDNs keep their
 * structure; text is made only when asked for.
 */
import { ok, type Result } from '../../lib/result.ts';
import { checkElement, checkSetOrder } from '../der/element.ts';
import { octetsAt } from '../der/octets.ts';
import { oidShortName, oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { isString, stringProblem, stringText } from '../der/strings.ts';
import { IA5_STRING, OBJECT_IDENTIFIER, PRINTABLE_STRING, SEQUENCE, SET, UTF8_STRING } from '../der/tag.ts';
import { type PkiError, refused } from '../pki-error.ts';

export { canonicalName, canonicalRdns, equalNames } from './equal-names.ts';
export { toOneLine, toRfc4514 } from './name-text.ts';

/** One attribute of an RDN. */
export interface Attribute {
  readonly oid: string;
  /** Short name as OpenSSL prints it, or the dotted OID when it has none. */
  readonly type: string;
  /** The text as it stands in the name, unescaped; `#` and hex of the DER when the value is no string. */
  readonly value: string;
  readonly tag: number;
  /** Content octets of the value. */
  readonly raw: Uint8Array;
}

export interface DistinguishedName {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly Attribute[])[];
}

/** Reads a Name that fills the input. */
export function parseName(der: Uint8Array): Result<DistinguishedName, PkiError> {
  try {
    const reader = new DerReader(der);
    readName(reader, 'name');
    reader.finish('name');
    return ok(nameAt(der, 0, der.length));
  } catch (thrown) {
    return refused(thrown);
  }
}

/** Whether the name holds no attribute: an RDN without any is let pass, and says nothing. */
export function isEmptyName(name: DistinguishedName): boolean {
  const { der } = name;
  // nearly all names show in their first RDN that they are not, before anything is read
  if (der.length > 2 && der[1]! < 0x80 && der[3] !== 0) return false;
  return name.rdns.every((rdn) => rdn.length === 0);
}

/** The values of all common names, in order. */
export function commonNames(name: DistinguishedName): string[] {
  return name.rdns.flat().flatMap((a) => (a.oid === '2.5.4.3' ? [a.value] : []));
}

/**
 * Checks the Name that comes next and steps over it; the reader's offsets are then those of the whole name. An RDN
 * without attributes is let pass, as every common parser does; returns whether there is one.
 */
export function readName(reader: DerReader, what: string): boolean {
  const outer = reader.enter(SEQUENCE, what);
  const start = reader.start;
  let empty = false;
  while (reader.more) {
    const stop = plainRdnEnd(reader.der, reader.position, reader.end);
    if (stop === 0) empty = !readRdn(reader, SET, what) || empty;
    else reader.position = stop;
  }
  reader.leave(outer, what);
  reader.start = start;
  reader.stop = reader.position;
  return empty;
}

/**
 * Where the RDN at an offset ends when it is what nearly all are: one attribute of X.520 in visible ASCII, every length
 * in one octet. Such a one needs no further look; 0 for any other.
 */
function plainRdnEnd(der: Uint8Array, at: number, end: number): number {
  const size = der[at + 1]!;
  const stop = at + 2 + size;
  if (der[at] !== SET || size > 0x7f || stop > end || der[at + 2] !== SEQUENCE || der[at + 3] !== size - 2) return 0;
  // an identifier of three octets: 2.5.4 and a number below 128
  if (der[at + 4] !== OBJECT_IDENTIFIER || der[at + 5] !== 3 || der[at + 6] !== 0x55 || der[at + 7] !== 4) return 0;
  const tag = der[at + 9];
  if (der[at + 8]! > 0x7f || der[at + 10] !== size - 9) return 0;
  if (tag !== UTF8_STRING && tag !== PRINTABLE_STRING && tag !== IA5_STRING) return 0;
  for (let i = at + 11; i < stop; i++) if (der[i]! < 0x20 || der[i]! > 0x7e) return 0;
  return stop;
}

/** Checks one RelativeDistinguishedName under the tag it has here; returns whether it has an attribute. */
export function readRdn(reader: DerReader, tag: number, what: string): boolean {
  const outer = reader.enter(tag, what);
  let before = 0;
  let beforeStop = 0;
  while (reader.more) {
    const attribute = reader.enter(SEQUENCE, what);
    const start = reader.start;
    const stop = reader.stop;
    if (before !== 0) checkSetOrder(reader.der, before, beforeStop, start, stop);
    reader.oid(what);
    const valueTag = reader.next(what);
    if (isString(valueTag)) {
      const problem = stringProblem(reader.der, valueTag, reader.content, reader.stop);
      if (problem !== undefined) reader.fail('der.string', `${what}: ${problem}`, reader.start);
    } else {
      checkElement(reader.der, reader.start, reader.stop);
    }
    reader.leave(attribute, what);
    before = start;
    beforeStop = stop;
  }
  reader.leave(outer, what);
  return before !== 0;
}

/** A name whose octets have been checked; its attributes are decoded when they are first asked for. */
export function nameAt(der: Uint8Array, start: number, stop: number): DistinguishedName {
  return new CheckedName(octetsAt(der, start, stop));
}

/** The attributes of one checked RDN, whose content the reader is about to read. */
export function attributesOf(reader: DerReader): Attribute[] {
  const attributes: Attribute[] = [];
  while (reader.more) {
    const outer = reader.enter(SEQUENCE, 'attribute');
    reader.oid('type');
    const oid = oidText(reader.der, reader.content, reader.stop);
    const tag = reader.next('value');
    const value = isString(tag)
      ? stringText(reader.der, tag, reader.content, reader.stop)
      : `#${Buffer.from(reader.element()).toString('hex')}`;
    attributes.push({ oid, type: oidShortName(oid), value, tag, raw: reader.bytes() });
    reader.leave(outer, 'attribute');
  }
  return attributes;
}

class CheckedName implements DistinguishedName {
  readonly der: Uint8Array;
  private decoded: (readonly Attribute[])[] | undefined;

  constructor(der: Uint8Array) {
    this.der = der;
  }

  get rdns(): readonly (readonly Attribute[])[] {
    this.decoded ??= decodeRdns(this.der);
    return this.decoded;
  }
}

function decodeRdns(der: Uint8Array): (readonly Attribute[])[] {
  const reader = new DerReader(der);
  const rdns: (readonly Attribute[])[] = [];
  reader.enter(SEQUENCE, 'name');
  while (reader.more) {
    const outer = reader.enter(SET, 'RDN');
    rdns.push(attributesOf(reader));
    reader.leave(outer, 'RDN');
  }
  return rdns;
}
