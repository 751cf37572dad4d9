/** Private keys: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 A.1.2) and SEC1 (RFC 5915), in DER or PEM. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { equalBytes } from '../../lib/bytes.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { checkElement } from '../der/element.ts';
import { isOid, oidContent } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { INTEGER, OCTET_STRING, SEQUENCE } from '../der/tag.ts';
import { decodePem, type PemBlock } from '../pem.ts';
import { type PkiError, type PkiErrorCode, PkiRefusal, refused } from '../pki-error.ts';
import { type PublicKeyInfo, parsePublicKey } from './public-key.ts';

export interface PrivateKey {
  readonly algorithm: PublicKeyInfo['algorithm'];
  /** How the key was written. */
  readonly form: PrivateKeyForm;
  readonly keyObject: KeyObject;
  /** SubjectPublicKeyInfo of the public half, DER. */
  readonly publicKeyInfo: Uint8Array;
  readonly publicKey: PublicKeyInfo;
}

export type PrivateKeyForm = 'pkcs8' | 'pkcs1' | 'sec1';

/**
 * Reads one private key from DER, or from PEM that may hold other things as well. Refused: a password-protected key
 * (`key.password-protected`), two different keys (`key.several`), a key whose halves do not belong together
 * (`key.halves-differ`). Whether the key is good enough is for `checkKey` to say.
 */
export function parsePrivateKey(input: Uint8Array | string): Result<PrivateKey, PkiError> {
  // 0x30 opens DER and is `0` in text, which opens no PEM.
  if (typeof input !== 'string' && input[0] === SEQUENCE) return readKey(input);
  const blocks = decodePem(input);
  if (!blocks.ok) return blocks;
  const keys = blocks.value.filter((block) => block.label.endsWith('PRIVATE KEY'));
  let first: { key: PrivateKey; block: PemBlock } | undefined;
  for (const block of keys) {
    const read = readBlock(block);
    if (!read.ok) return read;
    if (first !== undefined && !equalBytes(first.key.publicKeyInfo, read.value.publicKeyInfo)) {
      return err({ code: 'key.several', message: 'the text holds two different private keys', offset: block.offset });
    }
    first ??= { key: read.value, block };
  }
  if (first === undefined) return err({ code: 'key.none', message: 'the text holds no private key', offset: 0 });
  return ok(first.key);
}

/** PKCS#5 (PBES1 and PBES2) and the schemes of PKCS#12. */
const encryptionPrefixes = [oidContent('1.2.840.113549.1.5'), oidContent('1.2.840.113549.1.12.1')];

function readBlock(block: PemBlock): Result<PrivateKey, PkiError> {
  // RFC 1421 4.6: old OpenSSL encrypts the body and says so in a header.
  if (block.label === 'ENCRYPTED PRIVATE KEY' || block.headers.some((line) => /^Proc-Type:.*ENCRYPTED/i.test(line))) {
    return err(passwordProtected(block.offset));
  }
  if (block.label === 'OPENSSH PRIVATE KEY') {
    return err({
      code: 'key.algorithm',
      message: 'the key is in the format of OpenSSH; `ssh-keygen -p -m PEM -f FILE` converts it',
      offset: block.offset,
    });
  }
  const read = readKey(block.der);
  return read.ok ? read : err({ ...read.error, offset: block.offset });
}

function passwordProtected(offset: number): PkiError {
  return { code: 'key.password-protected', message: 'the private key is password protected', offset };
}

function readKey(der: Uint8Array): Result<PrivateKey, PkiError> {
  try {
    checkElement(der, 0, der.length);
    const form = formOf(der);
    const keyObject = load(der, form);
    const publicKeyInfo = exportPublic(keyObject);
    const publicKey = parsePublicKey(publicKeyInfo);
    if (!publicKey.ok) return publicKey;
    if (!halvesBelongTogether(keyObject, publicKey.value)) {
      fail('key.halves-differ', 'the private and the public half of the key do not belong together', 0);
    }
    return ok({ algorithm: publicKey.value.algorithm, form, keyObject, publicKeyInfo, publicKey: publicKey.value });
  } catch (thrown) {
    return refused(thrown);
  }
}

function fail(code: PkiErrorCode, message: string, offset: number): never {
  throw new PkiRefusal(code, message, offset);
}

/** Tells the three forms apart by their first members. */
function formOf(der: Uint8Array): PrivateKeyForm {
  const reader = new DerReader(der);
  reader.enter(SEQUENCE, 'private key');
  if (reader.peek() === SEQUENCE) {
    reader.enter(SEQUENCE, 'algorithm');
    if (reader.peek() === 0x06) {
      reader.oid('algorithm');
      if (isEncryption(der, reader.content, reader.stop))
        fail('key.password-protected', 'the private key is password protected', 0);
    }
    fail('key.none', 'this is not a private key', 0);
  }
  if (reader.peek() !== INTEGER) fail('key.none', 'this is not a private key', 0);
  const version = reader.smallInteger('version', 255);
  const next = reader.peek();
  if (next === SEQUENCE && version <= 1) {
    checkInner(reader);
    return 'pkcs8';
  }
  if (next === OCTET_STRING && version === 1) return 'sec1';
  if (next === INTEGER && version <= 1) {
    let integers = 1;
    while (reader.peek() === INTEGER) {
      reader.integer('key');
      integers++;
    }
    // RFC 8017 A.1.2: nine numbers; a DSA key has six.
    if (integers === 9) return 'pkcs1';
    fail('key.algorithm', 'this is a DSA key, which cannot be used', 0);
  }
  return fail('key.none', 'this is not a private key', 0);
}

function isEncryption(der: Uint8Array, start: number, stop: number): boolean {
  return encryptionPrefixes.some(
    (prefix) => stop - start > prefix.length && isOid(der, start, start + prefix.length, prefix),
  );
}

/** RFC 5958 2: the key inside the OCTET STRING is DER as well, except for ML-DSA seeds, which OpenSSL checks. */
function checkInner(reader: DerReader): void {
  reader.next('privateKeyAlgorithm');
  reader.octetString('privateKey');
  const { der, content, stop } = reader;
  if (der[content] === SEQUENCE || der[content] === OCTET_STRING) checkElement(der, content, stop);
}

function load(der: Uint8Array, form: PrivateKeyForm): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer, der.byteOffset, der.length), format: 'der', type: form });
  } catch {
    return fail('key.value', 'OpenSSL cannot use this private key', 0);
  }
}

function exportPublic(key: KeyObject): Uint8Array {
  try {
    return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  } catch {
    return fail('key.value', 'OpenSSL cannot use this private key', 0);
  }
}

/** Signs with one half and verifies with the other: the only test that holds for every algorithm. */
function halvesBelongTogether(key: KeyObject, publicKey: PublicKeyInfo): boolean {
  const digest = publicKey.algorithm === 'rsa' || publicKey.algorithm === 'ec' || publicKey.algorithm === 'dsa';
  const message = Buffer.from('do these two belong together?');
  // An RSA-PSS key may prescribe its own digest, which OpenSSL then takes by itself.
  const hash = digest ? 'sha256' : publicKey.algorithm === 'rsa-pss' ? pssDigest(key) : null;
  try {
    return verify(hash, message, publicKey.keyObject(), sign(hash, message, key));
  } catch {
    return fail('key.value', 'OpenSSL cannot sign with this private key', 0);
  }
}

function pssDigest(key: KeyObject): string {
  return key.asymmetricKeyDetails?.hashAlgorithm ?? 'sha256';
}
