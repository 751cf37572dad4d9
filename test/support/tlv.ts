/** DER as a tree that tests can bend: decoded, changed in one place, encoded again. Trusts its input. */

export interface Tlv {
  tag: number;
  /** Members of a constructed element. */
  children?: Tlv[];
  /** Content of a primitive one. */
  content?: Uint8Array;
  /** Stands in place of the whole encoding when present. */
  raw?: Uint8Array;
}

export function decodeTlv(der: Uint8Array): Tlv {
  return readTlv(der, 0).node;
}

export function encodeTlv(node: Tlv): Uint8Array {
  if (node.raw !== undefined) return node.raw;
  const content = node.content ?? Buffer.concat((node.children ?? []).map(encodeTlv));
  return Buffer.concat([Uint8Array.of(node.tag), lengthOf(content.length), content]);
}

/** Minimal length octets. */
export function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 + octets.length, ...octets);
}

/** A primitive element. */
export function primitive(tag: number, ...content: number[]): Tlv {
  return { tag, content: Uint8Array.from(content) };
}

/** The element reached by these member numbers. */
export function at(node: Tlv, ...path: number[]): Tlv {
  return path.reduce((from, index) => {
    const next = from.children?.at(index);
    if (next === undefined) throw new Error(`no member ${index}`);
    return next;
  }, node);
}

function readTlv(der: Uint8Array, start: number): { node: Tlv; stop: number } {
  const tag = der[start]!;
  let content = start + 2;
  let length = der[start + 1]!;
  if (length > 0x7f) {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + der[content + i]!;
    content += octets;
  }
  const stop = content + length;
  if ((tag & 0x20) === 0) return { node: { tag, content: der.subarray(content, stop) }, stop };
  const children: Tlv[] = [];
  for (let next = content; next < stop; ) {
    const child = readTlv(der, next);
    children.push(child.node);
    next = child.stop;
  }
  return { node: { tag, children }, stop };
}
