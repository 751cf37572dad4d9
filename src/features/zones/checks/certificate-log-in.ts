/** Certificate-based authentication: the certificate that an HTTPS client has shown is its log-in. */
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { RevocationEvidence } from '../../revocation/revocation.ts';
import type { Verification } from '../../verification/verification.ts';
import type { AuthenticationSettings } from './authentication-settings.ts';
import { modeOfCheck } from './client-certificate-test.ts';
import { userNameOf } from './user-name.ts';

export interface CertificateLogInDeps<S> {
  readonly settings: () => Promise<AuthenticationSettings>;
  readonly verification: Pick<Verification, 'verify'>;
  readonly evidence: (
    path: readonly Certificate[],
  ) => Promise<Pick<RevocationEvidence, 'crls' | 'ocsp' | 'whenUnknown'>>;
  /** Undefined when no user of that name may log in. */
  readonly open: (userName: string) => Promise<S | undefined>;
}

/** Whether a log-in by this chain can be tried. */
export function logInPossible({ mode }: AuthenticationSettings, chain: readonly Uint8Array[]): boolean {
  return mode === 'authentication' && chain.length > 0;
}

/**
 * `chain` was shown in the TLS handshake, whose signature proves that the client holds its key. It is verified once
 * more here, because settings and revocation data may have changed since. Throws `zones.certificate-log-in` (401).
 */
export async function logInByCertificate<S>(
  { settings, verification, evidence, open }: CertificateLogInDeps<S>,
  chain: readonly Uint8Array[],
): Promise<S> {
  const stored = await settings();
  if (stored.mode !== 'authentication')
    throw refused('Certificate-based authentication is not switched on.', 'Log in with name and password.');
  const certificates = chain.flatMap((der) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [parsed.value] : [];
  });
  const [leaf] = certificates;
  if (leaf === undefined)
    throw refused('The browser has shown no client certificate.', 'Load one into the browser and open the page anew.');
  const { whenUnknown, crls, ocsp } = await evidence(certificates);
  const decision = await verification.verify({
    chain: certificates,
    purpose: 'https-client',
    evidence: { crls, ocsp },
    settings: { revocation: modeOfCheck[stored.crlCheck], whenUnknown },
  });
  if (!decision.accepted) throw refused(decision.words, decision.next);
  const user = userNameOf(leaf, stored);
  if (!user.ok) throw refused(user.error, testing);
  const { userName, words } = user.value;
  if (userName === undefined) throw refused(`No user name is found in the certificate. ${words}`, testing);
  const session = await open(userName);
  if (session === undefined)
    throw refused(`No user ${printable(userName, 100)} may log in.`, 'An administrator can add the user under Users.');
  return session;
}

const testing = 'Try the certificate under Client certificate testing.';

function refused(detail: string, hint: string): Problem {
  return new Problem({ code: 'zones.certificate-log-in', status: 401, title: 'Log-in failed', detail, hint });
}
