/**
 * The register of a CA's certificates for its OCSP responder: one record of 32 bytes after the other in a file that only
 * grows; a later record of a serial number replaces an earlier one. A record that is cut off or altered ends the file.
 *
 * A record: state, reason code, length of the serial number, zero; time of revocation (seconds, four bytes, big endian);
 * serial number (20 bytes, filled with zeros); CRC-32 of all that. The first record is the head: magic and a random
 * number of the file, so that a file that was exchanged is noticed.
 */
import { crc32 } from 'node:zlib';

export const recordLength = 32;

/** What is known about one serial number. */
export interface CertificateStatus {
  /** Content octets of the INTEGER, 1 to 20. */
  readonly serial: Uint8Array;
  readonly state: 'good' | 'revoked';
  /** Milliseconds since 1970; cut to the second. 0 unless revoked. */
  readonly revokedAt: number;
  /** CRLReason (RFC 5280 5.3.1). */
  readonly reasonCode: number;
}

/** Writes one record at an offset of the target. Throws a RangeError for a serial number that no certificate can have. */
export function writeRecord(target: Buffer, at: number, status: CertificateStatus): void {
  const { serial, state, revokedAt, reasonCode } = status;
  if (serial.length < 1 || serial.length > 20) throw new RangeError('a serial number has 1 to 20 octets');
  target.fill(0, at, at + recordLength);
  target[at] = state === 'good' ? stateGood : stateRevoked;
  target[at + 1] = reasonCode;
  target[at + 2] = serial.length;
  target.writeUInt32BE(Math.floor(revokedAt / 1000), at + 4);
  target.set(serial, at + serialOffset);
  seal(target, at);
}

/** The head of a file. `mark`: 16 random octets. */
export function writeHead(target: Buffer, mark: Uint8Array): void {
  target.fill(0, 0, recordLength);
  magic.copy(target, 0);
  target.set(mark.subarray(0, 16), magic.length);
  seal(target, 0);
}

/** Whether a whole, unaltered record stands at an offset. */
export function isWholeRecord(bytes: Buffer, at: number): boolean {
  return (
    at + recordLength <= bytes.length &&
    crc32(bytes.subarray(at, at + crcOffset)) === bytes.readUInt32BE(at + crcOffset)
  );
}

/** The mark of a file, hexadecimal; undefined when this is not the head of a register. */
export function markOf(bytes: Buffer): string | undefined {
  if (!isWholeRecord(bytes, 0) || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  return bytes.toString('hex', magic.length, magic.length + 16);
}

export const stateGood = 1;
const stateRevoked = 2;
/** Where the serial number stands in a record. */
export const serialOffset = 8;
const crcOffset = 28;
const magic = Buffer.from('TGREG01\n');

function seal(target: Buffer, at: number): void {
  target.writeUInt32BE(crc32(target.subarray(at, at + crcOffset)), at + crcOffset);
}
