/**
 * Public keys as SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 3279 2.3, RFC 5480, RFC 8410, RFC 9881). Reading says
 * what a key is; whether it may be used is decided by `checkKey`.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { toBase64 } from '../../lib/bytes.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { checkElement } from '../der/element.ts';
import { oidShortName, oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE } from '../der/tag.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';

export type PublicKeyAlgorithm =
  | 'rsa'
  | 'rsa-pss'
  | 'ec'
  | 'ed25519'
  | 'ed448'
  | 'x25519'
  | 'x448'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'
  | 'dsa'
  | 'unknown';

export interface PublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: PublicKeyAlgorithm;
  /** Dotted identifier of the algorithm. */
  readonly oid: string;
  /** Size that people name: RSA and DSA modulus, EC field, ML-DSA and EdDSA public key. */
  readonly bits?: number | undefined;
  /** OpenSSL's name of a named curve (`prime256v1`), or the dotted OID of one that has no name there. */
  readonly curve?: string | undefined;
  /** DER of the algorithm's parameters. */
  readonly parameters?: Uint8Array | undefined;
  /** Content of the BIT STRING. */
  readonly key: Uint8Array;
  /** RSA: big-endian magnitude without leading zero. */
  readonly modulus?: Uint8Array | undefined;
  readonly exponent?: Uint8Array | undefined;
  /** Why the key material cannot be what the algorithm says. */
  readonly malformed?: PkiError | undefined;
  /** The key for `node:crypto`, made once. Throws `PkiRefusal` when OpenSSL will not take it. */
  keyObject(): KeyObject;
}

/** Reads a SubjectPublicKeyInfo that fills the input; refuses key material that does not fit its algorithm. */
export function parsePublicKey(spki: Uint8Array): Result<PublicKeyInfo, PkiError> {
  try {
    checkElement(spki, 0, spki.length);
    const key = publicKeyAt(spki, 0, spki.length);
    return key.malformed === undefined ? ok(key) : err(key.malformed);
  } catch (thrown) {
    return refused(thrown);
  }
}

/** The key of a structure that has been checked as DER. */
export function publicKeyAt(der: Uint8Array, start: number, stop: number): PublicKeyInfo {
  const reader = new DerReader(der, start, stop);
  reader.enter(SEQUENCE, 'subjectPublicKeyInfo');
  const outer = reader.enter(SEQUENCE, 'algorithm');
  reader.oid('algorithm');
  const oid = oidText(der, reader.content, reader.stop);
  const parametersAt = reader.position;
  if (reader.more) reader.any('parameters');
  const parameters = reader.position === parametersAt ? undefined : der.subarray(parametersAt, reader.position);
  reader.leave(outer, 'algorithm');
  reader.octetsInBits('subjectPublicKey');
  const keyAt = reader.content;
  const keyStop = reader.stop;
  reader.finish('subjectPublicKeyInfo');
  return new CheckedKey(der.subarray(start, stop), oid, parameters, der, keyAt, keyStop);
}

/** Octets of the public keys whose length is fixed, and the strength people name them by. */
const algorithms: Readonly<
  Record<string, { readonly name: PublicKeyAlgorithm; readonly octets?: number; readonly bits?: number }>
> = {
  '1.2.840.113549.1.1.1': { name: 'rsa' },
  '1.2.840.113549.1.1.10': { name: 'rsa-pss' },
  '1.2.840.10045.2.1': { name: 'ec' },
  '1.2.840.10040.4.1': { name: 'dsa' },
  '1.3.101.110': { name: 'x25519', octets: 32, bits: 253 },
  '1.3.101.111': { name: 'x448', octets: 56, bits: 448 },
  '1.3.101.112': { name: 'ed25519', octets: 32, bits: 256 },
  '1.3.101.113': { name: 'ed448', octets: 57, bits: 456 },
  '2.16.840.1.101.3.4.3.17': { name: 'ml-dsa-44', octets: 1312, bits: 10496 },
  '2.16.840.1.101.3.4.3.18': { name: 'ml-dsa-65', octets: 1952, bits: 15616 },
  '2.16.840.1.101.3.4.3.19': { name: 'ml-dsa-87', octets: 2592, bits: 20736 },
};

const curveBits: Readonly<Record<string, number>> = {
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
  brainpoolP256r1: 256,
  brainpoolP384r1: 384,
  brainpoolP512r1: 512,
  SM2: 256,
};

/** What the key material holds, by algorithm. */
interface Material {
  readonly bits?: number | undefined;
  readonly curve?: string | undefined;
  readonly modulus?: Uint8Array;
  readonly exponent?: Uint8Array;
  readonly malformed?: PkiError;
}

class CheckedKey implements PublicKeyInfo {
  readonly der: Uint8Array;
  readonly oid: string;
  readonly algorithm: PublicKeyAlgorithm;
  readonly parameters: Uint8Array | undefined;
  private readonly whole: Uint8Array;
  private readonly keyAt: number;
  private readonly keyStop: number;
  private read: Material | undefined;
  private object: KeyObject | undefined;

  constructor(
    der: Uint8Array,
    oid: string,
    parameters: Uint8Array | undefined,
    whole: Uint8Array,
    keyAt: number,
    keyStop: number,
  ) {
    this.der = der;
    this.oid = oid;
    this.algorithm = algorithms[oid]?.name ?? 'unknown';
    this.parameters = parameters;
    this.whole = whole;
    this.keyAt = keyAt;
    this.keyStop = keyStop;
  }

  get key(): Uint8Array {
    return this.whole.subarray(this.keyAt, this.keyStop);
  }

  get bits(): number | undefined {
    return this.material.bits;
  }

  get curve(): string | undefined {
    return this.material.curve;
  }

  get modulus(): Uint8Array | undefined {
    return this.material.modulus;
  }

  get exponent(): Uint8Array | undefined {
    return this.material.exponent;
  }

  get malformed(): PkiError | undefined {
    return this.material.malformed;
  }

  keyObject(): KeyObject {
    this.object ??= this.makeObject();
    return this.object;
  }

  private get material(): Material {
    this.read ??= readMaterial(this, this.whole, this.keyAt, this.keyStop);
    return this.read;
  }

  private makeObject(): KeyObject {
    try {
      // text spares Node a slow look at what kind of object it was given: a third of the time of DER or JWK
      return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${toBase64(this.der)}\n-----END PUBLIC KEY-----\n`);
    } catch {
      throw new PkiRefusal('key.value', 'OpenSSL cannot use this public key', this.keyAt);
    }
  }
}

function readMaterial(info: CheckedKey, der: Uint8Array, start: number, stop: number): Material {
  const reader = new DerReader(der, start, stop);
  try {
    switch (info.algorithm) {
      case 'rsa':
        // RFC 3279 2.3.1: the parameters are NULL.
        if (info.parameters?.[0] !== NULL) reader.fail('key.parameters', 'an RSA key has parameters other than NULL');
        return readRsa(reader);
      case 'rsa-pss':
        return readRsa(reader);
      case 'ec':
        return readEc(info, reader);
      case 'dsa':
        return readDsa(info, reader);
      default:
        return readFixed(info, reader);
    }
  } catch (thrown) {
    if (thrown instanceof PkiRefusal) return { malformed: thrown.error };
    throw thrown;
  }
}

function readRsa(reader: DerReader): Material {
  const outer = reader.enter(SEQUENCE, 'RSAPublicKey');
  const modulus = positive(reader, 'modulus');
  const exponent = positive(reader, 'publicExponent');
  reader.leave(outer, 'RSAPublicKey');
  reader.finish('RSAPublicKey');
  return { modulus, exponent, bits: bitLength(modulus) };
}

function readEc(info: CheckedKey, reader: DerReader): Material {
  const { parameters, key } = info;
  // RFC 5480 2.1.1: a named curve; explicit parameters and inherited ones have no place in certificates.
  if (parameters === undefined || parameters[0] !== OBJECT_IDENTIFIER) return {};
  const named = new DerReader(parameters);
  named.oid('namedCurve');
  const curve = oidShortName(oidText(parameters, named.content, named.stop));
  const bits = curveBits[curve];
  const field = bits === undefined ? undefined : Math.ceil(bits / 8);
  const form = key[0];
  const uncompressed = form === 4 && (field === undefined || key.length === 1 + 2 * field);
  const compressed = (form === 2 || form === 3) && (field === undefined || key.length === 1 + field);
  if (!uncompressed && !compressed) {
    return {
      curve,
      bits,
      malformed: { code: 'key.value', message: 'not a point of the curve', offset: reader.position },
    };
  }
  return { curve, bits };
}

function readDsa(info: CheckedKey, reader: DerReader): Material {
  reader.integer('y');
  reader.finish('DSA key');
  // RFC 3279 2.3.2: without parameters they are those of the issuer.
  if (info.parameters?.[0] !== SEQUENCE) return {};
  const parameters = new DerReader(info.parameters);
  parameters.enter(SEQUENCE, 'Dss-Parms');
  return { bits: bitLength(positive(parameters, 'p')) };
}

function readFixed(info: CheckedKey, reader: DerReader): Material {
  const known = algorithms[info.oid];
  if (known === undefined) return {};
  // RFC 8410 3, RFC 9881 2: no parameters.
  if (info.parameters !== undefined) reader.fail('key.parameters', `an ${known.name} key has parameters`);
  if (reader.end - reader.position !== known.octets) {
    reader.fail(
      'key.value',
      `an ${known.name} key of ${reader.end - reader.position} octets instead of ${known.octets}`,
    );
  }
  return { bits: known.bits };
}

/** Magnitude of a positive INTEGER. */
function positive(reader: DerReader, what: string): Uint8Array {
  reader.integer(what, INTEGER);
  const { der, content, stop } = reader;
  if (der[content]! > 0x7f || (stop - content === 1 && der[content] === 0)) {
    reader.fail('key.value', `${what} is not positive`, reader.start);
  }
  return der.subarray(der[content] === 0 ? content + 1 : content, stop);
}

function bitLength(magnitude: Uint8Array): number {
  return magnitude.length * 8 - (Math.clz32(magnitude[0]!) - 24);
}
