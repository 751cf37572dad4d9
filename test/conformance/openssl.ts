/** OpenSSL's own verification cases, those that do not depend on its private trust settings. */
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { anyPolicy } from '../../src/pki/path/policy-graph.ts';
import { type Profile, rfc5280 } from '../../src/pki/path/profile.ts';
import { type Rejection, reject } from '../../src/pki/path/rejection.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface OpensslTest {
  readonly id: string;
  readonly endEntity: string;
  readonly purpose: string;
  readonly trusted: readonly string[];
  readonly untrusted: readonly string[];
  readonly usesOpenSSLTrustAttributes: boolean;
  readonly options: readonly string[];
  readonly authLevel?: string | number;
  readonly expected: 'valid' | 'invalid';
}

export function opensslSuite(file: { readonly tests: readonly OpensslTest[] }, now: number): Suite {
  return {
    name: 'openssl',
    cases: file.tests.filter((test) => !test.usesOpenSSLTrustAttributes).map((test) => opensslCase(test, now)),
  };
}

function opensslCase(test: OpensslTest, now: number): ConformanceCase {
  return { id: test.id, expected: test.expected === 'valid' ? 'accept' : 'reject', run: () => runOpenssl(test, now) };
}

const usages: Readonly<Record<string, readonly string[]>> = {
  sslserver: ['1.3.6.1.5.5.7.3.1'],
  nssslserver: ['1.3.6.1.5.5.7.3.1'],
  sslclient: ['1.3.6.1.5.5.7.3.2'],
  codesign: ['1.3.6.1.5.5.7.3.3'],
  smimesign: ['1.3.6.1.5.5.7.3.4'],
  smimeencrypt: ['1.3.6.1.5.5.7.3.4'],
  timestampsign: ['1.3.6.1.5.5.7.3.8'],
};

/** Options that ask for certificate policies. */
const policyOptions: ReadonlySet<string> = new Set([
  '-policy',
  '-policy_check',
  '-explicit_policy',
  '-inhibit_map',
  '-inhibit_any',
]);

function runOpenssl(test: OpensslTest, now: number): Outcome {
  const [leaf] = certificates([test.endEntity]);
  if (leaf === undefined) return { actual: 'reject', code: 'parse' };
  const option = (name: string): string | undefined => {
    const at = test.options.indexOf(name);
    return at < 0 ? undefined : (test.options[at + 1] ?? '');
  };
  const level = Number(option('-auth_level') ?? test.authLevel ?? 1);
  const profile: Profile = {
    ...rfc5280,
    algorithms: level === 0 ? 'any' : 'current',
    conformingIssuer: test.options.includes('-x509_strict'),
  };
  const depth = option('-verify_depth');
  const initial = test.options.flatMap((name, i) => (name === '-policy' ? (test.options[i + 1] ?? []) : []));
  const partial = test.options.includes('-partial_chain');
  const trusted = certificates(test.trusted);
  // without -partial_chain OpenSSL ends only at self-signed certificates
  const anchors = partial ? trusted : trusted.filter((c) => Buffer.compare(c.issuer.der, c.subject.der) === 0);
  const result = verifyPath({
    leaf,
    intermediates: [...certificates(test.untrusted), ...trusted.filter((c) => !anchors.includes(c))],
    trust: new TrustStore(anchors),
    time: Number(option('-attime') ?? now / 1000) * 1000,
    profile,
    extendedKeyUsages: usages[test.purpose] ?? [],
    checkPath: (path, anchor) => tooSmall([...path, anchor.certificate], level),
    maxIntermediates: Number(depth ?? 100),
    ...(test.options.some((name) => policyOptions.has(name)) && {
      policies: {
        initialPolicies: initial.length === 0 ? [anyPolicy] : initial,
        requireExplicitPolicy: test.options.includes('-explicit_policy'),
        inhibitPolicyMapping: test.options.includes('-inhibit_map'),
        inhibitAnyPolicy: test.options.includes('-inhibit_any'),
      },
    }),
  });
  return result.accepted
    ? { actual: 'accept' }
    : { actual: 'reject', code: result.rejection.code, message: result.rejection.message };
}

/** Key sizes of OpenSSL's higher levels, which no profile asks for: 128, 192 and 256 bits of security. */
const leastBits: Readonly<Record<number, { readonly rsa: number; readonly ec: number }>> = {
  3: { rsa: 3072, ec: 256 },
  4: { rsa: 7680, ec: 384 },
  5: { rsa: 15360, ec: 512 },
};

function tooSmall(path: readonly Certificate[], level: number): Rejection | undefined {
  const least = leastBits[level];
  const small = path.find(({ publicKey: { algorithm, bits = 0 } }) => {
    const wanted = algorithm === 'ec' ? least?.ec : algorithm.startsWith('rsa') ? least?.rsa : undefined;
    return wanted !== undefined && bits < wanted;
  });
  return small && reject('path.key-refused', `the key is too small for level ${level}`, small);
}

function certificates(list: readonly string[]): readonly Certificate[] {
  return list.flatMap((text) => {
    const parsed = parseCertificate(base64(text), { deferExtensions: true });
    return parsed.ok ? [parsed.value] : [];
  });
}
