/**
 * Every way in which the engine and `openssl verify` are known to differ, each told by its marks in the chain. What
 * stands behind each, and why ours is right or intended, is in docs/divergences.md under the same name.
 */
import { equalBytes } from '../../src/lib/bytes.ts';
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import { type LoadedCrl, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import { supersedes } from '../../src/pki/crl/supersedes.ts';
import { equalNames } from '../../src/pki/name/distinguished-name.ts';
import { anyPolicy } from '../support/policy-values.ts';
import { testTime } from '../support/verified.ts';
import { type BuiltChain, buildChain } from './build-chain.ts';
import type { CertificateSpec, ChainSpec } from './chain-spec.ts';
import type { OpensslVerdict } from './openssl-verdict.ts';
import { type OurVerdict, ourVerdict } from './our-verdict.ts';

export interface Disagreement {
  readonly chain: ChainSpec;
  readonly built: BuiltChain;
  readonly ours: OurVerdict;
  readonly openssl: OpensslVerdict;
  /** Asks OpenSSL again about other certificates. */
  readonly again: (built: BuiltChain) => Promise<OpensslVerdict>;
}

interface Divergence {
  /** The side that accepts. */
  readonly accepts: 'ours' | 'openssl';
  readonly explains: (what: Disagreement) => boolean | Promise<boolean>;
}

/** Numbers of `x509_vfy.h`. */
const errors = {
  signature: 7,
  crlSignature: 8,
  expired: 10,
  selfSigned: 19,
  noIssuer: 20,
  revoked: 23,
  invalidPurpose: 26,
  crlSignerUsage: 35,
  permittedSubtree: 47,
  excludedSubtree: 48,
  nameSyntax: 53,
  invalidCa: 79,
} as const;

const anyExtendedKeyUsage = '2.5.29.37.0';

export const divergences: Readonly<Record<string, Divergence>> = {
  'trusted-leaf': {
    accepts: 'ours',
    explains: ({ ours }) => pathOf(ours).length === 1,
  },
  'end-of-validity': {
    accepts: 'ours',
    explains: ({ ours, openssl }) =>
      says(openssl, errors.expired) && pathOf(ours).some(({ notAfter }) => notAfter === testTime),
  },
  'any-extended-key-usage': {
    accepts: 'ours',
    explains: ({ ours, openssl }) =>
      says(openssl, errors.invalidPurpose) &&
      pathOf(ours).some((c) => c.extendedKeyUsage?.includes(anyExtendedKeyUsage) === true),
  },
  'key-identifier-is-a-hint': {
    accepts: 'ours',
    explains: ({ ours, openssl }) =>
      says(openssl, errors.noIssuer, errors.signature) && hasForeignKeyIdentifier(pathOf(ours)),
  },
  'anchor-of-version-1': {
    accepts: 'ours',
    explains: ({ ours, openssl }) => says(openssl, errors.invalidCa) && pathOf(ours).at(-1)?.version === 1,
  },
  'status-of-the-anchor': {
    accepts: 'ours',
    explains: ({ chain, ours, openssl }) =>
      chain.crls !== undefined && openssl.errors.some(({ depth }) => depth === pathOf(ours).length - 1),
  },
  'common-name-beside-other-names': {
    accepts: 'ours',
    explains: ({ chain, openssl }) =>
      says(openssl, errors.permittedSubtree, errors.excludedSubtree) &&
      chain.leaf.extensions.subjectAltName !== undefined &&
      hostNamesOf(chain).length === 0,
  },
  'uri-without-slashes': {
    accepts: 'ours',
    explains: ({ chain, openssl }) =>
      says(openssl, errors.nameSyntax) &&
      chain.leaf.extensions.subjectAltName?.some((name) => name.kind === 'uri' && !name.value.includes('//')) === true,
  },
  'two-keys-of-one-name': {
    accepts: 'ours',
    explains: ({ ours, openssl }) =>
      says(openssl, errors.signature, errors.crlSignature, errors.selfSigned, errors.noIssuer, errors.crlSignerUsage) &&
      pathOf(ours)
        .slice(0, -1)
        .some(({ selfIssued }) => selfIssued),
  },
  'another-crl-of-the-name': {
    accepts: 'ours',
    explains: async (what) => {
      if (what.chain.crls === undefined || !says(what.openssl, errors.crlSignature)) return false;
      const signed = (der: Uint8Array) => {
        const crl = loadCrl(der, 'CRL');
        return crl.ok && pathOf(what.ours).some((signer) => crl.value.signedBy(signer));
      };
      const crls = what.built.crls?.filter(signed);
      return agreesOn({ ...what.built, ...pathAlone(what.ours), crls }, what);
    },
  },
  'replaced-by-number': {
    accepts: 'ours',
    explains: async (what) => {
      if (!says(what.openssl, errors.revoked)) return false;
      const crls = crlsOf(what.built);
      const inForce = crls.filter(({ crl }) => crls.every((other) => supersedes(crl, other.crl) !== 'newer'));
      return agreesOn({ ...what.built, crls: inForce.map(({ crl }) => crl.der) }, what);
    },
  },
  'another-path': {
    accepts: 'ours',
    explains: (what) => agreesOn({ ...what.built, ...pathAlone(what.ours) }, what),
  },
  'listed-and-not-taken-back': {
    accepts: 'openssl',
    explains: async (what) => {
      if (what.ours.code !== 'revocation.revoked') return false;
      // one CRL of each issuer at a time: with one of them OpenSSL finds it revoked as well
      const crls = crlsOf(what.built);
      for (const one of crls) {
        const others = crls.filter(({ crl }) => crl === one.crl || !equalNames(crl.issuer, one.crl.issuer));
        const openssl = await what.again({ ...what.built, crls: others.map(({ crl }) => crl.der) });
        if (others.length < crls.length && says(openssl, errors.revoked)) return true;
      }
      return false;
    },
  },
  'common-name': {
    accepts: 'openssl',
    explains: ({ chain, ours }) =>
      ours.code === 'path.name-mismatch' &&
      hostNamesOf(chain).length === 0 &&
      chain.leaf.subject.some(({ type, value }) => type === 'CN' && value === chain.host),
  },
  'wildcard-inside-a-label': {
    accepts: 'openssl',
    explains: ({ chain, ours }) =>
      ours.code === 'path.name-mismatch' && hostNamesOf(chain).some((name) => /^[^*.]+\*/.test(name)),
  },
  'wildcard-is-a-set': {
    accepts: 'openssl',
    explains: ({ ours }) => ours.code === 'path.name-excluded' && ours.message.includes('dns:*.'),
  },
  'malformed-name-under-a-constraint': {
    accepts: 'openssl',
    explains: ({ ours }) => ours.code === 'path.name-not-permitted' && ours.message.includes('is not well formed'),
  },
  'dot-before-a-constraint': {
    accepts: 'openssl',
    explains: ({ ours }) => ours.code === 'path.name-constraint-malformed' && ours.message.includes('dns:.'),
  },
  'curve-of-a-key': {
    accepts: 'openssl',
    explains: async (what) => {
      if (!usesUnusualCurve(what.chain)) return false;
      const ours = ourVerdict(what.chain, what.built, { algorithms: 'any' });
      return ours.accepted || (ours.code !== what.ours.code && (await explain({ ...what, ours })) !== undefined);
    },
  },
  'ca-without-basic-constraints': {
    accepts: 'openssl',
    explains: async (what) => {
      const { chain } = what;
      const mended = structuredClone(chain);
      for (const ca of [...mended.bag, ...mended.trusted]) {
        if (ca.extensions.keyUsage?.includes('keyCertSign')) ca.extensions.basicConstraints ??= { ca: true };
      }
      const algorithms = usesUnusualCurve(chain) ? 'any' : 'current';
      const built = buildChain(mended);
      const ours = ourVerdict(mended, built, { algorithms });
      // another difference may lie behind this one
      const behind = async () =>
        ours.code !== what.ours.code && (await explain({ ...what, chain: mended, built, ours })) !== undefined;
      return ours.accepted || (await behind());
    },
  },
  'policies-of-the-anchor': {
    accepts: 'openssl',
    explains: ({ chain, built, ours }) =>
      (ours.code === 'path.policy' || usesUnusualCurve(chain)) &&
      ourVerdict(chain, built, { anchorConstraints: false, algorithms: usesUnusualCurve(chain) ? 'any' : 'current' })
        .accepted,
  },
  'mapping-of-an-inhibited-any-policy': {
    accepts: 'openssl',
    explains: ({ chain, ours }) =>
      ours.code === 'path.policy' && chain.policies !== undefined && chain.bag.some(mapsWhatAnyPolicyHolds),
  },
};

/** The name of the first divergence that explains a disagreement. */
export async function explain(what: Disagreement): Promise<string | undefined> {
  for (const [name, { accepts, explains }] of Object.entries(divergences)) {
    if ((accepts === 'ours') === what.ours.accepted && (await explains(what))) return name;
  }
  return undefined;
}

function says(openssl: OpensslVerdict, ...numbers: readonly number[]): boolean {
  return openssl.errors.some(({ number }) => numbers.includes(number));
}

function pathOf({ result }: OurVerdict): readonly Certificate[] {
  return result?.path ?? [];
}

function crlsOf({ crls = [] }: BuiltChain): readonly LoadedCrl[] {
  return crls.flatMap((der, i) => {
    const loaded = loadCrl(der, `CRL ${i}`);
    return loaded.ok ? [loaded.value] : [];
  });
}

/** Only the certificates that our engine used. */
function pathAlone(ours: OurVerdict): { readonly bag: readonly Uint8Array[]; readonly trusted: readonly Uint8Array[] } {
  const path = pathOf(ours).map(({ der }) => der);
  return { bag: path.slice(1, -1), trusted: path.slice(-1) };
}

/** Whether OpenSSL accepts less than it was given at first, or refuses it for another known reason. */
async function agreesOn(less: BuiltChain, what: Disagreement): Promise<boolean> {
  const openssl = await what.again(less);
  if (openssl.accepted) return true;
  const size = ({ bag, trusted, crls = [] }: BuiltChain) => bag.length + trusted.length + crls.length;
  return size(less) < size(what.built) && (await explain({ ...what, built: less, openssl })) !== undefined;
}

function hasForeignKeyIdentifier(path: readonly Certificate[]): boolean {
  return path.some((child, i) => {
    const wanted = child.authorityKeyIdentifier?.keyId;
    const held = path[i + 1]?.subjectKeyIdentifier;
    return wanted !== undefined && held !== undefined && !equalBytes(wanted, held);
  });
}

function hostNamesOf({ leaf }: ChainSpec): readonly string[] {
  if (leaf.version1) return [];
  return (leaf.extensions.subjectAltName ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
}

function usesUnusualCurve({ leaf, bag, trusted }: ChainSpec): boolean {
  return [leaf, ...bag, ...trusted].some(({ key }) => key === 'secp256k1');
}

function mapsWhatAnyPolicyHolds({ extensions }: CertificateSpec): boolean {
  const maps = extensions.other?.some(({ oid }) => oid === '2.5.29.33') === true;
  return maps && extensions.certificatePolicies?.some(({ oid }) => oid === anyPolicy) === true;
}
