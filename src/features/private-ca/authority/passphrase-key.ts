/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958 3) with PBES2, scrypt (RFC 7914) and AES-256-CBC,
 * which `openssl pkey` opens as well. The key is derived beside the event loop.
 */
import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../../../lib/secret.ts';
import { oidText } from '../../../pki/der/oid.ts';
import { DerReader } from '../../../pki/der/reader.ts';
import { integer, octetString, oid, sequence } from '../../../pki/der/writer.ts';
import { PkiRefusal } from '../../../pki/pki-error.ts';

/** Encrypts a key with a fresh salt. */
export async function lockKey(key: KeyObject, passphrase: Secret<string>): Promise<Uint8Array> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const derived = await derive(passphrase, salt, cost);
  try {
    const cipher = createCipheriv('aes-256-cbc', derived, iv);
    const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
    const kdf = sequence(
      oid(scryptOid),
      sequence(octetString(salt), integer(cost.n), integer(cost.r), integer(cost.p), integer(32)),
    );
    const encryption = sequence(oid(aes256Cbc), octetString(iv));
    return sequence(sequence(oid(pbes2), sequence(kdf, encryption)), octetString(encrypted));
  } finally {
    plain.fill(0);
    derived.fill(0);
  }
}

/** Opens what `lockKey` made; undefined when the passphrase is not the one. */
export async function unlockKey(locked: Uint8Array, passphrase: Secret<string>): Promise<KeyObject | undefined> {
  const { salt, n, r, p, iv, encrypted } = readLocked(locked);
  const derived = await derive(passphrase, salt, { n, r, p });
  try {
    const decipher = createDecipheriv('aes-256-cbc', derived, iv);
    const plain = Buffer.concat([decipher.update(encrypted), decipher.final()]);
    try {
      return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
    } finally {
      plain.fill(0);
    }
  } catch {
    return undefined;
  } finally {
    derived.fill(0);
  }
}

/** 16 MiB five times over: among what OWASP advises, and within the 32 MiB that OpenSSL opens without being told. */
const cost = { n: 2 ** 14, r: 8, p: 5 } as const;
const pbes2 = '1.2.840.113549.1.5.13';
const scryptOid = '1.3.6.1.4.1.11591.4.11';
const aes256Cbc = '2.16.840.1.101.3.4.1.42';

const scryptLater = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

function derive(passphrase: Secret<string>, salt: Uint8Array, { n, r, p }: { n: number; r: number; p: number }) {
  // the same passphrase typed on another keyboard is the same
  const text = passphrase.reveal().normalize('NFC');
  return scryptLater(text, salt, 32, { N: n, r, p, maxmem: 64 * 1024 * 1024 });
}

/** Throws an Error for anything that `lockKey` did not write: it comes from our own database. */
function readLocked(der: Uint8Array) {
  const reader = new DerReader(der);
  const named = (expected: string): void => {
    reader.oid('algorithm');
    if (oidText(der, reader.content, reader.stop) !== expected)
      throw new Error(`the stored key is not under ${expected}`);
  };
  try {
    reader.enter(0x30, 'encrypted key');
    const algorithm = reader.enter(0x30, 'algorithm');
    named(pbes2);
    const parameters = reader.enter(0x30, 'parameters');
    const kdf = reader.enter(0x30, 'key derivation');
    named(scryptOid);
    const values = reader.enter(0x30, 'parameters');
    reader.octetString('salt');
    const salt = reader.bytes();
    const [n, r, p] = [cost.n, cost.r, cost.p].map((most) => reader.smallInteger('cost', most)) as [
      number,
      number,
      number,
    ];
    reader.smallInteger('key length', 32);
    reader.leave(values, 'parameters');
    reader.leave(kdf, 'key derivation');
    const encryption = reader.enter(0x30, 'encryption');
    named(aes256Cbc);
    reader.octetString('initialisation vector');
    const iv = reader.bytes();
    reader.leave(encryption, 'encryption');
    reader.leave(parameters, 'parameters');
    reader.leave(algorithm, 'algorithm');
    reader.octetString('encrypted key');
    return { salt, n, r, p, iv, encrypted: reader.bytes() };
  } catch (error) {
    if (error instanceof PkiRefusal)
      throw new Error(`the stored key cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}
