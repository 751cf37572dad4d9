/** How one extension is read: the identifier it goes by, and the meaning of its value. */
import { oidContent } from '../../der/oid.ts';
import type { DerReader } from '../../der/reader.ts';

/** Reads the value of one extension, from its first octet to its last; throws `PkiRefusal`. */
export interface ExtensionDecoder<T> {
  readonly oid: string;
  /** Content octets of the identifier. */
  readonly content: Uint8Array;
  /** Place of the decoded value among those kept for one certificate. */
  readonly slot: number;
  read(reader: DerReader): T;
}

/** Declares the decoder of an extension. */
export function decoder<T extends NonNullable<unknown>>(
  oid: string,
  read: (reader: DerReader) => T,
): ExtensionDecoder<T> {
  return { oid, content: oidContent(oid), slot: slots++, read };
}

let slots = 0;
