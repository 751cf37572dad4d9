/** RSASSA-PSS parameters (RFC 4055 3.1) in OpenSSL's words, for signatures and for keys bound to them. */
import { oidLongName, oidShortName } from '../der/oid.ts';
import { type Asn1Node, members, nodeInteger, nodeOid, readNode, Unprintable } from './asn1-node.ts';

interface PssParameters {
  readonly hash?: string;
  readonly mask?: { readonly function: string; readonly hash: string };
  readonly salt?: bigint;
  readonly trailer?: bigint;
}

/** Lines below `Signature Algorithm: rsassaPss`, each indented and ended by a newline. */
export function pssSignatureLines(parameters: Uint8Array | undefined, indent: number): string {
  const margin = ' '.repeat(indent);
  const pss = readParameters(parameters);
  if (pss === undefined) return `${margin}(INVALID PSS PARAMETERS)\n`;
  const hex = (value: bigint): string => {
    const digits = value.toString(16).toUpperCase();
    return digits.length % 2 === 0 ? digits : `0${digits}`;
  };
  const mask =
    pss.mask === undefined
      ? 'mgf1 with sha1 (default)'
      : `${oidLongName(pss.mask.function)} with ${oidLongName(pss.mask.hash)}`;
  return [
    `${margin}Hash Algorithm: ${pss.hash === undefined ? 'sha1 (default)' : oidLongName(pss.hash)}\n`,
    `${margin}Mask Algorithm: ${mask}\n`,
    `${margin} Salt Length: 0x${pss.salt === undefined ? '14 (default)' : hex(pss.salt)}\n`,
    `${margin}Trailer Field: 0x${pss.trailer === undefined ? '01 (default)' : hex(pss.trailer)}\n`,
  ].join('');
}

/** Lines after the exponent of a key bound to PSS. */
export function pssRestrictions(parameters: Uint8Array | undefined): string[] {
  if (parameters === undefined) return ['No PSS parameter restrictions'];
  const pss = readParameters(parameters);
  if (pss === undefined) throw new Unprintable('not PSS parameters');
  const { hash, mask, salt, trailer } = pss;
  const name = (oid: string): string => oidShortName(oid).replace(/^SHA(\d{3})$/, 'SHA2-$1');
  return [
    'PSS parameter restrictions:',
    `  Hash Algorithm: ${hash === undefined ? 'SHA1 (default)' : name(hash)}`,
    `  Mask Algorithm: ${mask === undefined ? 'MGF1 with SHA1 (default)' : `${oidShortName(mask.function)} with ${name(mask.hash)}`}`,
    `  Minimum Salt Length: ${salt === undefined ? '20 (default)' : salt}`,
    `  Trailer Field: 0x${trailer === undefined ? '1 (default)' : trailer.toString(16)}`,
  ];
}

function readParameters(der: Uint8Array | undefined): PssParameters | undefined {
  if (der === undefined) return undefined;
  try {
    const parts = new Map(members(readNode(der)).map((part) => [part.tag, part.children[0]]));
    const hash = parts.get(0xa0);
    const mask = parts.get(0xa1);
    const salt = parts.get(0xa2);
    const trailer = parts.get(0xa3);
    return {
      ...(hash === undefined ? {} : { hash: algorithmOid(hash) }),
      ...(mask === undefined ? {} : { mask: { function: algorithmOid(mask), hash: algorithmOid(mask.children[1]) } }),
      ...(salt === undefined ? {} : { salt: nodeInteger(salt) }),
      ...(trailer === undefined ? {} : { trailer: nodeInteger(trailer) }),
    };
  } catch (thrown) {
    if (thrown instanceof Unprintable) return undefined;
    throw thrown;
  }
}

function algorithmOid(node: Asn1Node | undefined): string {
  return nodeOid(members(node)[0]);
}
