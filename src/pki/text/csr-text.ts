import type { CertificationRequest } from '../csr/csr.ts';

/** The decoded view of a request in the layout of `openssl req -text -noout`; the challenge password is masked. */
export function csrText(_csr: CertificationRequest): string {
  throw new Error('being written');
}
