/** Writes and signs X.509 version 3 certificates (RFC 5280 4.1). */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { explicit, integer, sequence, time, unsignedInteger } from '../der/writer.ts';
import { type SigningDigest, signatureAlgorithm, signedStructure } from '../key/sign.ts';
import { encodeName, type SubjectField } from '../name/build-name.ts';
import { type ExtensionValues, encodeExtensions } from './build-extensions.ts';

/** A name already encoded (a parsed DistinguishedName fits) or its fields. */
export type NameInput = { readonly der: Uint8Array } | readonly SubjectField[];

export interface CertificateContents {
  readonly subject: NameInput;
  readonly issuer: NameInput;
  /** SubjectPublicKeyInfo, DER, of the subject. */
  readonly publicKeyInfo: Uint8Array;
  /** Unsigned big-endian octets, 16 random ones by our rule; at most 20 once encoded (4.1.2.2). */
  readonly serial: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: ExtensionValues;
  /** The issuer's private key; the subject's own for a self-signed certificate. */
  readonly signingKey: KeyObject;
  /** Ignored by Ed25519 and ML-DSA keys. */
  readonly digest: SigningDigest;
}

/** Returns the certificate's DER. Throws a RangeError when a value cannot be written. */
export function buildCertificate(contents: CertificateContents): Uint8Array {
  const serial = unsignedInteger(contents.serial);
  if (serial.length > 22) throw new RangeError('a serial number has at most 20 octets (RFC 5280 4.1.2.2)');
  if (contents.notAfter < contents.notBefore) throw new RangeError('the certificate would end before it begins');
  const subject = nameDer(contents.subject);
  const extensions = encodeExtensions(contents.extensions, subject.length === 2);
  const tbs = sequence(
    explicit(0, integer(2)),
    serial,
    signatureAlgorithm(contents.signingKey, contents.digest),
    nameDer(contents.issuer),
    sequence(time(contents.notBefore), time(contents.notAfter)),
    subject,
    contents.publicKeyInfo,
    ...(extensions === undefined ? [] : [explicit(3, extensions)]),
  );
  return signedStructure(tbs, contents.signingKey, contents.digest);
}

/** SubjectPublicKeyInfo of a private key's public half. */
export function publicKeyInfoOf(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
}

function nameDer(name: NameInput): Uint8Array {
  return 'der' in name ? name.der : encodeName(name);
}
