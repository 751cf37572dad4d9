/** A file that is not unpacked: the reason as a code and in words, thrown inside the archive readers and a value outside. */
export type UnpackCode =
  | 'revocation.archive-malformed'
  | 'revocation.archive-forbidden'
  | 'revocation.archive-too-large'
  | 'revocation.unreadable'
  | 'revocation.no-crl';

export class UnpackRefusal extends Error {
  readonly code: UnpackCode;

  constructor(code: UnpackCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface UnpackLimits {
  /** Members of a ZIP archive. */
  readonly members: number;
  /** Octets that come out in all. */
  readonly bytes: number;
  /** How many times larger than the packed octets the unpacked ones may be, once they are more than 1 MiB. */
  readonly ratio: number;
}

export const unpackLimits: UnpackLimits = { members: 100, bytes: 50 << 20, ratio: 100 };

/** The most octets that this many packed ones may become. */
export function allowedOutput(packed: number, left: number, { ratio }: UnpackLimits): number {
  return Math.min(left, Math.max(1 << 20, packed * ratio));
}
