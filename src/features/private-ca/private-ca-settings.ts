/** Settings of the private CA: what stands in the certificates it issues about where to ask. */
export interface PrivateCaSettings {
  /** Grows by one with every change. */
  readonly version: number;
  /** `http://pki.example.com` or with a port, without a slash at the end; empty: the gateway's own name and port. */
  readonly publicUrl: string;
  /** Which addresses stand in certificates that are issued. */
  readonly crlUrl: boolean;
  readonly ocspUrl: boolean;
  readonly issuerUrl: boolean;
}
