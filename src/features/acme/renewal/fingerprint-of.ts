/** How certificates are told apart in the state of a slot. */
import { toHex } from '../../../lib/bytes.ts';
import { type Certificate, fingerprint } from '../../../pki/certificate/certificate.ts';

/** SHA-256 of the certificate, hexadecimal. */
export function fingerprintOf(certificate: Certificate): string {
  return toHex(fingerprint(certificate.der, 'sha256'));
}
