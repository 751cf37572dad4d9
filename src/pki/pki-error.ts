/** The one shape in which `pki` says why it will not take some bytes. A refusal is a value; it never holds raw input. */
import { err, type Result } from '../lib/result.ts';

/** Every reason for which a structure is refused. */
export type PkiErrorCode =
  | 'der.truncated'
  | 'der.length'
  | 'der.tag'
  | 'der.trailing-bytes'
  | 'der.depth'
  | 'der.too-large'
  | 'der.integer'
  | 'der.boolean'
  | 'der.null'
  | 'der.oid'
  | 'der.bit-string'
  | 'der.string'
  | 'der.time'
  | 'der.set-order'
  | 'der.default-value'
  | 'der.value'
  | 'pem.no-block'
  | 'pem.label'
  | 'pem.no-end'
  | 'pem.base64'
  | 'pem.too-large'
  | 'pem.too-many'
  | 'certificate.version'
  | 'certificate.validity'
  | 'extension.duplicate'
  | 'extension.empty'
  | 'extension.too-many'
  | 'extension.value'
  | 'key.password-protected'
  | 'key.algorithm'
  | 'key.parameters'
  | 'key.value'
  | 'key.halves-differ'
  | 'key.none'
  | 'key.several'
  | 'csr.version'
  | 'csr.attribute'
  | 'crl.version'
  | 'crl.entries'
  | 'ocsp.version'
  | 'ocsp.response'
  | 'signature.algorithm';

/** Why bytes were refused: a code, words for people (already safe to print), and the offset in the bytes given. */
export interface PkiError {
  readonly code: PkiErrorCode;
  readonly message: string;
  readonly offset: number;
}

/**
 * Carries a `PkiError` up through a decoder to the function that turns it into a `Result`. Leaves `pki` only from a
 * lazily decoded property whose bytes were never checked.
 */
export class PkiRefusal extends Error {
  readonly error: PkiError;

  constructor(code: PkiErrorCode, message: string, offset: number) {
    super(message);
    this.name = 'PkiRefusal';
    this.error = { code, message, offset };
  }
}

/** Turns what a decoder threw into a refused result; anything but a `PkiRefusal` is a fault of ours and goes on up. */
export function refused(thrown: unknown): Result<never, PkiError> {
  if (thrown instanceof PkiRefusal) return err(thrown.error);
  throw thrown;
}
