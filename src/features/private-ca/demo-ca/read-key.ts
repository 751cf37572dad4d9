/** Reads private/cakey.pem, under a password or not, after a look at what opening it will cost. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../../lib/bytes.ts';
import type { Secret } from '../../../lib/secret.ts';
import { oidText } from '../../../pki/der/oid.ts';
import { DerReader } from '../../../pki/der/reader.ts';
import { decodePem } from '../../../pki/pem.ts';
import { PkiRefusal } from '../../../pki/pki-error.ts';
import { invalidRequest, wrongPassphrase } from '../problems.ts';

/** The key; it must be the one of this SubjectPublicKeyInfo. Throws `private-ca.wrong-passphrase`, `private-ca.invalid`. */
export function readCaKey(
  file: Uint8Array,
  passphrase: Secret<string>,
  publicKeyInfo: Uint8Array,
): { readonly key: KeyObject; readonly encrypted: boolean } {
  const blocks = decodePem(file);
  const block = blocks.ok ? blocks.value.find(({ label }) => label.endsWith('PRIVATE KEY')) : undefined;
  if (block === undefined) throw unusable('private/cakey.pem holds no private key.');
  const encrypted = block.label.startsWith('ENCRYPTED') || block.headers.some((line) => /ENCRYPTED/i.test(line));
  if (block.label.startsWith('ENCRYPTED')) checkCost(block.der);
  let key: KeyObject;
  try {
    const given = encrypted ? { passphrase: passphrase.reveal() } : {};
    key = createPrivateKey({ key: Buffer.from(file), format: 'pem', ...given });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_EVP_UNSUPPORTED') throw oldCipher();
    if (encrypted) throw wrongPassphrase('private/cakey.pem');
    throw unusable('OpenSSL cannot use the key in private/cakey.pem.');
  }
  if (!equalBytes(createPublicKey(key).export({ type: 'spki', format: 'der' }), publicKeyInfo)) {
    throw unusable('The key in private/cakey.pem is not the one of cacert.pem.');
  }
  return { key, encrypted };
}

const mostIterations = 5_000_000;
/** N, r and p multiplied: two or three seconds. "openssl pkcs8 -scrypt" writes a thirty-second part of it. */
const mostScrypt = 2 ** 22;

/** Opening it stops everything else meanwhile, so a count that takes minutes is refused (RFC 8018 A.2, RFC 7914 7). */
function checkCost(der: Uint8Array): void {
  try {
    const reader = new DerReader(der);
    reader.enter(0x30, 'encrypted key');
    reader.enter(0x30, 'algorithm');
    const scheme = oidAt(reader);
    reader.enter(0x30, 'parameters');
    if (scheme !== '1.2.840.113549.1.5.13') {
      reader.octetString('salt');
      reader.smallInteger('iterations', mostIterations);
      return;
    }
    reader.enter(0x30, 'key derivation');
    const kdf = oidAt(reader);
    reader.enter(0x30, 'parameters');
    reader.octetString('salt');
    if (kdf === '1.2.840.113549.1.5.12') reader.smallInteger('iterations', mostIterations);
    else {
      const [n, r, p] = [reader.smallInteger('cost', mostScrypt), sizeAt(reader), sizeAt(reader)];
      if (n * r * p > mostScrypt) reader.fail('der.value', `scrypt with N ${n}, r ${r}, p ${p} takes too long`, 0);
    }
  } catch (error) {
    if (!(error instanceof PkiRefusal)) throw error;
    throw unusable(`private/cakey.pem cannot be opened: ${error.message}.`);
  }
}

function oidAt(reader: DerReader): string {
  reader.oid('algorithm');
  return oidText(reader.der, reader.content, reader.stop);
}

function sizeAt(reader: DerReader): number {
  return reader.smallInteger('cost', mostScrypt);
}

/** DES and RC2 among others, which OpenSSL 3 keeps apart. */
function oldCipher() {
  const command = 'openssl pkey -provider legacy -provider default -in private/cakey.pem -aes256 -out new.pem';
  return unusable(
    'private/cakey.pem is encrypted with a cipher that is given up today.',
    `Encrypt it anew: ${command}, and put that in its place.`,
  );
}

function unusable(detail: string, hint = 'Check the folder with openssl pkey -in private/cakey.pem.') {
  return invalidRequest([{ field: 'archive', detail, hint }]);
}
