/**
 * Writes the signed part of certificates of one authority and one template (RFC 5280 4.1.2). What is the same in all of
 * them is encoded once.
 */
import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { type ExtensionValues, encodeExtensions, keyIdentifier } from '../../../pki/certificate/build-extensions.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import {
  bitString,
  boolean,
  explicit,
  header,
  integer,
  octetString,
  oid,
  sequence,
  time,
  unsignedInteger,
} from '../../../pki/der/writer.ts';
import type { PublicKeyInfo } from '../../../pki/key/public-key.ts';
import { type SigningDigest, signatureAlgorithm, signatureOver } from '../../../pki/key/sign.ts';
import { encodeGeneralName, type SanName } from '../../../pki/name/build-general-name.ts';
import type { PublicUrls } from '../public-urls.ts';
import type { Template } from '../template/template.ts';

export interface LeafContents {
  readonly serial: Uint8Array;
  /** DER of a Name. */
  readonly subject: Uint8Array;
  readonly names: readonly SanName[];
  readonly publicKey: PublicKeyInfo;
  readonly notBefore: number;
  readonly notAfter: number;
}

export class LeafWriter {
  readonly #digest: SigningDigest;
  readonly #issuer: Uint8Array;
  readonly #algorithm: Uint8Array;
  readonly #fixed: { readonly rsa: Uint8Array; readonly other: Uint8Array };
  readonly #placeholder: Uint8Array;
  #lastValidity: { readonly notBefore: number; readonly notAfter: number; readonly der: Uint8Array };

  constructor(issuer: Certificate, template: Template, urls: Partial<PublicUrls>) {
    this.#digest = digestFor(issuer.publicKey.curve);
    this.#issuer = issuer.subject.der;
    this.#algorithm = signatureAlgorithm(issuer.publicKey.keyObject(), this.#digest);
    const fixed = (rsa: boolean) => fixedExtensions(issuer, template, urls, rsa);
    this.#fixed = { rsa: fixed(true), other: fixed(false) };
    this.#placeholder = bitString(new Uint8Array(64));
    this.#lastValidity = { notBefore: 0, notAfter: 0, der: new Uint8Array(0) };
  }

  /** TBSCertificate, DER. Throws a RangeError for a value that cannot be written. */
  tbs({ serial, subject, names, publicKey, notBefore, notAfter }: LeafContents): Uint8Array {
    const fixed = publicKey.algorithm === 'rsa' ? this.#fixed.rsa : this.#fixed.other;
    const alternative = alternativeNames(names, subject.length === 2);
    const keyId = keyIdentifier(publicKey.der);
    const length = fixed.length + alternative.length + subjectKeyHead.length + keyId.length;
    const list = header(0x30, length);
    return sequence(
      version3,
      unsignedInteger(serial),
      this.#algorithm,
      this.#issuer,
      this.#validity(notBefore, notAfter),
      subject,
      publicKey.der,
      header(0xa3, list.length + length),
      list,
      fixed,
      alternative,
      subjectKeyHead,
      keyId,
    );
  }

  /** The certificate as it would be, with zeros for a signature: what is looked at before anything is signed. */
  unsigned(tbs: Uint8Array): Uint8Array {
    return sequence(tbs, this.#algorithm, this.#placeholder);
  }

  /** The certificate, signed with the issuer's key; the long signatures are computed beside the event loop. */
  async signed(tbs: Uint8Array, key: KeyObject): Promise<Uint8Array> {
    const slow = key.asymmetricKeyType !== 'ec' && key.asymmetricKeyType !== 'ed25519';
    const signature = slow ? await signLater(digestName(key, this.#digest), tbs, key) : this.#signNow(tbs, key);
    return sequence(tbs, this.#algorithm, bitString(signature));
  }

  /** The same within this call. */
  signedNow(tbs: Uint8Array, key: KeyObject): Uint8Array {
    return sequence(tbs, this.#algorithm, bitString(this.#signNow(tbs, key)));
  }

  /** Those who ask in the same second get the same dates. */
  #validity(notBefore: number, notAfter: number): Uint8Array {
    const last = this.#lastValidity;
    if (last.notBefore === notBefore && last.notAfter === notAfter) return last.der;
    const der = sequence(time(notBefore), time(notAfter));
    this.#lastValidity = { notBefore, notAfter, der };
    return der;
  }

  #signNow(tbs: Uint8Array, key: KeyObject): Uint8Array {
    return signatureOver(tbs, key, this.#digest);
  }
}

/** The digest that is as strong as the issuer's key: SHA-384 with P-384, SHA-512 with P-521, else SHA-256. */
export function digestFor(curve: string | undefined): SigningDigest {
  if (curve === 'secp384r1') return 'sha384';
  return curve === 'secp521r1' ? 'sha512' : 'sha256';
}

const signLater = promisify(
  (digest: string | null, data: Uint8Array, key: KeyObject, done: (error: Error | null, signature: Buffer) => void) =>
    sign(digest, data, key, done),
);

function digestName(key: KeyObject, digest: SigningDigest): string | null {
  return key.asymmetricKeyType === 'rsa' ? digest : null;
}

const version3 = explicit(0, integer(2));
const sanOid = oid('2.5.29.17');
const critical = boolean(true);
/** Everything of the extension subjectKeyIdentifier but the 20 octets of a SHA-1 at its end (RFC 5280 4.2.1.2). */
const subjectKeyHead = Buffer.from('301d0603551d0e04160414', 'hex');

/** The extension subjectAltName, critical when there is no subject (4.2.1.6); nothing without names. */
function alternativeNames(names: readonly SanName[], emptySubject: boolean): Uint8Array {
  if (names.length === 0) return new Uint8Array(0);
  const value = octetString(sequence(...names.map(encodeGeneralName)));
  return emptySubject ? sequence(sanOid, critical, value) : sequence(sanOid, value);
}

function fixedExtensions(
  certificate: Certificate,
  template: Template,
  urls: Partial<PublicUrls>,
  rsa: boolean,
): Uint8Array {
  const access = {
    ...(urls.ocsp === undefined ? {} : { ocsp: [urls.ocsp] }),
    ...(urls.issuer === undefined ? {} : { caIssuers: [urls.issuer] }),
  };
  const responder = template.extendedKeyUsage.includes('ocspSigning');
  const values: ExtensionValues = {
    basicConstraints: { ca: false },
    keyUsage:
      template.keyUsage === 'automatic'
        ? // RFC 5480 3, RFC 8410 5, RFC 9881 5: such keys encrypt nothing
          ['digitalSignature', ...(rsa ? (['keyEncipherment'] as const) : [])]
        : template.keyUsage,
    extendedKeyUsage: template.extendedKeyUsage,
    authorityKeyIdentifier: certificate.subjectKeyIdentifier ?? keyIdentifier(certificate.publicKeyInfo),
    certificatePolicies: template.policies.map((oid) => ({ oid })),
    ...(urls.crl === undefined ? {} : { crlDistributionPoints: [urls.crl] }),
    ...(Object.keys(access).length === 0 ? {} : { authorityInfoAccess: access }),
    ...(template.mustStaple ? { tlsFeature: [5] } : {}),
    ...(responder ? { ocspNoCheck: true } : {}),
  };
  return membersOf(encodeExtensions(values, false)!);
}

/** The content of a SEQUENCE. */
function membersOf(der: Uint8Array): Uint8Array {
  return der.subarray(der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f));
}
