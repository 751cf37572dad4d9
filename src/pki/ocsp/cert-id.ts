/** What OCSP requests and answers share: CertID, version, nonce (RFC 6960 4.1.1, RFC 9654). */

import { createHash } from 'node:crypto';
import { equalBytes } from '../../lib/bytes.ts';
import { readAlgorithm } from '../certificate/algorithm-identifier.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { Extension } from '../certificate/extension/extension-table.ts';
import { DerReader } from '../der/reader.ts';
import { OCTET_STRING, SEQUENCE } from '../der/tag.ts';
import { element, nullValue, octetString, oid, sequence } from '../der/writer.ts';

/** Which certificate is meant: its serial number, and hashes over its issuer's name and key. */
export interface CertId {
  readonly der: Uint8Array;
  /** Dotted identifier of the hash algorithm. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets. */
  readonly serial: Uint8Array;
}

/** Hash algorithms of a CertID, by their dotted identifiers. */
export const certIdHashes: Readonly<Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Whether a CertID means this certificate: issuer's name, issuer's key and serial number (RFC 6960 4.1.1). */
export function isCertIdOf(certId: CertId, certificate: Certificate, issuer: Certificate): boolean {
  const hash = certIdHashes[certId.hashAlgorithm];
  return (
    hash !== undefined &&
    equalBytes(certId.serial, certificate.serial) &&
    equalBytes(certId.issuerKeyHash, digest(hash, issuer.publicKey.key)) &&
    equalBytes(certId.issuerNameHash, digest(hash, certificate.issuer.der))
  );
}

/** Hash over octets, as a CertID or a responder's key hash holds it. */
export function digest(hash: 'sha1' | 'sha256' | 'sha384' | 'sha512', octets: Uint8Array): Uint8Array {
  return createHash(hash).update(octets).digest();
}

/** DER of a CertID. `issuerName` is the DER of the Name, `issuerKey` the bits of the key, `serial` content octets. */
export function encodeCertId(id: {
  readonly hash: 'sha1' | 'sha256';
  readonly issuerName: Uint8Array;
  readonly issuerKey: Uint8Array;
  readonly serial: Uint8Array;
}): Uint8Array {
  const { hash, issuerName, issuerKey, serial } = id;
  const algorithm = Object.keys(certIdHashes).find((dotted) => certIdHashes[dotted] === hash)!;
  return sequence(
    sequence(oid(algorithm), nullValue()),
    octetString(digest(hash, issuerName)),
    octetString(digest(hash, issuerKey)),
    element(0x02, serial),
  );
}

export function readCertId(reader: DerReader): CertId {
  const start = reader.position;
  const outer = reader.enter(SEQUENCE, 'CertID');
  const hashAlgorithm = readAlgorithm(reader, 'hashAlgorithm').oid;
  reader.octetString('issuerNameHash');
  const issuerNameHash = reader.bytes();
  reader.octetString('issuerKeyHash');
  const issuerKeyHash = reader.bytes();
  reader.integer('serialNumber');
  const serial = reader.bytes();
  reader.leave(outer, 'CertID');
  return { der: reader.der.subarray(start, reader.position), hashAlgorithm, issuerNameHash, issuerKeyHash, serial };
}

/** Version [0] DEFAULT v1, the only one there is. Responders spell it out against X.690 11.5; that is let pass. */
export function readOcspVersion(reader: DerReader): void {
  if (reader.peek() !== 0xa0) return;
  const outer = reader.enter(0xa0, 'version');
  const version = reader.smallInteger('version', 0x7fffffff);
  if (version !== 0) reader.fail('ocsp.version', `version ${version + 1} of OCSP does not exist`, reader.start);
  reader.leave(outer, 'version');
}

/** The nonce, also of senders that leave out its inner OCTET STRING. */
export function nonceOf(extensions: readonly Extension[]): Uint8Array | undefined {
  const value = extensions.find(({ oid }) => oid === '1.3.6.1.5.5.7.48.1.2')?.value;
  if (value === undefined || value[0] !== OCTET_STRING || value[1] !== value.length - 2) return value;
  const reader = new DerReader(value);
  reader.octetString('nonce');
  return reader.bytes();
}
