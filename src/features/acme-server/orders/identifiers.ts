/** Names that clients order (RFC 8555 7.1.4 and 9.7.7, RFC 8738 3): read strictly, written in one way. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { equalBytes } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { ipText } from '../../../pki/name/general-name.ts';
import { isDottedQuad, isHostName } from '../../../pki/name/host-name.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { AcmeError } from '../protocol/acme-error.ts';

/** One order names at most so many. */
export const mostIdentifiers = 100;

/** Lower case, without duplicates, sorted. Throws `malformed`, `unsupportedIdentifier`, `rejectedIdentifier`. */
export function readIdentifiers(given: readonly { readonly type: string; readonly value: string }[]): CertifiedName[] {
  const read = given.map(({ type, value }): CertifiedName => {
    if (type === 'dns') return { type, value: dnsName(value) };
    if (type === 'ip') return { type, value: ipName(value) };
    throw new AcmeError(
      'unsupportedIdentifier',
      'identifier-type',
      `Names of the type ${printable(type, 40)} are not certified here: dns and ip are.`,
    );
  });
  const unique = new Map(read.map((name) => [identifierText(name), name]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}

export function identifierText({ type, value }: CertifiedName): string {
  return `${type}:${value}`;
}

/** Whether the two lists, both as `readIdentifiers` answers them, hold the same names. */
export function sameNames(a: readonly CertifiedName[], b: readonly CertifiedName[]): boolean {
  return a.length === b.length && a.every((name, i) => identifierText(name) === identifierText(b[i]!));
}

function dnsName(text: string): string {
  const value = text.toLowerCase();
  const host = value.startsWith('*.') ? value.slice(2) : value;
  // RFC 8555 7.1.4: A-labels, no trailing dot; a wildcard is the whole left-most label and only that
  if (isDottedQuad(host) || ipBytes(host) !== undefined)
    throw rejected(text, 'address-as-name', 'is an address: order it with the type ip');
  // programs read a name as an address when its last label is a number, 0x ones included (RFC 1123 2.1)
  if (!/^[\x21-\x7e]+$/.test(text) || !isHostName(host) || !/\.[a-z][^.]*$/.test(host))
    throw rejected(text, 'no-host-name', 'is no host name of at least two labels');
  if (host.split('.').some((label) => label.startsWith('xn--') && !isALabel(label)))
    throw rejected(text, 'no-host-name', 'has a label that begins with xn-- and encodes nothing');
  return value;
}

/** RFC 8555 7.1.4, RFC 5890 2.3.2.1: what it stands for is written in this way and no other. */
function isALabel(label: string): boolean {
  const text = domainToUnicode(label);
  return text !== label && domainToASCII(text) === label;
}

/** RFC 8738 3: RFC 5952 text for IPv6, dotted decimals for IPv4, and nothing else. */
function ipName(text: string): string {
  const bytes = ipBytes(text);
  if (bytes === undefined || ipText(bytes) !== text.toLowerCase())
    throw new AcmeError('malformed', 'address-text', `${printable(text, 60)} is no IP address in its usual notation.`);
  return ipText(bytes);
}

/** Whether both texts are the same address. */
export function sameAddress(a: string, b: string): boolean {
  const [x, y] = [ipBytes(a), ipBytes(b)];
  return x !== undefined && y !== undefined && equalBytes(x, y);
}

function rejected(text: string, reason: string, words: string): AcmeError {
  return new AcmeError('rejectedIdentifier', reason, `${printable(text, 100)} ${words}.`);
}
