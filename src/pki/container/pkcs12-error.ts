/** Why a PKCS#12 file is refused. */
export type Pkcs12ErrorCode =
  | 'pkcs12.too-large'
  | 'pkcs12.malformed'
  | 'pkcs12.no-mac'
  | 'pkcs12.iterations'
  | 'pkcs12.algorithm'
  | 'pkcs12.password';

export interface Pkcs12Error {
  readonly code: Pkcs12ErrorCode;
  readonly message: string;
  readonly offset: number;
}

/** Carries an error up to the function that turns it into a result. */
export class Pkcs12Refusal extends Error {
  readonly error: Pkcs12Error;

  constructor(code: Pkcs12ErrorCode, message: string, offset = 0) {
    super(message);
    this.error = { code, message, offset };
  }
}
