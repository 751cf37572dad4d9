/** Which certificates a CRL speaks about: distribution points against the issuing one (RFC 5280 6.3.3 (b)). */
import type { Certificate } from '../certificate/certificate.ts';
import type {
  DistributionPoint,
  DistributionPointName,
  RevocationReason,
} from '../certificate/extension/distribution-points.ts';
import { type Attribute, canonicalRdns, type DistinguishedName, equalNames } from '../name/distinguished-name.ts';
import type { GeneralName } from '../name/general-name.ts';
import { equalGeneralNames } from '../path/name-constraints.ts';
import type { IssuingDistributionPoint } from './crl.ts';
import type { LoadedCrl } from './loaded-crl.ts';

/** The reasons that a status must cover (RFC 5280 6.3.1), as bits. */
export const allReasons = 0xff;

const reasonBits: Readonly<Partial<Record<RevocationReason, number>>> = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 4,
  superseded: 8,
  cessationOfOperation: 16,
  certificateHold: 32,
  privilegeWithdrawn: 64,
  aACompromise: 128,
};

/**
 * The distribution points to go through: those of the certificate, then the one that stands for CRLs its issuer
 * publishes anywhere (RFC 5280 6.3.3, last paragraph). A certificate that leaves its revocation to other CRL issuers
 * alone has no such point.
 */
export function distributionPointsOf(certificate: Certificate): readonly DistributionPoint[] {
  const points = certificate.crlDistributionPoints ?? [];
  const delegated =
    points.length > 0 &&
    points.every(({ crlIssuer }) => crlIssuer !== undefined && !namesDirectory(crlIssuer, certificate.issuer));
  if (delegated) return points;
  return [...points, { name: { fullName: [{ kind: 'directory', name: certificate.issuer }] } }];
}

/** The names of those who may have issued the CRLs of a distribution point. */
export function crlIssuersOf(point: DistributionPoint, certificate: Certificate): readonly DistinguishedName[] {
  if (point.crlIssuer === undefined) return [certificate.issuer];
  return point.crlIssuer.flatMap((name) => (name.kind === 'directory' ? [name.name] : []));
}

/** RFC 5280 6.3.3 (b): why the CRL does not speak about the certificate at this distribution point, or nothing. */
export function outOfScope(loaded: LoadedCrl, point: DistributionPoint, certificate: Certificate): string | undefined {
  const { scope, crl } = loaded;
  // (b)(1): another issuer's CRL must be made for the certificates of others
  if (point.crlIssuer !== undefined && scope?.indirectCrl !== true) return 'the CRL is not an indirect one';
  if (scope === undefined) return undefined;
  if (scope.name !== undefined && !sharesName(scope.name, point, crl.issuer, certificate))
    return 'the CRL is for other distribution points';
  const isCa = certificate.basicConstraints?.ca === true;
  if (scope.onlyContainsUserCerts && isCa) return 'the CRL is for end entity certificates only';
  if (scope.onlyContainsCaCerts && !isCa) return 'the CRL is for CA certificates only';
  // a certificate of version 1 does not say whether it is a CA's
  if (scope.onlyContainsUserCerts && certificate.version === 1)
    return 'the CRL is for end entity certificates only, and the certificate does not say whether it is one';
  if (scope.onlyContainsAttributeCerts) return 'the CRL is for attribute certificates only';
  return undefined;
}

/** RFC 5280 6.3.3 (d): the reasons that this CRL covers at this distribution point. */
export function reasonsCovered(scope: IssuingDistributionPoint | undefined, point: DistributionPoint): number {
  return mask(scope?.onlySomeReasons) & mask(point.reasons);
}

function mask(reasons: ReadonlySet<RevocationReason> | undefined): number {
  if (reasons === undefined) return allReasons;
  let bits = 0;
  for (const reason of reasons) bits |= reasonBits[reason] ?? 0;
  return bits;
}

/** (b)(2)(i): a name in common; where the point has none, the name of its CRL issuer stands in. */
function sharesName(
  issuing: DistributionPointName,
  point: DistributionPoint,
  crlIssuer: DistinguishedName,
  certificate: Certificate,
): boolean {
  const offered = expand(issuing, [crlIssuer]);
  const wanted =
    point.name === undefined
      ? (point.crlIssuer ?? []).map(comparable)
      : expand(point.name, crlIssuersOf(point, certificate));
  return wanted.some((a) => offered.some((b) => equalPointNames(a, b)));
}

/** A directory name as its RDNs, so that a relative name can be compared without encoding it. */
type PointName = GeneralName | { readonly rdns: readonly string[] };

function expand(name: DistributionPointName, bases: readonly DistinguishedName[]): readonly PointName[] {
  const { relativeName, fullName = [] } = name;
  if (relativeName === undefined) return fullName.map(comparable);
  return bases.map((base) => ({ rdns: [...canonicalRdns(base), ...relativeRdn(relativeName)] }));
}

function relativeRdn(attributes: readonly Attribute[]): readonly string[] {
  return canonicalRdns({ der: new Uint8Array(), rdns: [attributes] });
}

function comparable(name: GeneralName): PointName {
  return name.kind === 'directory' ? { rdns: canonicalRdns(name.name) } : name;
}

function equalPointNames(a: PointName, b: PointName): boolean {
  if ('rdns' in a || 'rdns' in b)
    return 'rdns' in a && 'rdns' in b && a.rdns.length === b.rdns.length && a.rdns.every((r, i) => r === b.rdns[i]);
  return equalGeneralNames(a, b);
}

function namesDirectory(names: readonly GeneralName[], wanted: DistinguishedName): boolean {
  return names.some((name) => name.kind === 'directory' && equalNames(name.name, wanted));
}
