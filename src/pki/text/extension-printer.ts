/** What a printer of one extension is, and the two ways OpenSSL lists values. */
import type { Asn1Node } from './asn1-node.ts';

/** The content of an extension, every line indented, without a newline at the end. */
export type ExtensionPrinter = (value: Asn1Node, indent: number) => string;

/** A row of a printer table: OID and printer. */
export type PrinterRow = readonly [oid: string, printer: ExtensionPrinter];

/** Values on one line, joined by commas. */
export function commaList(values: readonly string[], indent: number): string {
  return ' '.repeat(indent) + (values.length === 0 ? '<EMPTY>\n' : values.join(', '));
}

/** One value on each line. */
export function lineList(values: readonly string[], indent: number): string {
  if (values.length === 0) return `${' '.repeat(indent)}<EMPTY>\n`;
  return values.map((value) => ' '.repeat(indent) + value).join('\n');
}
