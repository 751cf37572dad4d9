/** Runs path verification on made certificates with what most tests leave at its default. */
import type { PathRequest, PathResult } from '../../src/pki/path/path-request.ts';
import { sip } from '../../src/pki/path/profile.ts';
import type { RejectionCode } from '../../src/pki/path/rejection.ts';
import { type TrustAnchor, TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import type { MadeCertificate } from './made-certificates.ts';

/** A moment at which made certificates are valid. */
export const testTime = Date.UTC(2026, 5);

export interface VerifyOptions extends Partial<Omit<PathRequest, 'leaf' | 'trust' | 'intermediates'>> {
  /** Certificates presented beside the leaf. */
  readonly bag?: readonly MadeCertificate[];
}

/** Verifies with the profile that asks for RFC 5280 section 6.1 alone, for any purpose. */
export function verify(
  leaf: MadeCertificate,
  trusted: readonly (MadeCertificate | TrustAnchor)[],
  { bag = [], ...options }: VerifyOptions = {},
): PathResult {
  return verifyPath({
    leaf: leaf.certificate,
    intermediates: bag.map(({ certificate }) => certificate),
    trust: new TrustStore(trusted.map((one) => ('der' in one ? one.certificate : one))),
    time: testTime,
    profile: sip,
    extendedKeyUsages: [],
    ...options,
  });
}

/** `accepted`, or the code of the rejection. */
export function verdict(result: PathResult): 'accepted' | RejectionCode {
  return result.accepted ? 'accepted' : result.rejection.code;
}
