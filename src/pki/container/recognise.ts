import type { Result } from '../../lib/result.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { Crl } from '../crl/crl.ts';
import type { CertificationRequest } from '../csr/csr.ts';
import type { PrivateKey } from '../key/private-key.ts';

/** What an upload is meant to be; decides which findings are a mistake and how the refusal is worded. */
export type UploadKind = 'certificate' | 'key' | 'ca-bundle' | 'csr' | 'crl' | 'any';

export type UploadProblemCode =
  | 'upload.empty'
  | 'upload.too-large'
  | 'upload.unreadable'
  | 'upload.bad-member'
  | 'upload.wrong-kind'
  | 'upload.key-encrypted'
  | 'upload.two-keys'
  | 'upload.pkcs12';

export interface UploadProblem {
  readonly code: UploadProblemCode;
  /** What the bytes look like and why they are not taken, safe to print. */
  readonly message: string;
  /** Octet of the file where reading stopped. */
  readonly offset: number;
  /** What to do next. */
  readonly hint: string;
}

export interface Recognised {
  readonly format: 'pem' | 'der' | 'pkcs7' | 'base64' | 'pkcs12';
  readonly certificates: readonly Certificate[];
  readonly keys: readonly PrivateKey[];
  readonly crls: readonly Crl[];
  readonly csrs: readonly CertificationRequest[];
  /** What was converted or repaired, in words. */
  readonly notes: readonly string[];
  /** Members that could not be read; empty unless `keepGoing` was asked for. */
  readonly bad: readonly UploadProblem[];
}

export interface RecogniseOptions {
  readonly what: UploadKind;
  /** Collects unreadable members in `bad` where one of several is broken, for "take the good ones". */
  readonly keepGoing?: boolean;
  readonly maxBytes?: number;
}

/**
 * Reads a file by its content, never by its name. PKCS#12 is recognised and refused here as `upload.pkcs12`: it is
 * opened in a process of its own by the tools feature's `openUpload`.
 */
export function recogniseUpload(_bytes: Uint8Array, _options: RecogniseOptions): Result<Recognised, UploadProblem> {
  throw new Error('being written');
}

/** Whether the bytes are a PKCS#12 file (PFX, version 3), by their first elements. */
export function looksLikePkcs12(_bytes: Uint8Array): boolean {
  throw new Error('being written');
}
