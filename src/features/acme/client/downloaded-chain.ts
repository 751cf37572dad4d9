/** A chain as the CA sent it, before anybody believed it. */

export interface DownloadedChain {
  /** The answer's octets, counted but otherwise as they came: for `acceptIssued`. */
  readonly pem: Uint8Array;
  /** URLs of the other chains that the CA offers for the same certificate. */
  readonly alternates: readonly string[];
  /** True when a chain other than the CA's first was taken, because its root was preferred. */
  readonly preferred: boolean;
}
