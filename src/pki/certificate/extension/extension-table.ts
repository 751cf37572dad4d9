/** The list of extensions of a certificate, CSR, CRL or OCSP message: walked once, kept as offsets. */
import { isOid, oidText } from '../../der/oid.ts';
import { DerReader } from '../../der/reader.ts';
import { SEQUENCE } from '../../der/tag.ts';
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
    const extension = reader.enter(SEQUENCE, 'extension');
    reader.oid('extnID');
    const { content, stop, start } = reader;
    for (let i = 0; i < table.length; i += stride) {
      if (sameBytes(reader.der, table[i]!, table[i + 1]!, content, stop)) {
        reader.fail('extension.duplicate', `the extension ${oidText(reader.der, content, stop)} appears twice`, start);
      }
    }
    // An explicit FALSE breaks DER, yet stands in countless certificates of real CAs.
    const critical = reader.peek() === 0x01 && reader.boolean('critical');
    reader.octetString('extnValue');
    table.push(content, stop, critical ? 1 : 0, reader.content, reader.stop);
    reader.leave(extension, 'extension');
  }
  reader.leave(outer, 'extensions');
  return table.slice();
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
