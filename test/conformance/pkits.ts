/** NIST PKITS: path validation with CRLs, policies, mappings, name constraints, distribution points, delta CRLs. */
import { dirname, join } from 'node:path';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { type Profile, rfc5280 } from '../../src/pki/path/profile.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import { hardFailRevocation } from './hard-fail-revocation.ts';
import type { ConformanceCase, Control, Outcome, Suite } from './suite.ts';
import { readBytes, readJson } from './vectors.ts';

interface PkitsTest {
  readonly id: string;
  readonly trustAnchor: string;
  readonly endEntity: string;
  readonly intermediates: readonly string[];
  readonly crls: readonly string[];
  readonly initialPolicySet: readonly string[];
  readonly initialExplicitPolicy: boolean;
  readonly initialPolicyMappingInhibit: boolean;
  readonly initialInhibitAnyPolicy: boolean;
  readonly expected: 'valid' | 'invalid';
  readonly userConstrainedPolicySet?: readonly string[];
}

interface Manifest {
  readonly validationTime: string;
  readonly certDir: string;
  readonly crlDir: string;
  readonly tests: readonly PkitsTest[];
}

/** Keys and digests of 2010: the rules of RFC 5280 without today's minimum sizes. */
const profile: Profile = { ...rfc5280, algorithms: 'any', conformingIssuer: false };

export function pkitsSuite(file: string): Suite {
  const manifest = readJson<Manifest>(file);
  const folder = dirname(file);
  return { name: 'pkits', cases: manifest.tests.map((test) => pkitsCase(test, manifest, folder)) };
}

function pkitsCase(test: PkitsTest, manifest: Manifest, folder: string): ConformanceCase {
  return {
    id: test.id,
    expected: test.expected === 'valid' ? 'accept' : 'reject',
    run: (control) => runPkits(test, manifest, folder, control),
  };
}

function runPkits(test: PkitsTest, manifest: Manifest, folder: string, control: Control): Outcome {
  const read = (name: string): Certificate[] => {
    const parsed = parseCertificate(readBytes(folder, manifest.certDir, name));
    return parsed.ok ? [parsed.value] : [];
  };
  const [leaf] = read(test.endEntity);
  if (leaf === undefined) return { actual: 'reject', code: 'parse' };
  const time = Date.parse(manifest.validationTime);
  const intermediates = test.intermediates.flatMap(read);
  const anchors = read(test.trustAnchor);
  const crls = test.crls.map((name) => readBytes(join(folder, manifest.crlDir, name)));
  const result = verifyPath({
    leaf,
    intermediates,
    trust: new TrustStore(anchors),
    time,
    profile,
    extendedKeyUsages: [],
    maxIntermediates: intermediates.length,
    policies: {
      initialPolicies: test.initialPolicySet,
      requireExplicitPolicy: test.initialExplicitPolicy,
      inhibitPolicyMapping: test.initialPolicyMappingInhibit,
      inhibitAnyPolicy: test.initialInhibitAnyPolicy,
    },
    ...(control !== 'no-crls' && {
      checkPath: hardFailRevocation({ crls, time, profile, extra: [...intermediates, ...anchors] }),
    }),
  });
  if (!result.accepted) return { actual: 'reject', code: result.rejection.code, message: result.rejection.message };
  const wanted = [...(test.userConstrainedPolicySet ?? [])].sort().join(' ');
  const got = [...result.policies].sort().join(' ');
  if (test.userConstrainedPolicySet !== undefined && wanted !== got)
    return { actual: 'accept with other policies', message: `wanted ${wanted}, got ${got}` };
  return { actual: 'accept' };
}
