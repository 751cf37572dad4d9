/** Names a certificate by its issuer and serial number, as OCSP does. */
import { createHash } from 'node:crypto';
import type { Certificate } from '../../../pki/certificate/certificate.ts';

/** SHA-256 over the issuer's name and key and the serial number, hexadecimal. */
export function certificateKey(certificate: Certificate, issuer: Certificate): string {
  const hash = createHash('sha256');
  for (const part of [certificate.issuer.der, issuer.publicKeyInfo, certificate.serial]) hash.update(part);
  return hash.digest('hex');
}

const ocspMethod = '1.3.6.1.5.5.7.48.1';

/** The OCSP responders that the certificate names (RFC 5280 4.2.2.1). */
export function ocspUrls(certificate: Certificate): readonly string[] {
  return (certificate.authorityInfoAccess ?? []).flatMap(({ method, location }) =>
    method === ocspMethod && location.kind === 'uri' ? [location.value] : [],
  );
}

/** The CRLs that it names and that can be fetched over HTTP (RFC 5280 4.2.1.13). */
export function crlUrls(certificate: Certificate): readonly string[] {
  return (certificate.crlDistributionPoints ?? []).flatMap(({ name }) =>
    (name?.fullName ?? []).flatMap((one) => (one.kind === 'uri' && /^https?:/i.test(one.value) ? [one.value] : [])),
  );
}
