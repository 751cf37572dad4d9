/**
 * A tree over DER for the printers: what OpenSSL prints follows the encoding (string types, order, lengths), which
 * typed values no longer show. Bytes come from structures that were checked when they were parsed.
 */
import { oidText } from '../der/oid.ts';

export interface Asn1Node {
  /** Identifier octet. */
  readonly tag: number;
  /** The element, header included. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  /** Members of a constructed element, none for a primitive. */
  readonly children: readonly Asn1Node[];
}

/** Thrown by a printer whose value is not of the shape its extension has; the value is then printed as octets. */
export class Unprintable extends Error {}

/** Reads exactly one element and everything in it. Throws `Unprintable`. */
export function readNode(der: Uint8Array): Asn1Node {
  const nodes = readNodes(der, 0);
  if (nodes.length !== 1) throw new Unprintable('not one element');
  return nodes[0]!;
}

/** The children of a node of this type. */
export function members(node: Asn1Node | undefined, tag = 0x30): readonly Asn1Node[] {
  if (node?.tag !== tag) throw new Unprintable('another type was expected');
  return node.children;
}

/** Dotted form of an OBJECT IDENTIFIER, also under an implicit tag. */
export function nodeOid(node: Asn1Node | undefined): string {
  if (node === undefined || node.content.length === 0) throw new Unprintable('an object identifier was expected');
  return oidText(node.content, 0, node.content.length);
}

/** Value of an INTEGER or ENUMERATED, also under an implicit tag. */
export function nodeInteger(node: Asn1Node | undefined): bigint {
  if (node === undefined || node.content.length === 0) throw new Unprintable('an integer was expected');
  return BigInt.asIntN(node.content.length * 8, BigInt(`0x${Buffer.from(node.content).toString('hex')}`));
}

/** Numbers of the bits that are set in a BIT STRING, also under an implicit tag. */
export function nodeBits(node: Asn1Node | undefined): number[] {
  if (node === undefined || node.content.length === 0) throw new Unprintable('a bit string was expected');
  const bits: number[] = [];
  for (let i = 0; i < (node.content.length - 1) * 8; i++) {
    if ((node.content[1 + (i >> 3)]! & (0x80 >> (i & 7))) !== 0) bits.push(i);
  }
  return bits;
}

function readNodes(der: Uint8Array, depth: number): Asn1Node[] {
  if (depth > 32) throw new Unprintable('nested too deeply');
  const nodes: Asn1Node[] = [];
  for (let at = 0; at < der.length; ) {
    const first = der[at + 1] ?? 0x80;
    let length = first;
    let content = at + 2;
    if (first > 0x7f) {
      const octets = first & 0x7f;
      if (octets === 0 || octets > 4) throw new Unprintable('a length that is not DER');
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (der[content + i] ?? 0);
      content += octets;
    }
    if (content + length > der.length) throw new Unprintable('cut off');
    const tag = der[at]!;
    const body = der.subarray(content, content + length);
    const children = (tag & 0x20) === 0 ? [] : readNodes(body, depth + 1);
    nodes.push({ tag, der: der.subarray(at, content + length), content: body, children });
    at = content + length;
  }
  return nodes;
}
