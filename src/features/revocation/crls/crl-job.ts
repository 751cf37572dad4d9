/** What the process that reads CRL files is asked and what it answers. */

export interface CrlJob {
  /** The file as it was uploaded or downloaded. */
  readonly file: string;
  /** A folder for the results, which only this job uses. */
  readonly folder: string;
  /** DER of the certificates that may have signed: CAs of the trusted list, or of a verified path. */
  readonly issuers: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The most octets that one CRL may have. */
  readonly maxBytes: number;
}

/** A CRL of the file, written to `der` and, when its signature is good, its index to `index`. */
export interface ReadCrl {
  readonly position: number;
  /** The member's name in an archive, or empty. */
  readonly label: string;
  readonly id: string;
  readonly der: string;
  readonly index: string | undefined;
  /** RFC 4514, safe to print. */
  readonly issuer: string;
  readonly number: string | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly entries: number;
  readonly bytes: number;
  readonly delta: boolean;
  /** SHA-256 of the key that signed it, and the series; undefined when no issuer of that name is known. */
  readonly signedBy: string | undefined;
  readonly series: string | undefined;
}

export interface RefusedCrl {
  readonly position: number;
  readonly label: string;
  readonly issuer: string;
  readonly refusal: CrlRefusal;
}

export interface CrlRefusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a CRL is refused as that goes back behind one seen before. */
export const goesBack: ReadonlySet<string> = new Set(['revocation.crl-rollback', 'revocation.crl-conflict']);

export type CrlJobAnswer =
  | { readonly ok: true; readonly crls: readonly (ReadCrl | RefusedCrl)[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly refusal: CrlRefusal };

export type FromCrlChild =
  | { readonly type: 'ready' }
  | { readonly type: 'progress' }
  | { readonly type: 'done'; readonly answer: CrlJobAnswer };
