/** The addresses under which the private CA publishes: one place for those who write them and those who serve them. */
import type { Authority } from './authority/authority.ts';

export interface PublicUrls {
  /** Of the CRL that tells about certificates of that partition. */
  readonly crl: string;
  readonly ocsp: string;
  /** DER of the authority's certificate. */
  readonly issuer: string;
}

/** Paths below the public address: `/crl/ID.crl`, `/crl/ID/PARTITION.crl`, `/ocsp`, `/ca/ID.cer`. */
export function authorityUrls(base: string, { id }: Pick<Authority, 'id'>, partition: number): PublicUrls {
  return {
    crl: partition === 0 ? `${base}/crl/${id}.crl` : `${base}/crl/${id}/${partition}.crl`,
    ocsp: `${base}/ocsp`,
    issuer: `${base}/ca/${id}.cer`,
  };
}
