/** Why something could not be fetched, as a value: the reason, then the next step. */

export type FetchErrorCode =
  | 'revocation.url-refused'
  | 'revocation.address-refused'
  | 'revocation.name-unknown'
  | 'revocation.no-connection'
  | 'revocation.server-certificate'
  | 'revocation.timeout'
  | 'revocation.too-large'
  | 'revocation.redirect'
  | 'revocation.http-status'
  | 'revocation.http-answer'
  | 'revocation.busy'
  | 'revocation.waiting'
  | 'revocation.ocsp-answer'
  | 'revocation.crl-answer';

export interface FetchError {
  readonly code: FetchErrorCode;
  readonly message: string;
  readonly hint: string;
  /** The host that an entry on the allow-list would open, where only the address stood in the way. */
  readonly allowHost?: string;
}

export function fetchError(code: FetchErrorCode, message: string, hint: string, allowHost?: string): FetchError {
  return { code, message, hint, ...(allowHost !== undefined && { allowHost }) };
}
