/**
 * Printers of CRL distribution points (RFC 5280 4.2.1.13, 5.2.5). Line breaks are exactly those of OpenSSL 3.0, which
 * sets none after a list of full names and one too many after a relative name.
 */
import { element } from '../der/writer.ts';
import { parseName, toOneLine } from '../name/distinguished-name.ts';
import { type Asn1Node, members, nodeBits, Unprintable } from './asn1-node.ts';
import type { PrinterRow } from './extension-printer.ts';
import { generalNameLine } from './general-name-text.ts';
import { reasonFlagNames } from './reason-names.ts';

export const distributionPointPrinters: readonly PrinterRow[] = [
  ['2.5.29.31', distributionPoints],
  ['2.5.29.46', distributionPoints],
  ['2.5.29.28', issuingDistributionPoint],
];

function distributionPoints(value: Asn1Node, indent: number): string {
  return members(value)
    .map((point) =>
      members(point)
        .map((part) => {
          if (part.tag === 0xa0) return pointName(part, indent);
          if (part.tag === 0x81) return reasons('Reasons', part, indent);
          return `${' '.repeat(indent)}CRL Issuer:\n${names(part.children, indent)}`;
        })
        .join(''),
    )
    .join('\n');
}

function issuingDistributionPoint(value: Asn1Node, indent: number): string {
  const margin = ' '.repeat(indent);
  const parts = new Map(members(value).map((part) => [part.tag & 0x1f, part]));
  const flag = (number: number, words: string): string =>
    parts.has(number) && parts.get(number)!.content[0] !== 0 ? `${margin}${words}\n` : '';
  const name = parts.get(0);
  const some = parts.get(3);
  const text = [
    name === undefined ? '' : pointName(name, indent),
    flag(1, 'Only User Certificates'),
    flag(2, 'Only CA Certificates'),
    flag(4, 'Indirect CRL'),
    some === undefined ? '' : reasons('Only Some Reasons', some, indent),
    flag(5, 'Only Attribute Certificates'),
  ].join('');
  return text === '' ? `${margin}<EMPTY>\n` : text;
}

function pointName(part: Asn1Node, indent: number): string {
  const [choice] = part.children;
  const margin = ' '.repeat(indent);
  if (choice?.tag === 0xa0) return `${margin}Full Name:\n${names(choice.children, indent)}`;
  if (choice?.tag !== 0xa1) throw new Unprintable('neither full nor relative');
  // A relative name is one RDN: wrapped as SET in SEQUENCE it is a name.
  const name = parseName(element(0x30, element(0x31, choice.content)));
  if (!name.ok) throw new Unprintable('not a name');
  return `${margin}Relative Name:\n${margin}  ${toOneLine(name.value)}\n`;
}

function names(list: readonly Asn1Node[], indent: number): string {
  return list.map((name) => ' '.repeat(indent + 2) + generalNameLine(name)).join('\n');
}

function reasons(title: string, part: Asn1Node, indent: number): string {
  const words = nodeBits(part).flatMap((bit) => reasonFlagNames[bit] ?? []);
  return `${' '.repeat(indent)}${title}:\n${' '.repeat(indent + 2)}${words.length === 0 ? '<EMPTY>' : words.join(', ')}\n`;
}
