/** The list of extensions of a certificate, CSR, CRL or OCSP message: walked once, kept as offsets. */
import { isOid, oidText } from '../../der/oid.ts';
import { DerReader } from '../../der/reader.ts';
import { BOOLEAN, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE } from '../../der/tag.ts';
import { PkiRefusal } from '../../pki-error.ts';
import type { ExtensionDecoder } from './extension-decoder.ts';

/** One extension as it stands in the structure. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the extnValue OCTET STRING. */
  readonly value: Uint8Array;
  /** Where the value begins in the DER of the whole. */
  readonly offset: number;
}

/** Five numbers for each extension: identifier from, to; critical 0 or 1; value from, to. */
export type ExtensionTable = readonly number[];

export const noExtensions: ExtensionTable = [];

/** Numbers for each extension in a table. */
export const stride = 5;

/** Extensions (RFC 5280 4.1): none twice (4.2), at most `max`; a list without any is let pass. */
export function readExtensions(reader: DerReader, max: number): ExtensionTable {
  const table = scratch;
  table.length = 0;
  const outer = reader.enter(SEQUENCE, 'extensions');
  while (reader.more) {
    if (table.length === max * stride) reader.fail('extension.too-many', `more than ${max} extensions`);
    const plain = readPlain(reader.der, reader.position, reader.end, table);
    if (plain === 0) readExtension(reader, table);
    else {
      checkOnce(reader, table, table.length - stride, reader.position);
      reader.position = plain;
    }
  }
  reader.leave(outer, 'extensions');
  return table.slice();
}

/**
 * Notes the extension at an offset and returns where it ends, when it is one of id-ce (2.5.29) and every length takes
 * one octet; otherwise 0.
 */
function readPlain(der: Uint8Array, at: number, end: number, table: number[]): number {
  const stop = at + 2 + der[at + 1]!;
  if (der[at] !== SEQUENCE || der[at + 1]! > 0x7f || stop > end) return 0;
  if (der[at + 2] !== OBJECT_IDENTIFIER || der[at + 3] !== 3 || der[at + 4] !== 0x55 || der[at + 5] !== 0x1d) return 0;
  let value = at + 7;
  let critical = 0;
  if (der[value] === BOOLEAN) {
    if (der[value + 1] !== 1 || der[value + 2] !== 0xff) return 0;
    critical = 1;
    value += 3;
  }
  const length = der[value + 1]!;
  if (der[at + 6]! > 0x7f || der[value] !== OCTET_STRING || length > 0x7f || value + 2 + length !== stop) return 0;
  table.push(at + 4, at + 7, critical, value + 2, stop);
  return stop;
}

function readExtension(reader: DerReader, table: number[]): void {
  const outer = reader.enter(SEQUENCE, 'extension');
  reader.oid('extnID');
  const { content, stop, start } = reader;
  table.push(content, stop, 0, 0, 0);
  checkOnce(reader, table, table.length - stride, start);
  // An explicit FALSE breaks DER, yet stands in countless certificates of real CAs.
  if (reader.peek() === BOOLEAN && reader.boolean('critical')) table[table.length - 3] = 1;
  reader.octetString('extnValue');
  table[table.length - 2] = reader.content;
  table[table.length - 1] = reader.stop;
  reader.leave(outer, 'extension');
}

/** RFC 5280 4.2: no extension twice. */
function checkOnce({ der }: DerReader, table: readonly number[], at: number, offset: number): void {
  const start = table[at]!;
  const stop = table[at + 1]!;
  for (let i = 0; i < at; i += stride) {
    if (sameBytes(der, table[i]!, table[i + 1]!, start, stop)) {
      throw new PkiRefusal('extension.duplicate', `the extension ${oidText(der, start, stop)} appears twice`, offset);
    }
  }
}

/** What is being read, over and over: a list that grows is made several times. */
const scratch: number[] = [];

/** Extensions under an explicit tag, when that comes next. */
export function readTaggedExtensions(reader: DerReader, tag: number, max: number): ExtensionTable {
  if (reader.peek() !== tag) return noExtensions;
  const outer = reader.enter(tag, 'extensions');
  const table = readExtensions(reader, max);
  reader.leave(outer, 'extensions');
  return table;
}

/** Where in the table the extension with this identifier stands, or -1. */
export function findExtension(der: Uint8Array, table: ExtensionTable, identifier: Uint8Array): number {
  for (let i = 0; i < table.length; i += stride) {
    if (isOid(der, table[i]!, table[i + 1]!, identifier)) return i;
  }
  return -1;
}

/** The extension at a place in the table. */
export function extensionAt(der: Uint8Array, table: ExtensionTable, at: number): Extension {
  return {
    oid: oidText(der, table[at]!, table[at + 1]!),
    critical: table[at + 2] === 1,
    value: der.subarray(table[at + 3], table[at + 4]),
    offset: table[at + 3]!,
  };
}

/** Every extension of a table. */
export function listExtensions(der: Uint8Array, table: ExtensionTable): Extension[] {
  return Array.from({ length: table.length / stride }, (_, i) => extensionAt(der, table, i * stride));
}

/** The decoded value of an extension, or undefined when it is absent; throws `PkiRefusal` when it is malformed. */
export function decodeExtension<T>(
  der: Uint8Array,
  table: ExtensionTable,
  decoder: ExtensionDecoder<T>,
): T | undefined {
  const at = findExtension(der, table, decoder.content);
  return at === -1 ? undefined : decodeExtensionAt(der, table, at, decoder);
}

/**
 * The same for the extension at a place in the table, which must have the identifier of the decoder. A reader of the
 * same octets can be used again.
 */
export function decodeExtensionAt<T>(
  der: Uint8Array,
  table: ExtensionTable,
  at: number,
  decoder: ExtensionDecoder<T>,
  reader = new DerReader(der),
): T {
  reader.restart(table[at + 3]!, table[at + 4]!);
  const value = decoder.read(reader);
  reader.finish('the extension value');
  return value;
}

function sameBytes(der: Uint8Array, from: number, to: number, start: number, stop: number): boolean {
  if (to - from !== stop - start) return false;
  for (let i = to - from - 1; i >= 0; i--) if (der[from + i] !== der[start + i]) return false;
  return true;
}
