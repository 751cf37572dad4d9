/** Writes and signs CRLs of version 2 (RFC 5280 5): complete ones, delta CRLs, CRLs for a part of the certificates. */
import type { KeyObject } from 'node:crypto';
import type { NameInput } from '../certificate/build.ts';
import { encodeDistributionPoints } from '../certificate/build-extensions.ts';
import { type RevocationReason, reasonFlags } from '../certificate/extension/distribution-points.ts';
import {
  asciiOctets,
  boolean,
  explicit,
  header,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  time,
} from '../der/writer.ts';
import { type SigningDigest, signatureAlgorithm, signatureOver } from '../key/sign.ts';
import { encodeName } from '../name/build-name.ts';
import { CrlEntryWriter, type RevokedEntry } from './build-entries.ts';

export { CrlEntryWriter, type RevokedEntry } from './build-entries.ts';

/** What the CRL speaks about, where that is not every certificate of its issuer (RFC 5280 5.2.5). Written as critical. */
export interface CrlScope {
  /** URLs under which this part is published, as the certificates name them. */
  readonly urls?: readonly string[];
  readonly onlyContainsUserCerts?: boolean;
  readonly onlyContainsCaCerts?: boolean;
  /** Neither `unspecified` nor `removeFromCRL` can be told apart by it. */
  readonly onlySomeReasons?: readonly RevocationReason[];
}

export interface CrlContents {
  readonly issuer: NameInput;
  /** Subject key identifier of the issuer's certificate (5.2.1). */
  readonly authorityKeyIdentifier: Uint8Array;
  /** Not negative, at most 20 octets, higher with each CRL of a scope (5.2.3). */
  readonly number: number | bigint;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** In the order in which they shall stand. A `CrlEntryWriter` may have been filled in pieces before. */
  readonly entries: Iterable<RevokedEntry> | CrlEntryWriter;
  readonly scope?: CrlScope;
  /** Makes it a delta CRL over the complete CRL of this number (5.2.4). */
  readonly baseNumber?: number | bigint;
  /** URLs of delta CRLs to this complete CRL (5.2.6). */
  readonly freshestCrl?: readonly string[];
  readonly signingKey: KeyObject;
  /** Ignored by Ed25519 and ML-DSA keys. */
  readonly digest: SigningDigest;
}

/**
 * Returns the CRL's DER. Throws a RangeError when a value cannot be written or contradicts another. A large list takes
 * about twice its size for a moment, and a second for each million of entries.
 */
export function buildCrl(contents: CrlContents): Uint8Array {
  const { entries, signingKey: key, digest } = contents;
  if (contents.nextUpdate < contents.thisUpdate) throw new RangeError('the CRL would be replaced before it is made');
  const list = entries instanceof CrlEntryWriter ? entries : written(entries);
  if (list.removesEntries && contents.baseNumber === undefined)
    throw new RangeError('only a delta CRL takes entries back (RFC 5280 5.3.1)');
  const algorithm = signatureAlgorithm(key, digest);
  const start = Buffer.concat([
    integer(1),
    algorithm,
    'der' in contents.issuer ? contents.issuer.der : encodeName(contents.issuer),
    time(contents.thisUpdate),
    time(contents.nextUpdate),
    // 5.1.2.6: absent when nothing is revoked
    ...(list.length === 0 ? [] : [header(0x30, list.length)]),
  ]);
  const extensions = explicit(0, sequence(...encodeExtensions(contents)));
  return assemble(start, list, extensions, algorithm, (tbs) => signatureOver(tbs, key, digest));
}

function written(entries: Iterable<RevokedEntry>): CrlEntryWriter {
  const writer = new CrlEntryWriter();
  for (const entry of entries) writer.add(entry);
  return writer;
}

/** The whole of it in one piece of memory: what is signed stands where it will stay. */
function assemble(
  start: Uint8Array,
  list: CrlEntryWriter,
  extensions: Uint8Array,
  algorithm: Uint8Array,
  signature: (tbs: Uint8Array) => Uint8Array,
): Uint8Array {
  const tbsHeader = header(0x30, start.length + list.length + extensions.length);
  const tbsLength = tbsHeader.length + start.length + list.length + extensions.length;
  const out = new Uint8Array(longestHeader + tbsLength + roomForSignature);
  let at = longestHeader;
  const put = (octets: Uint8Array): void => {
    out.set(octets, at);
    at += octets.length;
  };
  put(tbsHeader);
  put(start);
  list.copyTo(out, at);
  at += list.length;
  put(extensions);
  const signed = signature(out.subarray(longestHeader, at));
  put(algorithm);
  put(header(0x03, signed.length + 1));
  put(Uint8Array.of(0));
  put(signed);
  const outer = header(0x30, at - longestHeader);
  out.set(outer, longestHeader - outer.length);
  return out.subarray(longestHeader - outer.length, at);
}

const longestHeader = 6;
/** The longest signature, of ML-DSA-87, takes 4,627 octets. */
const roomForSignature = 8_192;

function encodeExtensions(contents: CrlContents): readonly Uint8Array[] {
  const { authorityKeyIdentifier: keyId, number, baseNumber, scope, freshestCrl = [] } = contents;
  if (number < 0 || integer(number).length > 22)
    throw new RangeError('a CRL number is not negative and has at most 20 octets (RFC 5280 5.2.3)');
  if (baseNumber !== undefined && !(baseNumber >= 0 && baseNumber < number))
    throw new RangeError('a delta CRL builds on a CRL of a lower number (RFC 5280 5.2.4)');
  if (baseNumber !== undefined && freshestCrl.length > 0)
    throw new RangeError('a delta CRL does not point to delta CRLs (RFC 5280 5.2.6)');
  return [
    extension('2.5.29.35', sequence(implicit(0, keyId))),
    extension('2.5.29.20', integer(number)),
    ...(baseNumber === undefined ? [] : [extension('2.5.29.27', integer(baseNumber), true)]),
    ...(scope === undefined ? [] : [extension('2.5.29.28', encodeScope(scope), true)]),
    ...(freshestCrl.length === 0 ? [] : [extension('2.5.29.46', encodeDistributionPoints(freshestCrl))]),
  ];
}

function extension(identifier: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(identifier), ...(critical ? [boolean(true)] : []), octetString(value));
}

function encodeScope(scope: CrlScope): Uint8Array {
  const { urls = [], onlyContainsUserCerts = false, onlyContainsCaCerts = false, onlySomeReasons } = scope;
  if (onlyContainsUserCerts && onlyContainsCaCerts)
    throw new RangeError('a CRL for users alone and for CAs alone speaks about nobody (RFC 5280 5.2.5)');
  const flag = (number: number) => implicit(number, Uint8Array.of(0xff));
  const members = [
    ...(urls.length === 0
      ? []
      : [explicit(0, implicit(0, Buffer.concat(urls.map((url) => implicit(6, asciiOctets(url)))), true))]),
    ...(onlyContainsUserCerts ? [flag(1)] : []),
    ...(onlyContainsCaCerts ? [flag(2)] : []),
    ...(onlySomeReasons === undefined ? [] : [reasonBits(onlySomeReasons)]),
  ];
  if (members.length === 0) throw new RangeError('a scope says something or is left out (RFC 5280 5.2.5)');
  return sequence(...members);
}

/** ReasonFlags [3] (RFC 5280 4.2.1.13). */
function reasonBits(reasons: readonly RevocationReason[]): Uint8Array {
  const flags: readonly RevocationReason[] = reasonFlags;
  const bits = reasons.map((reason) => flags.indexOf(reason));
  if (bits.length === 0 || bits.some((bit) => bit < 1)) throw new RangeError('a CRL cannot be for these reasons alone');
  const octets = namedBits(bits);
  octets[0] = 0x83;
  return octets;
}
