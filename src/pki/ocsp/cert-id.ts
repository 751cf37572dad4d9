/** What OCSP requests and answers share: CertID, version, nonce (RFC 6960 4.1.1, RFC 9654). */

import { readAlgorithm } from '../certificate/algorithm-identifier.ts';
import type { Extension } from '../certificate/extension/extension-table.ts';
import { DerReader } from '../der/reader.ts';
import { OCTET_STRING, SEQUENCE } from '../der/tag.ts';

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
