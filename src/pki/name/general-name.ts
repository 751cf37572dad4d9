/** GeneralName and GeneralNames (RFC 5280 4.2.1.6). */
import { oidText } from '../der/oid.ts';
import type { DerReader } from '../der/reader.ts';
import { isString, latin1, stringProblem, stringText } from '../der/strings.ts';
import { IA5_STRING, SEQUENCE } from '../der/tag.ts';
import { type DistinguishedName, nameAt, readName } from './distinguished-name.ts';

export type GeneralName =
  | { readonly kind: 'dns'; readonly value: string }
  | { readonly kind: 'email'; readonly value: string }
  | { readonly kind: 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'directory'; readonly name: DistinguishedName }
  | { readonly kind: 'registered-id'; readonly oid: string }
  | {
      readonly kind: 'other';
      readonly oid: string;
      /** The value's DER, inside the explicit tag. */
      readonly value: Uint8Array;
      /** The text when the value is one string (SRVName, XmppAddr, user principal name). */
      readonly text?: string;
    }
  | { readonly kind: 'x400'; readonly der: Uint8Array }
  | { readonly kind: 'edi-party'; readonly der: Uint8Array };

/** Where a name stands decides what an iPAddress is: an address, or an address and a mask (RFC 5280 4.2.1.10). */
export type GeneralNameUse = 'name' | 'constraint';

/** GeneralNames under the tag it has here; at least one. */
export function readGeneralNames(reader: DerReader, what: string, tag = SEQUENCE): GeneralName[] {
  const outer = reader.enter(tag, what);
  const names: GeneralName[] = [];
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  while (reader.more) names.push(readGeneralName(reader, what));
  reader.leave(outer, what);
  return names;
}

/** One GeneralName. */
export function readGeneralName(reader: DerReader, what: string, use: GeneralNameUse = 'name'): GeneralName {
  const tag = reader.peek();
  switch (tag) {
    case 0xa0:
      return readOtherName(reader, what);
    case 0x81:
      return { kind: 'email', value: readIa5(reader, what) };
    case 0x82:
      return { kind: 'dns', value: readIa5(reader, what) };
    case 0xa3:
      reader.any(what);
      return { kind: 'x400', der: reader.element() };
    case 0xa4: {
      // A CHOICE can only be tagged explicitly.
      const outer = reader.enter(tag, what);
      readName(reader, what);
      const name = nameAt(reader.der, reader.start, reader.stop);
      reader.leave(outer, what);
      return { kind: 'directory', name };
    }
    case 0xa5:
      reader.any(what);
      return { kind: 'edi-party', der: reader.element() };
    case 0x86:
      return { kind: 'uri', value: readIa5(reader, what) };
    case 0x87:
      return readIp(reader, what, use);
    case 0x88:
      reader.oid(what, tag);
      return { kind: 'registered-id', oid: oidText(reader.der, reader.content, reader.stop) };
    default:
      return reader.fail('der.tag', `${what} holds a name of a kind that does not exist`);
  }
}

/** An address in the usual notation (RFC 5952 for IPv6), with its mask when it has one; hex for any other length. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length === 16) return ipv6Text(bytes);
  if (bytes.length === 8 || bytes.length === 32) {
    const half = bytes.length / 2;
    return `${ipText(bytes.subarray(0, half))}/${ipText(bytes.subarray(half))}`;
  }
  return Buffer.from(bytes).toString('hex');
}

function readIa5(reader: DerReader, what: string): string {
  reader.next(what);
  const problem = stringProblem(reader.der, IA5_STRING, reader.content, reader.stop);
  if (problem !== undefined) reader.fail('der.string', `${what}: ${problem}`, reader.start);
  return latin1(reader.der, reader.content, reader.stop);
}

function readIp(reader: DerReader, what: string, use: GeneralNameUse): GeneralName {
  reader.next(what);
  const bytes = reader.bytes();
  const [v4, v6] = use === 'name' ? [4, 16] : [8, 32];
  if (bytes.length !== v4 && bytes.length !== v6) {
    reader.fail('extension.value', `${what} holds an IP address of ${bytes.length} octets`, reader.start);
  }
  return { kind: 'ip', bytes, text: ipText(bytes) };
}

function readOtherName(reader: DerReader, what: string): GeneralName {
  const outer = reader.enter(0xa0, what);
  reader.oid(what);
  const oid = oidText(reader.der, reader.content, reader.stop);
  const explicit = reader.enter(0xa0, what);
  reader.any(what);
  const value = reader.element();
  const text = isString(reader.tag) ? stringText(reader.der, reader.tag, reader.content, reader.stop) : undefined;
  reader.leave(explicit, what);
  reader.leave(outer, what);
  return text === undefined ? { kind: 'other', oid, value } : { kind: 'other', oid, value, text };
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  // RFC 5952 4.2: the longest run of at least two zero groups, the first of equals.
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at === -1) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}
