/** Printers of the extensions that say what a certificate or CRL is for, how it is numbered, and single values. */
import { toColonHex, toHex } from '../../lib/bytes.ts';
import { oidLongName } from '../der/oid.ts';
import { GENERALIZED_TIME } from '../der/tag.ts';
import { timeOf } from '../der/time.ts';
import { type Asn1Node, members, nodeBits, nodeInteger, nodeOid, Unprintable } from './asn1-node.ts';
import { commaList, type ExtensionPrinter, type PrinterRow } from './extension-printer.ts';
import { integerText, timeText, utf8Text } from './octets-text.ts';
import { reasonNames } from './reason-names.ts';

const keyUsages = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
];

const netscapeTypes = [
  'SSL Client',
  'SSL Server',
  'S/MIME',
  'Object Signing',
  'Unused',
  'SSL CA',
  'S/MIME CA',
  'Object Signing CA',
];

/** TLS extensions that may be asked for (RFC 7633), by their number. */
const tlsFeatures: ReadonlyMap<bigint, string> = new Map([
  [5n, 'status_request'],
  [17n, 'status_request_v2'],
]);

export const usagePrinters: readonly PrinterRow[] = [
  ['2.5.29.19', basicConstraints],
  ['2.5.29.15', bits(keyUsages)],
  ['2.16.840.1.113730.1.1', bits(netscapeTypes)],
  [
    '2.5.29.37',
    (v, indent) =>
      commaList(
        members(v).map((usage) => oidLongName(nodeOid(usage))),
        indent,
      ),
  ],
  ['2.5.29.14', (v, indent) => ' '.repeat(indent) + toColonHex(typed(v, 0x04).content)],
  ['2.5.29.16', privateKeyUsagePeriod],
  ['2.5.29.20', integer],
  ['2.5.29.27', integer],
  ['2.5.29.54', integer],
  ['2.5.29.21', reason],
  ['2.5.29.24', (v, indent) => ' '.repeat(indent) + generalizedTime(typed(v, 0x18))],
  ['2.5.29.23', (v, indent) => ' '.repeat(indent) + oidLongName(nodeOid(typed(v, 0x06)))],
  ['1.3.6.1.5.5.7.1.24', (v, indent) => commaList(members(v).map(tlsFeature), indent)],
  // The nonce is shown with its own header.
  ['1.3.6.1.5.5.7.48.1.2', (v, indent) => ' '.repeat(indent) + toHex(v.der).toUpperCase()],
  // OpenSSL prints nothing for it, not even the indent.
  ['1.3.6.1.5.5.7.48.1.5', (v) => fixed(v, '')],
  ['1.3.6.1.5.5.7.48.1.6', (v, indent) => ' '.repeat(indent) + generalizedTime(typed(v, 0x18))],
  ['1.3.6.1.4.1.11129.2.4.3', (v, indent) => fixed(v, `${' '.repeat(indent)}NULL`)],
  ...['2', '3', '4', '7', '8', '12', '13'].map(
    (last): PrinterRow => [
      `2.16.840.1.113730.1.${last}`,
      (v, indent) => ' '.repeat(indent) + utf8Text(typed(v, 0x16).content),
    ],
  ),
];

/** The node itself when it has this type. */
export function typed(node: Asn1Node | undefined, tag: number): Asn1Node {
  if (node?.tag !== tag) throw new Unprintable('another type was expected');
  return node;
}

/** The words for an extension that holds a NULL. */
function fixed(value: Asn1Node, words: string): string {
  typed(value, 0x05);
  return words;
}

function basicConstraints(value: Asn1Node, indent: number): string {
  const [first, second] = members(value);
  const ca = first?.tag === 0x01 && first.content[0] !== 0;
  const pathLength = first?.tag === 0x02 ? first : second;
  const items = [`CA:${ca ? 'TRUE' : 'FALSE'}`];
  if (pathLength !== undefined) items.push(`pathlen:${integerText(nodeInteger(pathLength))}`);
  return commaList(items, indent);
}

function bits(names: readonly string[]): ExtensionPrinter {
  return (value, indent) =>
    commaList(
      nodeBits(typed(value, 0x03)).flatMap((bit) => names[bit] ?? []),
      indent,
    );
}

function integer(value: Asn1Node, indent: number): string {
  return ' '.repeat(indent) + integerText(nodeInteger(typed(value, 0x02)));
}

function reason(value: Asn1Node, indent: number): string {
  const number = Number(nodeInteger(typed(value, 0x0a)));
  return ' '.repeat(indent) + (reasonNames.find((r) => r.number === number)?.text ?? String(number));
}

function tlsFeature(node: Asn1Node): string {
  const number = nodeInteger(node);
  return tlsFeatures.get(number) ?? String(number);
}

function privateKeyUsagePeriod(value: Asn1Node, indent: number): string {
  const items = members(value).map(
    (time) => `${time.tag === 0x80 ? 'Not Before' : 'Not After'}: ${generalizedTime(time)}`,
  );
  return ' '.repeat(indent) + items.join(', ');
}

function generalizedTime(node: Asn1Node): string {
  const milliseconds = timeOf(node.content, GENERALIZED_TIME, 0, node.content.length);
  if (Number.isNaN(milliseconds)) throw new Unprintable('not a time');
  return timeText(milliseconds);
}
