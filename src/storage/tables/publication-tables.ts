/** Tables of what the private CA publishes. */

export interface PublicationTables {
  private_ca_crl_numbers: PrivateCaCrlNumbersTable;
  private_ca_crls: PrivateCaCrlsTable;
  private_ca_responders: PrivateCaRespondersTable;
}

/** The highest CRL number that an authority has taken, whether or not a CRL came of it. */
export interface PrivateCaCrlNumbersTable {
  authority: string;
  /** Decimal. */
  last: string;
}

/** The CRL that is published for a partition (0: the one about all certificates). Key: `authority`, `partition`. */
export interface PrivateCaCrlsTable {
  authority: string;
  partition: number;
  /** Decimal. */
  number: string;
  /** Name of the file in `pki/crl`. */
  file: string;
  bytes: number;
  sha256: string;
  entries: number;
  this_update: number;
  next_update: number;
  /** `this_update` of the last CRL that was published because it was time, not because something was revoked. */
  regular_this_update: number;
  /** How long it took to make, in milliseconds. */
  took: number;
}

/** The certificate and key that sign OCSP answers for an authority. */
export interface PrivateCaRespondersTable {
  authority: string;
  /** DER. */
  certificate: Uint8Array;
  sealed_key: Uint8Array;
  not_before: number;
  not_after: number;
}
