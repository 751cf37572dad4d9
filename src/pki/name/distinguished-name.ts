import type { Result } from '../../lib/result.ts';
import type { PkiError } from '../pki-error.ts';

export interface Attribute {
  readonly oid: string;
  /** Short name as OpenSSL prints it, or the dotted OID when it has none. */
  readonly type: string;
  readonly value: string;
  readonly tag: number;
  /** Content octets of the value. */
  readonly raw: Uint8Array;
}

export interface DistinguishedName {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly Attribute[])[];
}

export function parseName(_der: Uint8Array): Result<DistinguishedName, PkiError> {
  throw new Error('being written');
}

export function commonNames(name: DistinguishedName): string[] {
  return name.rdns.flat().flatMap((a) => (a.oid === '2.5.4.3' ? [a.value] : []));
}

export function toRfc4514(_name: DistinguishedName): string {
  throw new Error('being written');
}
export function toOneLine(_name: DistinguishedName): string {
  throw new Error('being written');
}
export function equalNames(a: DistinguishedName, b: DistinguishedName): boolean {
  return canonicalName(a) === canonicalName(b);
}
export function canonicalName(_name: DistinguishedName): string {
  throw new Error('being written');
}
