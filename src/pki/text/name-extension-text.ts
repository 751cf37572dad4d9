/** Printers of the extensions that hold names: alternative names, key identifiers, access to information, constraints. */
import { toColonHex } from '../../lib/bytes.ts';
import { oidLongName } from '../der/oid.ts';
import { type Asn1Node, members, nodeOid, Unprintable } from './asn1-node.ts';
import { commaList, lineList, type PrinterRow } from './extension-printer.ts';
import { generalNameItem, generalNameLine, ipText } from './general-name-text.ts';

export const namePrinters: readonly PrinterRow[] = [
  ['2.5.29.17', alternativeNames],
  ['2.5.29.18', alternativeNames],
  ['2.5.29.29', alternativeNames],
  ['2.5.29.35', authorityKeyIdentifier],
  ['1.3.6.1.5.5.7.1.1', infoAccess],
  ['1.3.6.1.5.5.7.1.11', infoAccess],
  ['2.5.29.30', nameConstraints],
];

function alternativeNames(value: Asn1Node, indent: number): string {
  return commaList(members(value).map(generalNameItem), indent);
}

function authorityKeyIdentifier(value: Asn1Node, indent: number): string {
  const parts = members(value);
  const lines = parts.flatMap((part) => {
    if (part.tag === 0x80) return `${parts.length > 1 ? 'keyid:' : ''}${toColonHex(part.content)}`;
    if (part.tag === 0xa1) return part.children.map(generalNameItem);
    return `serial:${toColonHex(part.content[0] === 0 && part.content.length > 1 ? part.content.subarray(1) : part.content)}`;
  });
  return lineList(lines, indent);
}

function infoAccess(value: Asn1Node, indent: number): string {
  const lines = members(value).map((description) => {
    const [method, location] = members(description);
    if (location === undefined) throw new Unprintable('no location');
    return `${oidLongName(nodeOid(method))} - ${generalNameItem(location)}`;
  });
  return lineList(lines, indent);
}

function nameConstraints(value: Asn1Node, indent: number): string {
  const margin = ' '.repeat(indent);
  const lines = members(value).flatMap((side) => [
    `${margin}${side.tag === 0xa0 ? 'Permitted' : 'Excluded'}:`,
    ...side.children.map((subtree) => `${margin}  ${subtreeText(members(subtree)[0])}`),
  ]);
  return lines.join('\n');
}

function subtreeText(base: Asn1Node | undefined): string {
  if (base === undefined) throw new Unprintable('an empty subtree');
  if (base.tag !== 0x87) return generalNameLine(base);
  const half = base.content.length / 2;
  if (half !== 4 && half !== 16) return 'IP Address:<invalid>';
  return `IP:${ipText(base.content.subarray(0, half))}/${ipText(base.content.subarray(half))}`;
}
