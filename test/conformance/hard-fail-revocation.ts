/** Revocation as the suites ask for it: every certificate of the path needs a good answer from the CRLs given. */
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import { CrlCollection, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import type { Profile } from '../../src/pki/path/profile.ts';
import type { Rejection } from '../../src/pki/path/rejection.ts';
import { RevocationCheck } from '../../src/pki/path/revocation-check.ts';
import type { TrustAnchor } from '../../src/pki/path/trust-store.ts';

export interface HardFail {
  readonly crls: readonly Uint8Array[];
  readonly time: number;
  readonly profile: Profile;
  /** Certificates that may have signed a CRL. */
  readonly extra: readonly Certificate[];
}

/** A `checkPath` for `verifyPath`. CRLs that cannot be read count as missing. */
export function hardFailRevocation(
  given: HardFail,
): (path: readonly Certificate[], anchor: TrustAnchor) => Rejection | undefined {
  const crls = given.crls.flatMap((der, i) => {
    const loaded = loadCrl(der, `CRL ${i + 1}`);
    return loaded.ok ? [loaded.value] : [];
  });
  const { time, profile, extra: certificates } = given;
  return new RevocationCheck({
    mode: 'chain',
    crls: new CrlCollection(crls),
    time,
    profile,
    hardFail: true,
    certificates,
  }).checkPath;
}
