/** HTTPS servers of distribution points: judged by our own path engine against the trusted CA list (RFC 9110 4.3.4, RFC 9525). */
import type { Clock } from '../../../lib/clock.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { serverAuth } from '../../../pki/certificate/extended-key-usages.ts';
import { matchName } from '../../../pki/name/match-name.ts';
import { parseReferenceName } from '../../../pki/name/reference-name.ts';
import { sip } from '../../../pki/path/profile.ts';
import { TrustStore } from '../../../pki/path/trust-store.ts';
import { verifyPath } from '../../../pki/path/verify-path.ts';
import type { VerifyServer } from './connection.ts';

/** `certificates`: the trusted CA list, pinned peers included. Its CAs may be of any age, so the rules are those for private CAs. */
export function createVerifyServer(deps: {
  readonly clock: Clock;
  readonly certificates: () => Promise<readonly Certificate[]>;
}): VerifyServer {
  return async (chain, host) => {
    const parsed = chain.map((der) => parseCertificate(der));
    const [leaf, ...rest] = parsed.flatMap((one) => (one.ok ? [one.value] : []));
    if (leaf === undefined || !parsed[0]?.ok) return 'it cannot be read.';
    const name = parseReferenceName(host);
    if (!name.ok) return `${name.error}.`;
    if (matchName(leaf, name.value, { wildcards: true, commonName: false }).matched === undefined)
      return `it is not made out to ${printable(host)}.`;
    const listed = await deps.certificates();
    const result = verifyPath({
      leaf,
      intermediates: [...rest, ...listed.filter((one) => one.basicConstraints?.ca === true && !isSelfSigned(one))],
      trust: new TrustStore(
        listed.filter(isSelfSigned).map((certificate) => ({
          certificate,
          constraints: true,
          pinned: certificate.basicConstraints?.ca !== true,
        })),
      ),
      time: deps.clock.now(),
      profile: sip,
      extendedKeyUsages: [serverAuth],
    });
    return result.accepted ? undefined : `${result.rejection.message}.`;
  };
}

function isSelfSigned(certificate: Certificate): boolean {
  return Buffer.compare(certificate.issuer.der, certificate.subject.der) === 0;
}
