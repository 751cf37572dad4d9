/** OCSP requests about one certificate (RFC 6960 4.1, RFC 9654), built. Unsigned, as every public responder wants it. */
import type { Certificate } from '../certificate/certificate.ts';
import { explicit, octetString, oid, sequence } from '../der/writer.ts';
import { encodeCertId } from './cert-id.ts';

export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** SHA-1 is what every responder knows; it only names the certificate and protects nothing (RFC 5019 2.1.1). */
  readonly hash?: 'sha1' | 'sha256';
  /** 1 to 128 octets that nobody could foresee, 32 by preference (RFC 9654 2.1); left out where answers come cached. */
  readonly nonce?: Uint8Array;
}

/** DER of the OCSPRequest. Throws a RangeError when the nonce is empty or longer than 128 octets. */
export function buildOcspRequest({ certificate, issuer, hash = 'sha1', nonce }: OcspQuestion): Uint8Array {
  if (nonce !== undefined && (nonce.length < 1 || nonce.length > 128))
    throw new RangeError(`an OCSP nonce has 1 to 128 octets, not ${nonce.length}`);
  const certId = encodeCertId({
    hash,
    issuerName: certificate.issuer.der,
    issuerKey: issuer.publicKey.key,
    serial: certificate.serial,
  });
  const list = sequence(sequence(certId));
  if (nonce === undefined) return sequence(sequence(list));
  const extension = sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(nonce)));
  return sequence(sequence(list, explicit(2, sequence(extension))));
}
