/** Encodes what chain-spec.ts describes. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { buildCertificate, publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { keyIdentifier } from '../../src/pki/certificate/build-extensions.ts';
import { bitString, oid, sequence } from '../../src/pki/der/writer.ts';
import { encodeName } from '../../src/pki/name/build-name.ts';
import { makeCrlDer } from '../support/made-crls.ts';
import { at, decodeTlv, encodeTlv } from '../support/tlv.ts';
import type { CertificateSpec, ChainSpec, CrlSpec, KeyName } from './chain-spec.ts';

export interface BuiltChain {
  readonly leaf: Uint8Array;
  readonly bag: readonly Uint8Array[];
  readonly trusted: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[] | undefined;
}

export function buildChain(spec: ChainSpec): BuiltChain {
  // one specification may stand in several places: it is one certificate
  const built = new Map<CertificateSpec, Uint8Array>();
  const der = (one: CertificateSpec): Uint8Array => {
    const known = built.get(one) ?? encodeSpec(one, built.size + 1);
    built.set(one, known);
    return known;
  };
  const leaf = der(spec.leaf);
  const bag = spec.bag.map(der);
  const trusted = spec.trusted.map(der);
  const crls = spec.crls?.map((crl) => encodeCrl(crl, der));
  return { leaf, bag, trusted, crls };
}

const pool = new Map<KeyName, KeyObject>();

function keyOf(name: KeyName): KeyObject {
  let key = pool.get(name);
  if (key === undefined) {
    const pair =
      name === 'rsa-1024'
        ? generateKeyPairSync('rsa', { modulusLength: 1024 })
        : generateKeyPairSync('ec', { namedCurve: typeof name === 'number' ? 'prime256v1' : name });
    key = pair.privateKey;
    pool.set(name, key);
  }
  return key;
}

function encodeSpec(spec: CertificateSpec, serial: number): Uint8Array {
  const publicKeyInfo = publicKeyInfoOf(keyOf(spec.key));
  const signingKey = keyOf(spec.signer);
  const { authorityKey, subjectKeyIdentifier } = spec;
  const entries = Object.entries({
    ...spec.extensions,
    ...(subjectKeyIdentifier && { subjectKeyIdentifier: keyIdentifier(publicKeyInfo) }),
    ...(authorityKey !== undefined && { authorityKeyIdentifier: keyIdentifier(publicKeyInfoOf(keyOf(authorityKey))) }),
  });
  const der = buildCertificate({
    subject: spec.subject,
    issuer: spec.issuer,
    publicKeyInfo,
    serial: Uint8Array.of(0x40, serial),
    notBefore: spec.notBefore,
    notAfter: spec.notAfter,
    extensions: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    signingKey,
    digest: 'sha256',
  });
  const shaped = spec.version1 || spec.digest === 'sha1' ? reshaped(der, spec, signingKey) : der;
  return spec.brokenSignature ? shaped.map((octet, i) => (i === shaped.length - 5 ? octet ^ 0x10 : octet)) : shaped;
}

/** Signs anew with SHA-1, or without version and extensions. */
function reshaped(der: Uint8Array, spec: CertificateSpec, signingKey: KeyObject): Uint8Array {
  const whole = decodeTlv(der);
  const tbs = at(whole, 0);
  const rsa = signingKey.asymmetricKeyType === 'rsa';
  let algorithm: Uint8Array = encodeTlv(at(whole, 1));
  if (spec.digest === 'sha1') {
    algorithm = sequence(oid(rsa ? '1.2.840.113549.1.1.5' : '1.2.840.10045.4.1'));
    at(tbs, 2).raw = algorithm;
  }
  if (spec.version1) {
    tbs.children?.pop();
    tbs.children?.shift();
  }
  const signed = encodeTlv(tbs);
  return sequence(signed, algorithm, bitString(createSign(spec.digest).update(signed).sign(signingKey)));
}

function encodeCrl(spec: CrlSpec, der: (one: CertificateSpec) => Uint8Array): Uint8Array {
  const issuer = { certificate: { subject: { der: encodeName(spec.issuer) } }, key: keyOf(spec.signer) };
  return makeCrlDer(issuer, {
    thisUpdate: spec.thisUpdate,
    nextUpdate: spec.nextUpdate,
    number: spec.number,
    entries: spec.revoked.map((one) => ({ serial: serialOf(der(one)), revokedAt: spec.thisUpdate })),
  });
}

function serialOf(der: Uint8Array): Uint8Array {
  const tbs = at(decodeTlv(der), 0);
  const first = at(tbs, 0);
  return (first.tag === 0xa0 ? at(tbs, 1) : first).content ?? new Uint8Array();
}
