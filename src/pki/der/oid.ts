/**
 * Object identifiers. They are compared as bytes; the dotted form is for people and for tables. Limits: 64 octets,
 * arcs below 2^53, so that no two identifiers ever share one dotted form.
 */
import { oidNames } from './oid-names.ts';

/** The longest encoding that is read, in octets. */
const maxOidOctets = 64;

export interface OidName {
  readonly oid: string;
  readonly short: string;
  readonly long: string;
}

/** What is wrong with the content of an OBJECT IDENTIFIER (X.690 8.19), if anything. */
export function oidProblem(der: Uint8Array, start: number, stop: number): string | undefined {
  if (stop === start) return 'an object identifier is empty';
  if (stop - start > maxOidOctets) return `an object identifier has ${stop - start} octets, more than ${maxOidOctets}`;
  if (der[stop - 1]! > 0x7f) return 'an object identifier ends inside an arc';
  let arc = 0;
  for (let at = start; at < stop; at++) {
    const octet = der[at]!;
    if (octet === 0x80 && arc === 0) return 'an object identifier has an arc that is not in its shortest form';
    if (arc > maxBeforeShift) return 'an object identifier has an arc of 2^53 or more';
    arc = octet > 0x7f ? arc * 128 + (octet & 0x7f) : 0;
  }
  return undefined;
}

/** Dotted form of content that passed `oidProblem`; that of an identifier with a name is worked out once. */
export function oidText(der: Uint8Array, start: number, stop: number): string {
  const hash = hashOf(der, start, stop);
  let known = byContent.get(hash);
  while (known !== undefined && !isOid(der, start, stop, known.content)) known = known.more;
  if (known !== undefined) return known.oid;
  const oid = decodeOid(der, start, stop);
  // strangers choose the others
  if (oidName(oid) !== undefined) byContent.set(hash, { oid, content: encodeOid(oid), more: byContent.get(hash) });
  return oid;
}

/** Content octets of a dotted identifier; throws a RangeError when it is not one. */
export function oidContent(dotted: string): Uint8Array {
  const arcs = dotted.split('.').map(Number);
  const [first = 3, second = 0] = arcs;
  const good =
    /^[0-2](\.(0|[1-9]\d*))+$/.test(dotted) && (first === 2 || second < 40) && arcs.every(Number.isSafeInteger);
  if (!good) throw new RangeError('not an object identifier');
  return encodeOid(dotted);
}

/** Whether the content octets are those of this identifier. */
export function isOid(der: Uint8Array, start: number, stop: number, content: Uint8Array): boolean {
  if (stop - start !== content.length) return false;
  for (let i = content.length - 1; i >= 0; i--) if (der[start + i] !== content[i]) return false;
  return true;
}

/** The names OpenSSL has for a dotted identifier. */
export function oidName(dotted: string): OidName | undefined {
  byDotted ??= readNames();
  return byDotted.get(dotted);
}

/** Short name (`CN`), or the dotted form when OpenSSL has none. */
export function oidShortName(dotted: string): string {
  return oidName(dotted)?.short ?? dotted;
}

/** Long name (`commonName`), or the dotted form when OpenSSL has none. */
export function oidLongName(dotted: string): string {
  return oidName(dotted)?.long ?? dotted;
}

const maxBeforeShift = 2 ** 46 - 1;

interface Known {
  readonly oid: string;
  readonly content: Uint8Array;
  readonly more: Known | undefined;
}

let byDotted: ReadonlyMap<string, OidName> | undefined;
/** Those met so far that have a name, by a hash of the content octets; those that share one hang together. */
const byContent = new Map<number, Known>();

function readNames(): ReadonlyMap<string, OidName> {
  const entries = oidNames.trim().split(/[;\n]/);
  return new Map(
    entries.map((entry) => {
      const [oid = '', short = '', long = short] = entry.split('|');
      return [oid, { oid, short, long }];
    }),
  );
}

function hashOf(der: Uint8Array, start: number, stop: number): number {
  let hash = stop - start;
  for (let i = start; i < stop; i++) hash = (Math.imul(hash, 31) + der[i]!) & 0x3fffffff;
  return hash;
}

function decodeOid(der: Uint8Array, start: number, stop: number): string {
  let text = '';
  let arc = 0;
  for (let at = start; at < stop; at++) {
    const octet = der[at]!;
    arc = arc * 128 + (octet & 0x7f);
    if (octet > 0x7f) continue;
    if (text === '') {
      const first = Math.min(2, Math.floor(arc / 40));
      text = `${first}.${arc - first * 40}`;
    } else {
      text += `.${arc}`;
    }
    arc = 0;
  }
  return text;
}

/** Content octets of a dotted form that is known to be good. */
function encodeOid(dotted: string): Uint8Array {
  const octets: number[] = [];
  // X.690 8.19.4: the first two arcs are written as one number.
  let arc = (dotted.charCodeAt(0) - 0x30) * 40;
  let second = 0;
  for (let at = 2; at <= dotted.length; at++) {
    const digit = dotted.charCodeAt(at) - 0x30;
    if (digit >= 0) {
      second = second * 10 + digit;
      continue;
    }
    arc += second;
    let divisor = 1;
    while (arc / divisor >= 128) divisor *= 128;
    for (; divisor > 1; divisor /= 128) octets.push((Math.floor(arc / divisor) % 128) + 128);
    octets.push(arc % 128);
    arc = second = 0;
  }
  return Uint8Array.from(octets);
}
