/** Public keys in the layout of `openssl pkey -pubin -text -noout`. */
import { oidLongName } from '../der/oid.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import { type Asn1Node, members, nodeInteger, readNode, Unprintable } from './asn1-node.ts';
import { explicitCurve } from './explicit-curve-text.ts';
import { hexLines } from './octets-text.ts';
import { pssRestrictions } from './pss-text.ts';

/** The decoded view of a public key; every line is indented by `indent` and ends in a newline. */
export function publicKeyText(key: PublicKeyInfo, indent = 0): string {
  return indented(keyLines(key) ?? ['Unable to load Public Key'], indent);
}

/** The block below `Subject Public Key Info` of certificates and requests. */
export function subjectPublicKeyText(key: PublicKeyInfo): string {
  const head = `        Subject Public Key Info:\n            Public Key Algorithm: ${oidLongName(key.oid)}\n`;
  const lines = keyLines(key);
  return head + (lines === undefined ? '            Unable to load Public Key\n' : indented(lines, 16));
}

function indented(lines: readonly string[], indent: number): string {
  const margin = ' '.repeat(indent);
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) => `${margin}${line}\n`)
    .join('');
}

/** Undefined for a key that cannot be shown: of an unknown type, or not of the shape its type has. */
function keyLines(key: PublicKeyInfo): string[] | undefined {
  try {
    return linesOf(key);
  } catch (thrown) {
    if (thrown instanceof Unprintable) return undefined;
    throw thrown;
  }
}

function linesOf(key: PublicKeyInfo): string[] | undefined {
  switch (key.algorithm) {
    case 'rsa':
      return rsaLines(key);
    case 'rsa-pss':
      return [...rsaLines(key), ...pssRestrictions(key.parameters)];
    case 'ec':
      return ecLines(key);
    case 'dsa':
      return dsaLines(key);
    case 'unknown':
      return undefined;
    default:
      return [`${key.algorithm.toUpperCase()} Public-Key:`, 'pub:', hexLines(key.key, 4, 15)];
  }
}

function rsaLines(key: PublicKeyInfo): string[] {
  const [modulus, exponent] = members(readNode(key.key));
  const bits = nodeInteger(modulus).toString(2).length;
  return [`Public-Key: (${bits} bit)`, ...numberLines('Modulus', modulus), ...numberLines('Exponent', exponent)];
}

const nistNames: Readonly<Record<string, string>> = {
  prime192v1: 'P-192',
  secp224r1: 'P-224',
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

function ecLines(key: PublicKeyInfo): string[] {
  const { curve } = key;
  if (curve === undefined) {
    const { bits, lines } = explicitCurve(readNode(key.parameters ?? new Uint8Array()));
    return [`Public-Key: (${bits} bit)`, 'pub:', hexLines(key.key, 4, 15), ...lines];
  }
  const nist = nistNames[curve];
  return [
    `Public-Key: (${key.bits} bit)`,
    'pub:',
    hexLines(key.key, 4, 15),
    `ASN1 OID: ${curve}`,
    ...(nist === undefined ? [] : [`NIST CURVE: ${nist}`]),
  ];
}

function dsaLines(key: PublicKeyInfo): string[] {
  // RFC 3279 2.3.2: a key that inherits its parameters from the issuer is not whole.
  const [p, q, g] = members(readNode(key.parameters ?? new Uint8Array()));
  const rows = [
    ['pub: ', readNode(key.key)],
    ['P:   ', p],
    ['Q:   ', q],
    ['G:   ', g],
  ] as const;
  return [
    `Public-Key: (${key.bits} bit)`,
    ...rows.flatMap(([label, node]) => (node === undefined ? [] : [label, hexLines(node.content, 4, 15)])),
  ];
}

/** A number: on one line in decimal and hex up to 64 bits, else in hex lines with a sign octet where it needs one. */
function numberLines(label: string, node: Asn1Node | undefined): string[] {
  const value = nodeInteger(node);
  if (value < 2n ** 64n) return [`${label}: ${value} (0x${value.toString(16)})`];
  return [`${label}:`, hexLines(node?.content ?? new Uint8Array(), 4, 15)];
}
