/**
 * Explicit curve parameters (X9.62) in OpenSSL's words. RFC 5480 2.1.1 forbids them and such keys are refused
 * everywhere; a person who decodes one still sees what is in it.
 */
import { type Asn1Node, members, nodeInteger, nodeOid, Unprintable } from './asn1-node.ts';
import { hexLines } from './octets-text.ts';

export interface ExplicitCurve {
  /** Size of the field. */
  readonly bits: number;
  readonly lines: readonly string[];
}

/** Lines below the point of the key. Curves over binary fields are not taken apart: throws `Unprintable`. */
export function explicitCurve(parameters: Asn1Node): ExplicitCurve {
  const [, field, curve, base, order, cofactor] = members(parameters);
  const [fieldType, prime] = members(field);
  if (nodeOid(fieldType) !== primeField || base === undefined) throw new Unprintable('not a prime field');
  const [a, b, seed] = members(curve);
  return {
    bits: nodeInteger(prime).toString(2).length,
    lines: [
      'Field Type: prime-field',
      ...number('Prime:', nodeInteger(prime)),
      ...number('A:   ', unsigned(a)),
      ...number('B:   ', unsigned(b)),
      `Generator (${pointForm(base)}):`,
      hexLines(base.content, 4, 15),
      ...number('Order: ', nodeInteger(order)),
      ...(cofactor === undefined ? [] : number('Cofactor: ', nodeInteger(cofactor))),
      ...(seed === undefined ? [] : ['Seed:', hexLines(seed.content.subarray(1), 4, 15)]),
    ],
  };
}

const primeField = '1.2.840.10045.1.1';

function unsigned(node: Asn1Node | undefined): bigint {
  if (node === undefined || node.content.length === 0) throw new Unprintable('no coefficient');
  return BigInt(`0x${Buffer.from(node.content).toString('hex')}`);
}

/** Up to 64 bits on the line of the label, else in hex lines with a sign octet where it needs one. */
function number(label: string, value: bigint): string[] {
  if (value < 2n ** 64n) return [`${label} ${value} (0x${value.toString(16)})`];
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = Buffer.from(even, 'hex');
  return [label, hexLines(bytes[0]! > 0x7f ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes, 4, 15)];
}

/** SEC 1 2.3.3. */
function pointForm(base: Asn1Node): string {
  const first = base.content[0];
  return first === 4 ? 'uncompressed' : first === 6 || first === 7 ? 'hybrid' : 'compressed';
}
