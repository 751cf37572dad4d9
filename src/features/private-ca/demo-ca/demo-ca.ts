/** What is told about folders of `openssl ca` that come and go. */
import type { Authority } from '../authority/authority.ts';

export interface ImportReport {
  readonly authority: Authority;
  /** Lines of index.txt by their letter. */
  readonly valid: number;
  readonly revoked: number;
  readonly expired: number;
  /** Lines without a certificate in newcerts: their status is known, their bytes are not. */
  readonly withoutCertificate: number;
  /** What was found odd, in words. */
  readonly notes: readonly string[];
}

export interface ExportedFolder {
  /** tar.gz of a folder `demoCA`. */
  readonly archive: Uint8Array;
  readonly fileName: string;
  readonly certificates: number;
  /** Whether private/cakey.pem is in it. */
  readonly withKey: boolean;
}
