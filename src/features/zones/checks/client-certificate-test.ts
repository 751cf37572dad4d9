/** Client certificate testing: what would become of a certificate that a browser or client shows, check by check. */
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { orderChain } from '../../../pki/chain/order-chain.ts';
import { recogniseUpload } from '../../../pki/container/recognise.ts';
import type { RevocationEvidence } from '../../revocation/revocation.ts';
import { type Decision, explain, type Verification, type VerifySettings } from '../../verification/verification.ts';
import { unusableTest } from '../problems.ts';
import { type Aspect, aspectsOf } from './aspects.ts';
import { type AuthenticationSettings, faultyRule } from './authentication-settings.ts';
import { decodedText, type UserNameAnswer, userNameFault, userNameOf } from './user-name.ts';

export interface CertificateTest {
  /** PEM, DER or PKCS#7: the certificate, with or without its chain; unless given, what the client itself has shown. */
  readonly file?: Uint8Array | undefined;
  readonly name?: string | undefined;
  /** DER, leaf first, of the connection that asks. */
  readonly shown?: readonly Uint8Array[] | undefined;
  readonly pattern?: string | undefined;
  readonly template?: string | undefined;
  readonly crlCheck?: AuthenticationSettings['crlCheck'] | undefined;
}

export interface CertificateTestAnswer {
  readonly accepted: boolean;
  readonly aspects: readonly Aspect[];
  readonly user: UserNameAnswer;
  /** Whether a user of that name exists and may log in; null without a name. */
  readonly userExists: boolean | null;
  readonly decoded: string;
  readonly decision: Decision;
  readonly text: string;
}

export interface CertificateTestDeps {
  readonly verification: Pick<Verification, 'verify'>;
  readonly settings: () => Promise<AuthenticationSettings>;
  /** Names of users that are not disabled. */
  readonly userNames: () => Promise<readonly string[]>;
  readonly evidence: (path: readonly Certificate[]) => Promise<Pick<RevocationEvidence, 'crls' | 'ocsp'>>;
}

export const modeOfCheck: Readonly<
  Record<AuthenticationSettings['crlCheck'], NonNullable<VerifySettings['revocation']>>
> = {
  none: 'off',
  peer: 'leaf',
  all: 'chain',
};

/** Nothing is stored. Throws `zones.test-input` (422) for a file without certificate, `zones.user-name-rule` (422). */
export async function testClientCertificate(
  deps: CertificateTestDeps,
  test: CertificateTest,
): Promise<CertificateTestAnswer> {
  const stored = await deps.settings();
  const rule = { pattern: test.pattern ?? stored.pattern, template: test.template ?? stored.template };
  const fault = userNameFault(rule);
  if (fault !== undefined) throw faultyRule(fault);
  const chain = readChain(test);
  const leaf = chain[0]!;
  const user = userNameOf(leaf, rule);
  if (!user.ok) throw faultyRule({ field: 'pattern', detail: user.error });
  const { crls, ocsp } = await deps.evidence(chain);
  const decision = await deps.verification.verify({
    chain,
    purpose: 'https-client',
    evidence: { crls, ocsp },
    settings: { thorough: true, maxPresented: 100, revocation: modeOfCheck[test.crlCheck ?? stored.crlCheck] },
  });
  const { userName } = user.value;
  const names = userName === undefined ? [] : await deps.userNames();
  return {
    accepted: decision.accepted,
    aspects: aspectsOf(decision),
    user: user.value,
    userExists: userName === undefined ? null : names.includes(userName),
    decoded: decodedText(leaf),
    decision,
    text: explain(decision),
  };
}

function shownChain(shown: readonly Uint8Array[]): readonly Certificate[] {
  const chain = shown.flatMap((der) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [parsed.value] : [];
  });
  if (chain.length > 0) return chain;
  throw unusableTest(
    'This browser has shown no client certificate on its connection.',
    'It is asked for one only while certificate-based authentication is on. Load the certificate into the browser and open the page anew, or choose a file.',
  );
}

function readChain({ file, name = '', shown = [] }: CertificateTest): readonly Certificate[] {
  if (file === undefined) return shownChain(shown);
  const single = parseCertificate(file);
  if (single.ok) return [single.value];
  const found = recogniseUpload(file, { what: 'any' });
  if (!found.ok) throw unusableTest(`${name === '' ? 'The file' : name}: ${found.error.message}`, found.error.hint);
  const { certificates } = found.value;
  const { chain } = orderChain(undefined, certificates);
  const [leaf] = chain;
  if (leaf === undefined)
    throw unusableTest(
      'The file holds no certificate.',
      'Choose the client’s certificate in PEM, DER or PKCS#7; a key is not needed.',
    );
  return [leaf, ...certificates.filter((one) => one !== leaf)];
}
