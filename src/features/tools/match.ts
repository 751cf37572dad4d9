/** Says whether a private key, certificates and CSRs belong together, and if not, why not. */
import { printable } from '../../lib/printable.ts';
import type { Member } from '../../pki/container/read-member.ts';
import type { Recognised } from '../../pki/container/recognise.ts';
import type { PublicKeyInfo } from '../../pki/key/public-key.ts';
import { type DistinguishedName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { keyFingerprint } from './decode.ts';
import { nothingToUse } from './problems.ts';

export interface MatchSide {
  readonly file: string;
  readonly kind: 'private-key' | 'public-key' | 'certificate' | 'csr';
  /** Subject in RFC 4514 form; empty for a key. */
  readonly subject: string;
  /** SHA-256 over SubjectPublicKeyInfo, hex. */
  readonly keyFingerprint: string;
}

export interface MatchAnswer {
  readonly matches: boolean;
  readonly sides: readonly MatchSide[];
  /** The answer in one or two sentences, with both fingerprints when they differ. */
  readonly words: string;
}

/** Compares everything with a key in the files given; of a chain only the leaf counts. Throws a Problem when fewer than two things are there. */
export function matchFiles(files: readonly { readonly name: string; readonly found: Recognised }[]): MatchAnswer {
  const found = files.flatMap(({ name, found: { members } }) => sidesOf(printable(name, 100), members));
  if (found.length < 2) {
    throw nothingToUse('There is nothing to compare.', 'Choose a private key and a certificate or CSR.');
  }
  const [first, ...rest] = found as [Side, ...Side[]];
  const other = rest.find((side) => side.shown.keyFingerprint !== first.shown.keyFingerprint);
  const sides = found.map((side) => side.shown);
  if (other === undefined) {
    return {
      matches: true,
      sides,
      words: `They belong together: each holds the public key ${first.shown.keyFingerprint}.`,
    };
  }
  const both = `${label(first)} and ${label(other)}`;
  const words = `${both.charAt(0).toUpperCase()}${both.slice(1)} do not belong together: ${difference(first, other)}`;
  return { matches: false, sides, words };
}

interface Side {
  readonly shown: MatchSide;
  readonly key: PublicKeyInfo;
}

function sidesOf(file: string, members: readonly Member[]): Side[] {
  const [certificate] = members.flatMap((m) => (m.kind === 'certificate' ? [m.certificate] : []));
  const sides: Side[] = [];
  if (certificate !== undefined) sides.push(side(file, 'certificate', certificate.publicKey, certificate.subject));
  for (const member of members) {
    if (member.kind === 'csr') sides.push(side(file, 'csr', member.csr.publicKey, member.csr.subject));
    if (member.kind === 'key') sides.push(side(file, 'private-key', member.key.publicKey));
    if (member.kind === 'public-key') sides.push(side(file, 'public-key', member.publicKey));
  }
  return sides;
}

function side(file: string, kind: MatchSide['kind'], key: PublicKeyInfo, subject?: DistinguishedName): Side {
  const name = subject === undefined ? '' : printable(toRfc4514(subject));
  return { shown: { file, kind, subject: name, keyFingerprint: keyFingerprint(key.der) }, key };
}

const nouns: Readonly<Record<MatchSide['kind'], string>> = {
  'private-key': 'the private key',
  'public-key': 'the public key',
  certificate: 'the certificate',
  csr: 'the request',
};

function label({ shown }: Side): string {
  return `${nouns[shown.kind]} in ${shown.file}`;
}

function difference(first: Side, other: Side): string {
  const kinds = first.key.algorithm !== other.key.algorithm || first.key.bits !== other.key.bits;
  const words = (key: PublicKeyInfo): string =>
    `${key.algorithm.toUpperCase()}${key.bits === undefined ? '' : ` ${key.bits} bit`}`;
  const why = kinds ? `one is ${words(first.key)}, the other ${words(other.key)}` : 'their public keys differ';
  return `${why}. SHA-256 of the public keys: ${first.shown.keyFingerprint} and ${other.shown.keyFingerprint}.`;
}
