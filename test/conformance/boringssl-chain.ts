/** BoringSSL's chain verifier cases: those whose trust setting has a meaning outside Chromium. */
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { type Profile, rfc5280 } from '../../src/pki/path/profile.ts';
import { type Rejection, reject } from '../../src/pki/path/rejection.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface ChainTest {
  readonly id: string;
  readonly chain: readonly string[];
  readonly lastCertTrust: string;
  readonly keyPurpose: string;
  readonly time: string;
  /** `STRONG` forbids SHA-1; without it SHA-1 is good enough. */
  readonly digestPolicy: string | null;
  readonly expectedUserConstrainedPolicySet: readonly string[] | null;
  readonly expected: 'valid' | 'invalid';
}

const profile: Profile = { ...rfc5280, conformingIssuer: false };
const usages: Readonly<Record<string, readonly string[]>> = {
  SERVER_AUTH: ['1.3.6.1.5.5.7.3.1'],
  CLIENT_AUTH: ['1.3.6.1.5.5.7.3.2'],
  ANY_EKU: [],
};

export function boringsslChainSuite(file: { readonly tests: readonly ChainTest[] }): Suite {
  const generic = file.tests.filter((test) => test.lastCertTrust === 'TRUSTED_ANCHOR' && test.keyPurpose in usages);
  return { name: 'boringssl-chain', cases: generic.map(chainCase) };
}

function chainCase(test: ChainTest): ConformanceCase {
  return { id: test.id, expected: test.expected === 'valid' ? 'accept' : 'reject', run: () => runChain(test) };
}

function runChain(test: ChainTest): Outcome {
  const chain = test.chain.map((text) => parseCertificate(base64(text), { deferExtensions: true }));
  const parsed = chain.flatMap((result): Certificate[] => (result.ok ? [result.value] : []));
  const [leaf, ...above] = parsed;
  const root = above.pop();
  if (leaf === undefined || root === undefined || parsed.length < chain.length)
    return { actual: 'reject', code: 'parse' };
  const result = verifyPath({
    leaf,
    intermediates: above,
    // the trust setting means: its name and key, whatever else its certificate says
    trust: new TrustStore([{ certificate: root, constraints: false, pinned: false }]),
    time: Date.parse(test.time),
    profile: { ...profile, algorithms: test.digestPolicy === 'STRONG' ? 'current' : 'any' },
    checkPath: (path, anchor) => tooSmall([...path, anchor.certificate]),
    extendedKeyUsages: usages[test.keyPurpose] ?? [],
    maxIntermediates: above.length,
  });
  if (!result.accepted) return { actual: 'reject', code: result.rejection.code, message: result.rejection.message };
  const wanted = test.expectedUserConstrainedPolicySet;
  const [got, all] = [result.policies, wanted ?? result.policies].map((policies) => [...policies].sort().join(' '));
  return got === all ? { actual: 'accept' } : { actual: 'accept with other policies', message: got ?? '' };
}

/** Whatever the digest policy, the suite's verifier wants RSA keys of 1024 bits. */
function tooSmall(path: readonly Certificate[]): Rejection | undefined {
  const small = path.find(({ publicKey: { algorithm, bits = 0 } }) => algorithm === 'rsa' && bits < 1024);
  return small && reject('path.key-refused', 'the RSA key has less than 1024 bits', small);
}
