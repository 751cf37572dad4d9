/** Writes the extensions of certificates and requests from typed values (RFC 5280 4.2, RFC 7633). */
import { hash } from 'node:crypto';
import {
  asciiOctets,
  boolean,
  explicit,
  ia5String,
  implicit,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
} from '../der/writer.ts';
import { encodeGeneralName, type SanName } from '../name/build-general-name.ts';
import { encodeName, type SubjectField } from '../name/build-name.ts';
import { ipRangeBytes } from '../name/ip-bytes.ts';
import { type ExtendedKeyUsage, usageOid } from './extended-key-usages.ts';
import { type KeyUsage, keyUsages } from './extension/key-usage.ts';

/** A subtree of name constraints; `ip` is written `10.0.0.0/8`. */
export type NameSubtree =
  | { readonly kind: 'dns' | 'email' | 'uri' | 'ip'; readonly value: string }
  | { readonly kind: 'directory'; readonly fields: readonly SubjectField[] };

/** The extensions to write; what is absent is left out. Criticality follows RFC 5280 unless told otherwise. */
export interface ExtensionValues {
  /** Critical (4.2.1.9). */
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  /** Critical (4.2.1.3). */
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly ExtendedKeyUsage[];
  /** Critical when the subject is empty (4.2.1.6). */
  readonly subjectAltName?: readonly SanName[];
  /** Key identifier octets, see `keyIdentifier`. */
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** Critical (4.2.1.10). */
  readonly nameConstraints?: {
    readonly permitted?: readonly NameSubtree[];
    readonly excluded?: readonly NameSubtree[];
  };
  readonly certificatePolicies?: readonly { readonly oid: string; readonly cps?: string }[];
  /** URLs, one distribution point each. */
  readonly crlDistributionPoints?: readonly string[];
  readonly authorityInfoAccess?: { readonly ocsp?: readonly string[]; readonly caIssuers?: readonly string[] };
  /** TLS extension numbers, 5 for must-staple (RFC 7633). */
  readonly tlsFeature?: readonly number[];
  /** id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1). */
  readonly ocspNoCheck?: boolean;
  /** Anything else, `value` being the DER inside the OCTET STRING. */
  readonly other?: readonly { readonly oid: string; readonly critical?: boolean; readonly value: Uint8Array }[];
}

/** Extensions ::= SEQUENCE OF Extension; undefined when there are none (the SEQUENCE may not be empty). */
export function encodeExtensions(values: ExtensionValues, emptySubject: boolean): Uint8Array | undefined {
  const list: Uint8Array[] = [];
  const add = (id: string, critical: boolean, value: Uint8Array): void => {
    list.push(sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value)));
  };
  const v = values;
  if (v.basicConstraints !== undefined) add('2.5.29.19', true, basicConstraints(v.basicConstraints));
  if (v.keyUsage !== undefined) add('2.5.29.15', true, namedBits(v.keyUsage.map((bit) => keyUsages.indexOf(bit))));
  if (v.extendedKeyUsage?.length) add('2.5.29.37', false, extendedKeyUsage(v.extendedKeyUsage));
  if (v.subjectAltName?.length) {
    add('2.5.29.17', emptySubject, sequence(...v.subjectAltName.map(encodeGeneralName)));
  }
  if (v.subjectKeyIdentifier !== undefined) add('2.5.29.14', false, octetString(v.subjectKeyIdentifier));
  if (v.authorityKeyIdentifier !== undefined) {
    add('2.5.29.35', false, sequence(implicit(0, v.authorityKeyIdentifier)));
  }
  if (v.nameConstraints !== undefined) add('2.5.29.30', true, nameConstraints(v.nameConstraints));
  if (v.certificatePolicies?.length) add('2.5.29.32', false, certificatePolicies(v.certificatePolicies));
  if (v.crlDistributionPoints?.length) add('2.5.29.31', false, encodeDistributionPoints(v.crlDistributionPoints));
  if (v.authorityInfoAccess !== undefined) add('1.3.6.1.5.5.7.1.1', false, infoAccess(v.authorityInfoAccess));
  if (v.tlsFeature?.length) add('1.3.6.1.5.5.7.1.24', false, sequence(...v.tlsFeature.map((n) => integer(n))));
  if (v.ocspNoCheck) add('1.3.6.1.5.5.7.48.1.5', false, nullValue());
  for (const { oid: id, critical, value } of v.other ?? []) add(id, critical ?? false, value);
  return list.length === 0 ? undefined : sequence(...list);
}

/** CRLDistributionPoints: each URL one point (RFC 5280 4.2.1.13). */
export function encodeDistributionPoints(urls: readonly string[]): Uint8Array {
  return sequence(...urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, asciiOctets(url)))))));
}

/** SHA-1 of the subjectPublicKey bits (RFC 5280 4.2.1.2, method 1), as every other CA computes it. */
export function keyIdentifier(publicKeyInfo: Uint8Array): Uint8Array {
  return hash('sha1', subjectPublicKeyBits(publicKeyInfo), 'buffer');
}

/** SubjectPublicKeyInfo is SEQUENCE { AlgorithmIdentifier, BIT STRING }: two headers are skipped, one is read. */
function subjectPublicKeyBits(spki: Uint8Array): Uint8Array {
  const outer = contentRange(spki, 0);
  const algorithm = contentRange(spki, outer.start);
  const bits = contentRange(spki, algorithm.end);
  return spki.subarray(bits.start + 1, bits.end);
}

function contentRange(der: Uint8Array, at: number): { start: number; end: number } {
  const first = der[at + 1]!;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  let length = 0;
  const octets = first & 0x7f;
  for (let i = 0; i < octets; i++) length = length * 256 + der[at + 2 + i]!;
  return { start: at + 2 + octets, end: at + 2 + octets + length };
}

function basicConstraints({ ca, pathLength }: { ca: boolean; pathLength?: number }): Uint8Array {
  // DER leaves out a value equal to its DEFAULT (X.690 11.5).
  return sequence(...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)]));
}

function extendedKeyUsage(usages: readonly ExtendedKeyUsage[]): Uint8Array {
  return sequence(...usages.map((usage) => oid(usageOid(usage))));
}

function nameConstraints(value: NonNullable<ExtensionValues['nameConstraints']>): Uint8Array {
  const side = (number: number, trees: readonly NameSubtree[] | undefined): Uint8Array[] =>
    trees?.length ? [explicit(number, ...trees.map((tree) => sequence(subtreeBase(tree))))] : [];
  return sequence(...side(0, value.permitted), ...side(1, value.excluded));
}

function subtreeBase(tree: NameSubtree): Uint8Array {
  if (tree.kind === 'directory') return explicit(4, encodeName(tree.fields));
  if (tree.kind !== 'ip') return encodeGeneralName({ kind: tree.kind, value: tree.value });
  const range = ipRangeBytes(tree.value);
  if (range === undefined) throw new RangeError(`${tree.value} is not an address range such as 10.0.0.0/8`);
  return implicit(7, range);
}

function certificatePolicies(policies: readonly { oid: string; cps?: string }[]): Uint8Array {
  return sequence(
    ...policies.map(({ oid: id, cps }) =>
      cps === undefined
        ? sequence(oid(id))
        : sequence(oid(id), sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), ia5String(cps)))),
    ),
  );
}

function infoAccess(value: NonNullable<ExtensionValues['authorityInfoAccess']>): Uint8Array {
  const access = (method: string, urls: readonly string[] = []): Uint8Array[] =>
    urls.map((url) => sequence(oid(method), implicit(6, asciiOctets(url))));
  return sequence(...access('1.3.6.1.5.5.7.48.1', value.ocsp), ...access('1.3.6.1.5.5.7.48.2', value.caIssuers));
}
