/** What ACME needs to know about a certificate: its names as identifiers, its key, its ARI identifier. */
import { createHash } from 'node:crypto';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { toBase64url } from '../protocol/base64url.ts';

/** SHA-256 of a SubjectPublicKeyInfo, hexadecimal. */
export function keyIdOf(publicKeyInfo: Uint8Array): string {
  return createHash('sha256').update(publicKeyInfo).digest('hex');
}

/** DNS names and addresses, lower case, as they were ordered. */
export function namesOfCertificate(certificate: Certificate): readonly CertifiedName[] {
  return (certificate.subjectAltName ?? []).flatMap((name): CertifiedName[] => {
    if (name.kind === 'dns') return [{ type: 'dns', value: name.value.toLowerCase() }];
    return name.kind === 'ip' ? [{ type: 'ip', value: name.text }] : [];
  });
}

/** RFC 9773 4.1: key identifier of the issuer and serial number; undefined without an authority key identifier. */
export function ariIdOf(certificate: Certificate): string | undefined {
  const issuer = certificate.authorityKeyIdentifier?.keyId;
  return issuer === undefined ? undefined : `${toBase64url(issuer)}.${toBase64url(certificate.serial)}`;
}
