/** Damages DER: single bits, lengths, whole elements. Most results are broken, many still parse. */
import type { Random } from '../differential/random.ts';
import { decodeTlv, encodeTlv, type Tlv } from '../support/tlv.ts';

/** A damaged copy; `other` lends bytes to splice in. It may by chance be the same as before. */
export function mutateBytes(der: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let damaged = der;
  const rounds = random.of([1, 1, 1, 2, 3]);
  for (let i = 0; i < rounds; i++) damaged = random.of(damages)(damaged, other, random);
  return damaged;
}

type Damage = (der: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;

const damages: readonly Damage[] = [
  flipBit,
  flipBit,
  setOctet,
  setOctet,
  insertOctets,
  removeOctets,
  truncate,
  repeatSlice,
  spliceOther,
  bendTree,
  bendTree,
  bendTree,
];

/** Octets that mean something: tags, lengths at the edges, signs. */
const telling = [
  0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x0c, 0x13, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xff,
];

function flipBit(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const copy = der.slice();
  if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}

function setOctet(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const copy = der.slice();
  if (copy.length > 0) copy[random.below(copy.length)] = random.of(telling);
  return copy;
}

function insertOctets(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const at = random.below(der.length + 1);
  const extra = Uint8Array.from({ length: 1 + random.below(6) }, () => random.of(telling));
  return Buffer.concat([der.subarray(0, at), extra, der.subarray(at)]);
}

function removeOctets(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const at = random.below(der.length + 1);
  return Buffer.concat([der.subarray(0, at), der.subarray(at + 1 + random.below(6))]);
}

function truncate(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  return der.slice(0, random.below(der.length + 1));
}

function repeatSlice(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const at = random.below(der.length + 1);
  return Buffer.concat([der.subarray(0, at), der.subarray(Math.max(0, at - random.below(60))), der.subarray(at)]);
}

function spliceOther(der: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const copy = der.slice();
  const from = random.below(other.length + 1);
  const slice = other.subarray(from, from + random.below(40));
  const at = random.below(copy.length + 1);
  copy.set(slice.subarray(0, copy.length - at), at);
  return copy;
}

/** Changes one element and lets every length around it fit: what is left is good DER, or nearly. */
function bendTree(der: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  let tree: Tlv;
  try {
    tree = decodeTlv(der);
  } catch {
    // damaged before
    return der;
  }
  const nodes = descendants(tree);
  const node = random.of(nodes);
  const parent = random.of(nodes.filter(({ children }) => children !== undefined && children.length > 0).concat(tree));
  const members = parent.children ?? [];
  const at = random.below(members.length + 1);
  switch (random.below(6)) {
    case 0:
      members.splice(at, 1);
      break;
    case 1:
      members.splice(at, 0, node);
      break;
    case 2:
      members.reverse();
      break;
    case 3:
      node.tag = random.of(telling);
      break;
    case 4:
      if (node.content !== undefined) node.content = flipBit(node.content, node.content, random);
      break;
    default:
      if (node.content !== undefined) node.content = insertOctets(node.content, node.content, random);
  }
  // an element put into itself has no end
  return hasEnd(tree) ? encodeTlv(tree) : der;
}

function descendants(node: Tlv): Tlv[] {
  return [node, ...(node.children ?? []).flatMap(descendants)];
}

function hasEnd(node: Tlv, above: readonly Tlv[] = []): boolean {
  if (above.includes(node)) return false;
  return (node.children ?? []).every((child) => hasEnd(child, [...above, node]));
}
