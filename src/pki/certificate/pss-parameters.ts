/** RSASSA-PSS parameters of signatures and keys (RFC 4055 3.1), and keys for the ones OpenSSL must be told. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';
import { bitString, oid, sequence } from '../der/writer.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import { PkiRefusal } from '../pki-error.ts';

export type PssHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

export interface PssParameters {
  readonly hash: PssHash;
  /** Hash of the mask generation function, MGF1. */
  readonly mgfHash: PssHash;
  /** Octets. */
  readonly saltLength: number;
  readonly der: Uint8Array;
}

/** What is left out means SHA-1 and 20 octets of salt; undefined when malformed or not known. */
export function readPssParameters(der: Uint8Array): PssParameters | undefined {
  try {
    const reader = new DerReader(der);
    const outer = reader.enter(SEQUENCE, 'RSASSA-PSS-params');
    const hash = optional(reader, 0xa0, readHash, 'sha1');
    const mgfHash = optional(reader, 0xa1, readMgf, 'sha1');
    const saltLength = optional(reader, 0xa2, (r) => r.smallInteger('saltLength', 512), 20);
    // RFC 4055 3.1: the trailer field is 1 and so never written.
    reader.leave(outer, 'RSASSA-PSS-params');
    return hash === undefined || mgfHash === undefined ? undefined : { hash, mgfHash, saltLength, der };
  } catch (thrown) {
    if (thrown instanceof PkiRefusal) return undefined;
    throw thrown;
  }
}

/**
 * The key for verifying with these parameters. Throws `PkiRefusal` when the key is limited to others: RFC 4055 3.3 wants
 * the same hashes and at least the salt that the key names.
 */
export function pssKey(key: PublicKeyInfo, wanted: PssParameters): KeyObject {
  const limits = key.algorithm === 'rsa-pss' && key.parameters ? readPssParameters(key.parameters) : undefined;
  if (key.algorithm === 'rsa-pss' && key.parameters && !allows(limits, wanted))
    throw new PkiRefusal('key.parameters', 'the key is for RSASSA-PSS with other parameters', 0);
  if (limits !== undefined || wanted.mgfHash === wanted.hash) return key.keyObject();
  // OpenSSL takes the hash of MGF1 from the key alone
  const spki = sequence(sequence(oid('1.2.840.113549.1.1.10'), wanted.der), bitString(key.key));
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

function allows(limits: PssParameters | undefined, wanted: PssParameters): boolean {
  if (limits === undefined) return false;
  return limits.hash === wanted.hash && limits.mgfHash === wanted.mgfHash && wanted.saltLength >= limits.saltLength;
}

const mgf1 = '1.2.840.113549.1.1.8';

const hashes: Readonly<Record<string, PssHash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** An explicitly tagged member, or its default. */
function optional<T>(reader: DerReader, tag: number, read: (reader: DerReader) => T, otherwise: T): T {
  if (reader.peek() !== tag) return otherwise;
  const outer = reader.enter(tag, 'RSASSA-PSS-params');
  const value = read(reader);
  reader.leave(outer, 'RSASSA-PSS-params');
  return value;
}

function readMgf(reader: DerReader): PssHash | undefined {
  const outer = reader.enter(SEQUENCE, 'maskGenAlgorithm');
  reader.oid('maskGenAlgorithm');
  const known = oidText(reader.der, reader.content, reader.stop) === mgf1;
  const hash = readHash(reader);
  reader.leave(outer, 'maskGenAlgorithm');
  return known ? hash : undefined;
}

function readHash(reader: DerReader): PssHash | undefined {
  const outer = reader.enter(SEQUENCE, 'hash');
  reader.oid('hash');
  const hash = hashes[oidText(reader.der, reader.content, reader.stop)];
  if (reader.more) reader.null('hash parameters');
  reader.leave(outer, 'hash');
  return hash;
}
