/**
 * Password-based encryption as PKCS#12 files use it: PBES2 with PBKDF2 and AES-CBC or 3DES (RFC 8018), and the old
 * schemes with SHA-1 and 3DES or RC2 (RFC 7292 appendix C).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { integer, nullValue, octetString, oid, sequence } from '../der/writer.ts';
import { Pkcs12Refusal } from './pkcs12-error.ts';
import { type KdfBudget, type KdfHash, pbkdf2, pkcs12Kdf } from './pkcs12-kdf.ts';
import { decryptRc2 } from './rc2.ts';

/** Decrypts content under an AlgorithmIdentifier (DER). `offset` is where that stands in the file, for errors. */
export function decryptPbe(
  algorithm: Uint8Array,
  content: Uint8Array,
  password: string,
  budget: KdfBudget,
  offset: number,
): Uint8Array {
  const reader = new DerReader(algorithm);
  reader.enter(0x30, 'the encryption algorithm');
  const scheme = readOid(reader);
  const pbe = oldSchemes[scheme];
  if (scheme === pbes2) return decryptPbes2(reader, content, password, budget, offset);
  if (pbe === undefined) throw unknownAlgorithm(scheme, offset);
  reader.enter(0x30, 'the parameters');
  const salt = readSalt(reader, offset);
  const iterations = readIterations(reader);
  budget.spend(iterations, offset);
  const key = pkcs12Kdf(password, salt, { purpose: 'key', iterations, length: pbe.keyLength, digest: 'sha1' });
  budget.spend(iterations, offset);
  const iv = pkcs12Kdf(password, salt, { purpose: 'iv', iterations, length: 8, digest: 'sha1' });
  if (pbe.cipher === 'rc2') return guard(() => decryptRc2(key, iv, content), offset);
  // Two-key 3DES is three-key 3DES with the first key again.
  const full = pbe.keyLength === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key;
  return decipher('des-ede3-cbc', full, iv, content, offset);
}

/** How a new file is encrypted. `legacy`: SHA-1 and 3DES, for programs that know nothing else. */
export interface EncryptionChoice {
  readonly iterations: number;
  readonly legacy: boolean;
}

/** Encrypts content with a fresh salt; returns the AlgorithmIdentifier (DER) and the ciphertext. */
export function encryptPbe(content: Uint8Array, password: string, { iterations, legacy }: EncryptionChoice) {
  const salt = randomBytes(16);
  if (legacy) {
    const common = { iterations, digest: 'sha1' } as const;
    const key = pkcs12Kdf(password, salt, { ...common, purpose: 'key', length: 24 });
    const iv = pkcs12Kdf(password, salt, { ...common, purpose: 'iv', length: 8 });
    const algorithm = sequence(oid('1.2.840.113549.1.12.1.3'), sequence(octetString(salt), integer(iterations)));
    return { algorithm, encrypted: encipher('des-ede3-cbc', key, iv, content) };
  }
  const iv = randomBytes(16);
  const key = pbkdf2(password, salt, iterations, 32, 'sha256');
  const kdf = sequence(octetString(salt), integer(iterations), sequence(oid('1.2.840.113549.2.9'), nullValue()));
  const algorithm = sequence(
    oid(pbes2),
    sequence(sequence(oid(pbkdf2Oid), kdf), sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(iv))),
  );
  return { algorithm, encrypted: encipher('aes-256-cbc', key, iv, content) };
}

/** PBKDF2 parameters after the OID; the key length is the cipher's unless the file names one. */
export function readPbkdf2(
  reader: DerReader,
  offset: number,
): { salt: Uint8Array; iterations: number; length: number | undefined; digest: KdfHash } {
  const outer = reader.enter(0x30, 'the parameters of PBKDF2');
  const salt = readSalt(reader, offset);
  const iterations = readIterations(reader);
  const length = reader.peek() === 0x02 ? reader.smallInteger('the key length', 64) : undefined;
  let digest: KdfHash = 'sha1';
  if (reader.more) {
    const prf = reader.enter(0x30, 'the pseudo-random function');
    const name = readOid(reader);
    const known = hmacs[name];
    if (known === undefined) throw unknownAlgorithm(name, offset);
    digest = known;
    if (reader.more) reader.null('the parameters');
    reader.leave(prf, 'the pseudo-random function');
  }
  reader.leave(outer, 'the parameters of PBKDF2');
  return { salt, iterations, length, digest };
}

/** HMAC algorithms by their OID. */
export const hmacs: Readonly<Record<string, KdfHash>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** Iteration count, of any size that fits: the budget decides, so that the number can be named in the refusal. */
export function readIterations(reader: DerReader): number {
  return reader.smallInteger('the iteration count', 0x7fffffff);
}

export function readOid(reader: DerReader): string {
  reader.oid('an algorithm');
  return oidText(reader.der, reader.content, reader.stop);
}

export function unknownAlgorithm(name: string, offset: number): Pkcs12Refusal {
  return new Pkcs12Refusal('pkcs12.algorithm', `the file uses the algorithm ${name}, which is not supported`, offset);
}

export const pbkdf2Oid = '1.2.840.113549.1.5.12';
const pbes2 = '1.2.840.113549.1.5.13';

const oldSchemes: Readonly<Record<string, { readonly cipher: '3des' | 'rc2'; readonly keyLength: number }>> = {
  '1.2.840.113549.1.12.1.3': { cipher: '3des', keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: '3des', keyLength: 16 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', keyLength: 5 },
};

const ciphers: Readonly<Record<string, { readonly name: string; readonly keyLength: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24 },
};

function decryptPbes2(
  reader: DerReader,
  content: Uint8Array,
  password: string,
  budget: KdfBudget,
  offset: number,
): Uint8Array {
  reader.enter(0x30, 'the parameters of PBES2');
  const derivation = reader.enter(0x30, 'the key derivation');
  const kdf = readOid(reader);
  if (kdf !== pbkdf2Oid) throw unknownAlgorithm(kdf, offset);
  const { salt, iterations, length, digest } = readPbkdf2(reader, offset);
  reader.leave(derivation, 'the key derivation');
  reader.enter(0x30, 'the cipher');
  const name = readOid(reader);
  const cipher = ciphers[name];
  if (cipher === undefined) throw unknownAlgorithm(name, offset);
  reader.octetString('the initialisation vector');
  const iv = reader.bytes();
  if (length !== undefined && length !== cipher.keyLength) {
    throw new Pkcs12Refusal('pkcs12.malformed', 'the key length does not fit the cipher', offset);
  }
  budget.spend(iterations, offset);
  return decipher(cipher.name, pbkdf2(password, salt, iterations, cipher.keyLength, digest), iv, content, offset);
}

function readSalt(reader: DerReader, offset: number): Uint8Array {
  reader.octetString('the salt');
  const salt = reader.bytes();
  if (salt.length > 1024) throw new Pkcs12Refusal('pkcs12.malformed', 'the salt is longer than 1024 octets', offset);
  return salt;
}

function decipher(name: string, key: Uint8Array, iv: Uint8Array, content: Uint8Array, offset: number): Uint8Array {
  return guard(() => {
    const machine = createDecipheriv(name, key, iv);
    return Buffer.concat([machine.update(content), machine.final()]);
  }, offset);
}

/** After a verified MAC, content that does not decrypt means a second password or damage. */
function guard(work: () => Uint8Array, offset: number): Uint8Array {
  try {
    return work();
  } catch {
    throw new Pkcs12Refusal('pkcs12.malformed', 'a part of the file does not decrypt with its password', offset);
  }
}

function encipher(name: string, key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array {
  const machine = createCipheriv(name, key, iv);
  return Buffer.concat([machine.update(content), machine.final()]);
}
