/** CRLs for tests, of every shape the standard knows, signed by the CAs of made-certificates.ts. */
import type { KeyObject } from 'node:crypto';
import { type LoadedCrl, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import {
  boolean,
  element,
  enumerated,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  time,
} from '../../src/pki/der/writer.ts';
import { signatureAlgorithm, signedStructure } from '../../src/pki/key/sign.ts';
import type { MadeCertificate } from './made-certificates.ts';

export interface MadeEntry {
  /** Content octets. */
  readonly serial: Uint8Array;
  readonly revokedAt?: number;
  /** CRLReason. */
  readonly reason?: number;
  /** certificateIssuer, an encoded Name. */
  readonly issuer?: Uint8Array;
  /** Identifier of one further critical extension. */
  readonly critical?: string;
}

export interface MadeCrlOptions {
  readonly number?: number | undefined;
  /** Makes it a delta CRL. */
  readonly base?: number;
  readonly thisUpdate?: number;
  /** None when null. */
  readonly nextUpdate?: number | null;
  readonly entries?: readonly MadeEntry[];
  /** Content of revokedCertificates as it is, instead of `entries`. */
  readonly list?: Uint8Array;
  /** Members of IssuingDistributionPoint, encoded. */
  readonly scope?: readonly Uint8Array[];
  /** Further extensions, encoded by `extension`. */
  readonly extensions?: readonly Uint8Array[];
  /** Signs with another key than the issuer's. */
  readonly key?: KeyObject;
  readonly source?: string;
}

/** The time at which the CRLs below are current, unless told otherwise. */
export const crlTime = Date.UTC(2026, 5, 1);
const day = 86_400_000;

/** Of a CRL's issuer, what its CRL is made from. */
export interface CrlMaker {
  readonly certificate: { readonly subject: { readonly der: Uint8Array } };
  readonly key: KeyObject;
}

/** The DER of a CRL of this issuer. */
export function makeCrlDer(issuer: CrlMaker, options: MadeCrlOptions = {}): Uint8Array {
  const { thisUpdate = crlTime - day, nextUpdate = crlTime + day, entries = [], base, scope } = options;
  const key = options.key ?? issuer.key;
  const number = 'number' in options ? options.number : 1;
  const extensions = [
    ...(number === undefined ? [] : [extension('2.5.29.20', integer(number))]),
    ...(base === undefined ? [] : [extension('2.5.29.27', integer(base), true)]),
    ...(scope === undefined ? [] : [extension('2.5.29.28', sequence(...scope), true)]),
    ...(options.extensions ?? []),
  ];
  const tbs = sequence(
    integer(1),
    signatureAlgorithm(key, 'sha256'),
    issuer.certificate.subject.der,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(options.list !== undefined ? [element(0x30, options.list)] : []),
    ...(entries.length === 0 ? [] : [sequence(...entries.map(encodeEntry))]),
    ...(extensions.length === 0 ? [] : [explicit(0, sequence(...extensions))]),
  );
  return signedStructure(tbs, key, 'sha256');
}

/** The same, ready to be asked. */
export function makeCrl(issuer: MadeCertificate, options: MadeCrlOptions = {}): LoadedCrl {
  const loaded = loadCrl(makeCrlDer(issuer, options), options.source ?? 'test');
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

export function extension(identifier: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(identifier), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** distributionPoint [0] { fullName [0] { one URI } }, as both kinds of distribution points hold it. */
export function uriPoint(uri: string): Uint8Array {
  return explicit(0, element(0xa0, element(0x86, Buffer.from(uri))));
}

/** A BOOLEAN member of IssuingDistributionPoint: 1 user certificates, 2 CA certificates, 4 indirect, 5 attributes. */
export function flag(number: number): Uint8Array {
  return element(0x80 + number, Uint8Array.of(0xff));
}

/** ReasonFlags under a tag, by bit numbers. */
export function reasons(tag: number, ...bits: readonly number[]): Uint8Array {
  const octets = new Uint8Array(2);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  const last = Math.max(...bits);
  return element(0x80 + tag, Uint8Array.of(7 - (last & 7)), octets.subarray(0, (last >> 3) + 1));
}

/** The value of a cRLDistributionPoints extension: each point from its encoded members. */
export function distributionPoints(...points: readonly (readonly Uint8Array[])[]): Uint8Array {
  return sequence(...points.map((members) => sequence(...members)));
}

/** cRLIssuer [2], one directory name. */
export function crlIssuer(name: Uint8Array): Uint8Array {
  return element(0xa2, explicit(4, name));
}

function encodeEntry(entry: MadeEntry): Uint8Array {
  const extensions = [
    ...(entry.reason === undefined ? [] : [extension('2.5.29.21', enumerated(entry.reason))]),
    ...(entry.issuer === undefined ? [] : [extension('2.5.29.29', sequence(explicit(4, entry.issuer)), true)]),
    ...(entry.critical === undefined ? [] : [extension(entry.critical, octetString(), true)]),
  ];
  const members = [element(2, entry.serial), time(entry.revokedAt ?? crlTime - 2 * day)];
  return sequence(...members, ...(extensions.length === 0 ? [] : [sequence(...extensions)]));
}
