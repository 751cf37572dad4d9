/** Public keys in the layout of `openssl pkey -pubin -text -noout`. */
import { oidLongName } from '../der/oid.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import { members, nodeInteger, readNode } from './asn1-node.ts';
import { hexLines } from './octets-text.ts';
import { pssRestrictions } from './pss-text.ts';

/** The decoded view of a public key; every line is indented by `indent` and ends in a newline. */
export function publicKeyText(key: PublicKeyInfo, indent = 0): string {
  const margin = ' '.repeat(indent);
  return keyLines(key)
    .flatMap((line) => line.split('\n'))
    .map((line) => `${margin}${line}\n`)
    .join('');
}

/** The block below `Subject Public Key Info` of certificates and requests. */
export function subjectPublicKeyText(key: PublicKeyInfo): string {
  const head = `        Subject Public Key Info:\n            Public Key Algorithm: ${oidLongName(key.oid)}\n`;
  if (!isKnown(key)) return `${head}            Unable to load Public Key\n`;
  return head + publicKeyText(key, 16);
}

function keyLines(key: PublicKeyInfo): string[] {
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
      return ['Unable to load Public Key'];
    default:
      return [`${key.algorithm.toUpperCase()} Public-Key:`, 'pub:', hexLines(key.key, 4, 15)];
  }
}

function isKnown(key: PublicKeyInfo): boolean {
  return key.algorithm !== 'unknown';
}

function rsaLines(key: PublicKeyInfo): string[] {
  const [modulus, exponent] = members(readNode(key.key));
  return [
    `Public-Key: (${key.bits} bit)`,
    ...numberLines('Modulus', modulus?.content ?? new Uint8Array()),
    ...numberLines('Exponent', exponent?.content ?? new Uint8Array()),
  ];
}

const nistNames: Readonly<Record<string, string>> = {
  prime192v1: 'P-192',
  secp224r1: 'P-224',
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

function ecLines(key: PublicKeyInfo): string[] {
  const curve = key.curve ?? '';
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
  const lines = [`Public-Key: (${key.bits} bit)`, ...numberLines('pub', readNode(key.key).content)];
  // RFC 3279 2.3.2: parameters may be inherited from the issuer.
  if (key.parameters === undefined || key.parameters[0] !== 0x30) return lines;
  const [p, q, g] = members(readNode(key.parameters));
  for (const [label, node] of [
    ['P', p],
    ['Q', q],
    ['G', g],
  ] as const) {
    if (node !== undefined) lines.push(...numberLines(label, node.content));
  }
  return lines;
}

/** A number: on one line in decimal and hex up to 64 bits, else in hex lines with a sign octet where it needs one. */
function numberLines(label: string, content: Uint8Array): string[] {
  const value = nodeInteger({ tag: 2, der: content, content, children: [] });
  if (value < 2n ** 64n) return [`${label}: ${value} (0x${value.toString(16)})`];
  return [`${label}:`, hexLines(content, 4, 15)];
}
