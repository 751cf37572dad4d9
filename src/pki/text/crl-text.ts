import type { Crl } from '../crl/crl.ts';

/** The decoded view of a CRL in the layout of `openssl crl -text -noout`; at most `maxEntries` entries are listed. */
export function crlText(_crl: Crl, _options: { readonly maxEntries?: number } = {}): string {
  throw new Error('being written');
}
