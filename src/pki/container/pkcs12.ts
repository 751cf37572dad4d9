/**
 * Reads PKCS#12 files (RFC 7292, integrity by password): the MAC is demanded and verified before anything is
 * decrypted, PBMAC1 (RFC 9579) included. Slow on purpose where the file says so: call it in a process of its own.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '../../lib/result.ts';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { PkiRefusal } from '../pki-error.ts';
import {
  decryptPbe,
  hmacs,
  pbkdf2Oid,
  readIterations,
  readOid,
  readPbkdf2,
  unknownAlgorithm,
} from './pkcs12-encryption.ts';
import { type Pkcs12Error, Pkcs12Refusal } from './pkcs12-error.ts';
import { KdfBudget, type KdfHash, pbkdf2, pkcs12Kdf } from './pkcs12-kdf.ts';

export interface Pkcs12Contents {
  /** DER of each certificate, in the order of the file; unparsed. */
  readonly certificates: readonly Uint8Array[];
  /** PKCS#8 DER, unencrypted: the caller owns these secrets and overwrites them. */
  readonly keys: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

/** The largest file that is read, in octets. */
export const maxPkcs12Bytes = 1024 * 1024;

/** Opens a file. Size and iteration counts are checked before any work is done for them. */
export function readPkcs12(der: Uint8Array, password: string): Result<Pkcs12Contents, Pkcs12Error> {
  try {
    if (der.length > maxPkcs12Bytes) {
      const words = `the file has ${der.length} octets; PKCS#12 files are read up to ${maxPkcs12Bytes}`;
      throw new Pkcs12Refusal('pkcs12.too-large', words);
    }
    return ok(readPfx(der, password));
  } catch (thrown) {
    if (thrown instanceof Pkcs12Refusal) return err(thrown.error);
    if (thrown instanceof PkiRefusal) {
      return err({ code: 'pkcs12.malformed', message: thrown.error.message, offset: thrown.error.offset });
    }
    throw thrown;
  }
}

const data = '1.2.840.113549.1.7.1';
const encryptedData = '1.2.840.113549.1.7.6';

interface Found {
  certificates: Uint8Array[];
  keys: Uint8Array[];
  crls: Uint8Array[];
}

function readPfx(der: Uint8Array, password: string): Pkcs12Contents {
  const reader = new DerReader(der);
  reader.enter(0x30, 'the PKCS#12 file');
  if (reader.smallInteger('the version', 255) !== 3) reader.fail('der.value', 'only version 3 of PKCS#12 is known');
  const info = reader.enter(0x30, 'the content');
  const type = readOid(reader);
  if (type !== data)
    throw new Pkcs12Refusal('pkcs12.algorithm', 'the file is protected by a public key, not by a password');
  const wrapper = reader.enter(0xa0, 'the content');
  reader.octetString('the content');
  const safe = reader.bytes();
  reader.leave(wrapper, 'the content');
  reader.leave(info, 'the content');
  if (!reader.more) {
    throw new Pkcs12Refusal(
      'pkcs12.no-mac',
      'the file has no MAC: nothing shows that it is what its maker wrote',
      reader.position,
    );
  }
  const budget = new KdfBudget();
  verifyMac(reader, safe, password, budget);
  const found: Found = { certificates: [], keys: [], crls: [] };
  readAuthenticatedSafe(safe, password, budget, found);
  return found;
}

function verifyMac(reader: DerReader, safe: Uint8Array, password: string, budget: KdfBudget): void {
  const offset = reader.position;
  const macData = reader.enter(0x30, 'the MAC');
  const info = reader.enter(0x30, 'the MAC');
  const algorithm = reader.enter(0x30, 'the MAC algorithm');
  const name = readOid(reader);
  const modern = name === pbmac1 ? readPbmac1(reader, offset) : undefined;
  if (modern === undefined && reader.more) reader.null('the parameters');
  reader.leave(algorithm, 'the MAC algorithm');
  reader.octetString('the MAC value');
  const expected = reader.bytes();
  reader.leave(info, 'the MAC');
  reader.octetString('the MAC salt');
  const salt = reader.bytes();
  const iterations = reader.more ? readIterations(reader) : 1;
  reader.leave(macData, 'the MAC');
  if (salt.length > 1024)
    throw new Pkcs12Refusal('pkcs12.malformed', 'the MAC salt is longer than 1024 octets', offset);

  const digest = modern?.mac ?? digests[name];
  if (digest === undefined) throw unknownAlgorithm(name, offset);
  budget.spend(modern?.iterations ?? iterations, offset);
  const key =
    modern === undefined
      ? pkcs12Kdf(password, salt, { purpose: 'mac', iterations, length: hashLengths[digest], digest })
      : pbkdf2(password, modern.salt, modern.iterations, modern.length, modern.prf);
  const actual = createHmac(digest, key).update(safe).digest();
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new Pkcs12Refusal('pkcs12.password', 'the password is wrong, or the file is damaged', offset);
  }
}

const pbmac1 = '1.2.840.113549.1.5.14';

const digests: Readonly<Record<string, KdfHash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
};

const hashLengths: Readonly<Record<KdfHash, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 };

/** RFC 9579 section 4; a key shorter than 20 octets is refused as section 5 demands. */
function readPbmac1(reader: DerReader, offset: number) {
  const outer = reader.enter(0x30, 'the parameters of PBMAC1');
  const derivation = reader.enter(0x30, 'the key derivation');
  const kdf = readOid(reader);
  if (kdf !== pbkdf2Oid) throw unknownAlgorithm(kdf, offset);
  const { salt, iterations, length, digest: prf } = readPbkdf2(reader, offset);
  reader.leave(derivation, 'the key derivation');
  const scheme = reader.enter(0x30, 'the MAC scheme');
  const name = readOid(reader);
  const mac = hmacs[name];
  if (mac === undefined) throw unknownAlgorithm(name, offset);
  if (reader.more) reader.null('the parameters');
  reader.leave(scheme, 'the MAC scheme');
  reader.leave(outer, 'the parameters of PBMAC1');
  if (length === undefined || length < 20) {
    throw new Pkcs12Refusal('pkcs12.malformed', 'the MAC key is shorter than 20 octets', offset);
  }
  return { salt, iterations, length, prf, mac };
}

function readAuthenticatedSafe(safe: Uint8Array, password: string, budget: KdfBudget, found: Found): void {
  const reader = new DerReader(safe);
  reader.enter(0x30, 'the safe');
  while (reader.more) {
    const offset = reader.position;
    const info = reader.enter(0x30, 'a part of the safe');
    const type = readOid(reader);
    const wrapper = reader.enter(0xa0, 'a part of the safe');
    if (type === data) {
      reader.octetString('a part of the safe');
      readBags(reader.bytes(), password, budget, found, 0);
    } else if (type === encryptedData) {
      readBags(decryptPart(reader, password, budget, offset), password, budget, found, 0);
    } else {
      throw unknownAlgorithm(type, offset);
    }
    reader.leave(wrapper, 'a part of the safe');
    reader.leave(info, 'a part of the safe');
  }
}

function decryptPart(reader: DerReader, password: string, budget: KdfBudget, offset: number): Uint8Array {
  const outer = reader.enter(0x30, 'encrypted data');
  reader.smallInteger('the version', 2);
  const info = reader.enter(0x30, 'encrypted content');
  readOid(reader);
  reader.expect(0x30, 'the encryption algorithm');
  const algorithm = reader.element();
  reader.octetString('encrypted content', 0x80);
  const content = reader.bytes();
  reader.leave(info, 'encrypted content');
  if (reader.more) reader.expect(0xa1, 'attributes');
  reader.leave(outer, 'encrypted data');
  return decryptPbe(algorithm, content, password, budget, offset);
}

function readBags(contents: Uint8Array, password: string, budget: KdfBudget, found: Found, depth: number): void {
  if (depth > 4) throw new Pkcs12Refusal('pkcs12.malformed', 'bags are nested too deeply');
  const reader = new DerReader(contents);
  reader.enter(0x30, 'the bags');
  while (reader.more) {
    const bag = reader.enter(0x30, 'a bag');
    const type = readOid(reader);
    const wrapper = reader.enter(0xa0, 'the value of a bag');
    switch (type) {
      case '1.2.840.113549.1.12.10.1.1':
        reader.expect(0x30, 'a private key');
        found.keys.push(reader.element());
        break;
      case '1.2.840.113549.1.12.10.1.2':
        found.keys.push(readShroudedKey(reader, password, budget));
        break;
      case '1.2.840.113549.1.12.10.1.3':
        readTypedValue(reader, '1.2.840.113549.1.9.22.1', found.certificates);
        break;
      case '1.2.840.113549.1.12.10.1.4':
        readTypedValue(reader, '1.2.840.113549.1.9.23.1', found.crls);
        break;
      case '1.2.840.113549.1.12.10.1.6':
        reader.expect(0x30, 'nested bags');
        readBags(reader.element(), password, budget, found, depth + 1);
        break;
      default:
        // Secret bags and private types hold nothing that belongs to a certificate.
        reader.any('the value of a bag');
    }
    reader.leave(wrapper, 'the value of a bag');
    // Friendly names and key identifiers: which certificate a key belongs to is judged by the key itself.
    if (reader.more) reader.expect(0x31, 'the attributes of a bag');
    reader.leave(bag, 'a bag');
  }
}

function readShroudedKey(reader: DerReader, password: string, budget: KdfBudget): Uint8Array {
  const offset = reader.position;
  const outer = reader.enter(0x30, 'an encrypted key');
  reader.expect(0x30, 'the encryption algorithm');
  const algorithm = reader.element();
  reader.octetString('an encrypted key');
  const content = reader.bytes();
  reader.leave(outer, 'an encrypted key');
  return decryptPbe(algorithm, content, password, budget, offset);
}

function readTypedValue(reader: DerReader, wanted: string, into: Uint8Array[]): void {
  const outer = reader.enter(0x30, 'a certificate');
  reader.oid('the type of a certificate');
  const type = oidText(reader.der, reader.content, reader.stop);
  const wrapper = reader.enter(0xa0, 'a certificate');
  if (type === wanted) {
    reader.octetString('a certificate');
    into.push(reader.bytes());
  } else {
    reader.any('a certificate');
  }
  reader.leave(wrapper, 'a certificate');
  reader.leave(outer, 'a certificate');
}
