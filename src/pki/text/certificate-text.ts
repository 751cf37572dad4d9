import type { Certificate } from '../certificate/certificate.ts';

/** The decoded view of a certificate in the layout of `openssl x509 -text -noout`. */
export function certificateText(_certificate: Certificate): string {
  throw new Error('being written');
}
