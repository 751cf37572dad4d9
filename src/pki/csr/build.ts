/** Writes and signs certification requests (PKCS#10, RFC 2986). */
import type { KeyObject } from 'node:crypto';
import { publicKeyInfoOf } from '../certificate/build.ts';
import { type ExtensionValues, encodeExtensions } from '../certificate/build-extensions.ts';
import type { ExtendedKeyUsage } from '../certificate/extended-key-usages.ts';
import type { KeyUsage } from '../certificate/extension/key-usage.ts';
import { element, integer, oid, sequence, setOf } from '../der/writer.ts';
import { type SigningDigest, signedStructure } from '../key/sign.ts';
import type { SanName } from '../name/build-general-name.ts';
import { encodeName, type SubjectField } from '../name/build-name.ts';

export interface CsrContents {
  readonly subject: readonly SubjectField[];
  /** Alternative names in the order they shall appear; none leaves the extension out. */
  readonly names: readonly SanName[];
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[];
  readonly keyUsage: readonly KeyUsage[];
  /** Ignored by Ed25519 and ML-DSA keys. */
  readonly digest: SigningDigest;
  /** The private key the certificate is asked for; it signs the request. */
  readonly key: KeyObject;
}

/**
 * Returns the request's DER. The extensions asked for stand in one extensionRequest attribute (RFC 2985 5.4.2).
 * Throws a RangeError when a name cannot be written.
 */
export function buildCsr(contents: CsrContents): Uint8Array {
  const subject = encodeName(contents.subject);
  const values: ExtensionValues = {
    ...(contents.keyUsage.length > 0 ? { keyUsage: contents.keyUsage } : {}),
    extendedKeyUsage: contents.extendedKeyUsage,
    subjectAltName: contents.names,
  };
  const extensions = encodeExtensions(values, contents.subject.length === 0);
  const attributes = extensions === undefined ? [] : [sequence(oid('1.2.840.113549.1.9.14'), setOf(extensions))];
  const info = sequence(integer(0), subject, publicKeyInfoOf(contents.key), element(0xa0, ...attributes));
  return signedStructure(info, contents.key, contents.digest);
}
