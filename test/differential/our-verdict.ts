/** What our own engine says about a chain, asked for the same things as OpenSSL. */
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { CrlCollection, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import { matchName } from '../../src/pki/name/match-name.ts';
import type { PathResult } from '../../src/pki/path/path-request.ts';
import { type AlgorithmPolicy, sip } from '../../src/pki/path/profile.ts';
import { type RejectionCode, reject } from '../../src/pki/path/rejection.ts';
import { RevocationCheck } from '../../src/pki/path/revocation-check.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import { testTime } from '../support/verified.ts';
import type { BuiltChain } from './build-chain.ts';
import type { ChainSpec } from './chain-spec.ts';

export interface OurVerdict {
  readonly accepted: boolean;
  readonly code: RejectionCode | 'unreadable' | undefined;
  readonly message: string;
  readonly result: PathResult | undefined;
}

const purposes = {
  none: { extendedKeyUsages: [], keyUsages: [] },
  client: { extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'], keyUsages: ['digitalSignature', 'keyAgreement'] },
  server: {
    extendedKeyUsages: ['1.3.6.1.5.5.7.3.1'],
    keyUsages: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  },
} as const;

export interface OurLeniency {
  readonly algorithms?: AlgorithmPolicy;
  /** Whether limits inside the anchors' own certificates bind. */
  readonly anchorConstraints?: boolean;
}

export function ourVerdict(chain: ChainSpec, built: BuiltChain, leniency: OurLeniency = {}): OurVerdict {
  const { algorithms = 'current', anchorConstraints: constraints = true } = leniency;
  const leaf = parsed(built.leaf);
  if (leaf === undefined) return { accepted: false, code: 'unreadable', message: '', result: undefined };
  const intermediates = built.bag.flatMap((der) => parsed(der) ?? []);
  const anchors = built.trusted.flatMap((der) => parsed(der) ?? []);
  const profile = { ...sip, algorithms, policies: chain.policies !== undefined };
  const { host, policies, purpose } = chain;
  const revocation =
    built.crls &&
    new RevocationCheck({
      mode: 'chain',
      crls: new CrlCollection(
        built.crls.flatMap((der, i) => {
          const loaded = loadCrl(der, `CRL ${i}`);
          return loaded.ok ? [loaded.value] : [];
        }),
      ),
      time: testTime,
      profile,
      hardFail: true,
    });
  const result = verifyPath({
    leaf,
    intermediates,
    trust: new TrustStore(anchors.map((certificate) => ({ certificate, constraints, pinned: false }))),
    time: testTime,
    profile,
    ...purposes[purpose],
    ...(policies && {
      policies: {
        initialPolicies: policies.initial,
        requireExplicitPolicy: policies.explicit,
        inhibitPolicyMapping: policies.inhibitMapping,
        inhibitAnyPolicy: policies.inhibitAny,
      },
    }),
    ...(host !== undefined && {
      checkLeaf: (certificate: Certificate) =>
        matchName(certificate, { kind: 'dns', host }, { wildcards: true, commonName: false }).matched === undefined
          ? reject('path.name-mismatch', `the certificate is not for ${host}`, certificate)
          : undefined,
    }),
    ...(revocation && { checkPath: revocation.checkPath }),
  });
  return result.accepted
    ? { accepted: true, code: undefined, message: '', result }
    : { accepted: false, code: result.rejection.code, message: result.rejection.message, result };
}

function parsed(der: Uint8Array): Certificate | undefined {
  const result = parseCertificate(der, { deferExtensions: true });
  return result.ok ? result.value : undefined;
}
