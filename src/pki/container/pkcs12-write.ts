/** Writes PKCS#12 files (RFC 7292) that OpenSSL, Windows and Java open. */
import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto';
import { bmpString, element, explicit, integer, nullValue, octetString, oid, sequence, setOf } from '../der/writer.ts';
import { type EncryptionChoice, encryptPbe } from './pkcs12-encryption.ts';
import { pkcs12Kdf } from './pkcs12-kdf.ts';

export interface Pkcs12Input {
  /** DER, the certificate of the key first. */
  readonly certificates: readonly Uint8Array[];
  readonly key?: KeyObject;
  readonly password: string;
  /** Name under which Windows and Java show the entry. */
  readonly friendlyName?: string;
  /** SHA-1 and 3DES instead of PBKDF2 with AES-256 and SHA-256, for programs that know nothing else. */
  readonly legacy?: boolean;
}

/** Returns the file. Salts are fresh at every call. */
export function writePkcs12(input: Pkcs12Input): Uint8Array {
  const choice: EncryptionChoice = { iterations: input.legacy ? 2048 : 100_000, legacy: input.legacy === true };
  const [leaf] = input.certificates;
  const attributes = bagAttributes(leaf, input.friendlyName);
  const parts = [encryptedPart(certificateBags(input, attributes), input.password, choice)];
  if (input.key !== undefined) parts.push(dataContent(sequence(keyBag(input.key, input.password, choice, attributes))));
  const safe = sequence(...parts);
  return sequence(integer(3), dataContent(safe), macData(safe, input.password, choice));
}

const data = '1.2.840.113549.1.7.1';

/** ContentInfo of type data around an OCTET STRING. */
function dataContent(content: Uint8Array): Uint8Array {
  return sequence(oid(data), explicit(0, octetString(content)));
}

function encryptedPart(bags: Uint8Array, password: string, choice: EncryptionChoice): Uint8Array {
  const { algorithm, encrypted } = encryptPbe(bags, password, choice);
  const content = sequence(integer(0), sequence(oid(data), algorithm, element(0x80, encrypted)));
  return sequence(oid('1.2.840.113549.1.7.6'), explicit(0, content));
}

function certificateBags({ certificates, key }: Pkcs12Input, attributes: Uint8Array): Uint8Array {
  const bags = certificates.map((der, i) =>
    sequence(
      oid('1.2.840.113549.1.12.10.1.3'),
      explicit(0, sequence(oid('1.2.840.113549.1.9.22.1'), explicit(0, octetString(der)))),
      ...(i === 0 && key !== undefined ? [attributes] : []),
    ),
  );
  return sequence(...bags);
}

function keyBag(key: KeyObject, password: string, choice: EncryptionChoice, attributes: Uint8Array): Uint8Array {
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const { algorithm, encrypted } = encryptPbe(plain, password, choice);
  plain.fill(0);
  const shrouded = sequence(algorithm, octetString(encrypted));
  return sequence(oid('1.2.840.113549.1.12.10.1.2'), explicit(0, shrouded), attributes);
}

/** localKeyId ties the key to its certificate (RFC 7292 4.2), friendlyName is for people. */
function bagAttributes(leaf: Uint8Array | undefined, friendlyName: string | undefined): Uint8Array {
  const id = createHash('sha1')
    .update(leaf ?? new Uint8Array())
    .digest();
  const list = [sequence(oid('1.2.840.113549.1.9.21'), setOf(octetString(id)))];
  if (friendlyName !== undefined) list.push(sequence(oid('1.2.840.113549.1.9.20'), setOf(bmpString(friendlyName))));
  return setOf(...list);
}

function macData(safe: Uint8Array, password: string, { iterations, legacy }: EncryptionChoice): Uint8Array {
  const digest = legacy ? 'sha1' : 'sha256';
  const salt = randomBytes(16);
  const key = pkcs12Kdf(password, salt, { purpose: 'mac', iterations, length: legacy ? 20 : 32, digest });
  const mac = createHmac(digest, key).update(safe).digest();
  const algorithm = sequence(oid(legacy ? '1.3.14.3.2.26' : '2.16.840.1.101.3.4.2.1'), nullValue());
  return sequence(sequence(algorithm, octetString(mac)), octetString(salt), integer(iterations));
}
