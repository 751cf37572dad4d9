/** A CA for which OCSP questions are answered: how it is recognised, who signs, what is known. */
import { createPrivateKey } from 'node:crypto';
import { equalBytes } from '../../lib/bytes.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { createOcspResponder, type OcspResponder } from '../../pki/ocsp/build.ts';
import { type CertId, certIdHashes, digest } from '../../pki/ocsp/cert-id.ts';
import type { PublishedResponder } from '../../storage/publication/published-snapshot.ts';
import type { RegisterFile } from './register-file.ts';

export interface OcspAuthority {
  readonly certificate: Certificate;
  readonly responder: OcspResponder;
  /** When the responder's certificate ends, milliseconds since 1970: no answer holds for longer. */
  readonly responderEnds: number;
  readonly responderBegins: number;
  /** How long an answer holds, in milliseconds. */
  readonly validity: number;
  readonly register: RegisterFile;
  /** By hash algorithm: the name and the key of the CA as a CertID gives them. */
  readonly hashes: Readonly<Record<string, { readonly name: Uint8Array; readonly key: Uint8Array }>>;
}

/** Throws an Error when a certificate or the key cannot be used. */
export function openAuthority(ca: Uint8Array, published: PublishedResponder, register: RegisterFile): OcspAuthority {
  const certificate = read(ca);
  const own = read(Buffer.from(published.certificate, 'base64'));
  const pkcs8 = Buffer.from(published.keyPkcs8, 'base64');
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  pkcs8.fill(0);
  const responder = createOcspResponder({
    certificate: own,
    key,
    digest: published.digest,
    identifiedBy: 'key',
    embedded: [own],
  });
  const hashes = Object.fromEntries(
    Object.entries(certIdHashes).map(([oid, hash]) => [
      oid,
      { name: digest(hash, certificate.subject.der), key: digest(hash, certificate.publicKey.key) },
    ]),
  );
  return {
    certificate,
    responder,
    responderBegins: own.notBefore,
    responderEnds: own.notAfter,
    validity: published.validity,
    register,
    hashes,
  };
}

/** Whether the question is about a certificate of this CA (RFC 6960 4.1.1). */
export function isAbout({ hashes }: OcspAuthority, certId: CertId): boolean {
  const own = hashes[certId.hashAlgorithm];
  return own !== undefined && equalBytes(certId.issuerKeyHash, own.key) && equalBytes(certId.issuerNameHash, own.name);
}

function read(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
