/** Whether a CRL may be used at all, whatever certificate is asked about: form, freshness, algorithm, signer. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { oidLongName } from '../der/oid.ts';
import { type DistinguishedName, equalNames } from '../name/distinguished-name.ts';
import type { AlgorithmPolicy } from '../path/profile.ts';
import { weakAlgorithm } from '../path/signature-algorithm.ts';
import type { LoadedCrl } from './loaded-crl.ts';
import { type UnknownStatus, unknownStatus } from './revocation-status.ts';

/** What is demanded of CRLs. */
export interface CrlRules {
  readonly algorithms: AlgorithmPolicy;
  /** Also demand what RFC 5280 5.2 demands of conforming CRL issuers. */
  readonly conformingIssuer: boolean;
  /** Milliseconds after `thisUpdate` at which a CRL is too old; with it, one without `nextUpdate` is taken. */
  readonly maxAge?: number;
}

/** How far a clock may run behind that of the CA. */
export const clockTolerance = 5 * 60_000;

/** Where the certificates that may have signed a CRL are looked for, beside the issuer of the certificate asked about. */
export interface CrlSigners {
  /** Certificates of this subject, in any order. */
  named(name: DistinguishedName): readonly Certificate[];
  /** Whether a path for signing CRLs leads from it to the same anchor (RFC 5280 6.3.3 (f)). */
  isTrusted(signer: Certificate): boolean;
}

/** What is wrong with the CRL itself, if anything. `pastUpdate` forgives its age: a delta CRL makes up for it. */
export function faultOf(
  loaded: LoadedCrl,
  rules: CrlRules,
  time: number,
  pastUpdate = false,
): UnknownStatus | undefined {
  const { crl } = loaded;
  const fault = (why: UnknownStatus['why'], message: string) => unknownStatus(why, message, [loaded.evidence(time)]);
  // RFC 5280 5.1.1.2
  if (!equalBytes(crl.tbsSignatureAlgorithm, crl.signatureAlgorithm.der))
    return fault('crl.malformed', 'the signature algorithms inside and outside the signed part of the CRL differ');
  const unknown = crl.unknownCriticalExtensions[0];
  if (unknown !== undefined)
    return fault(
      'crl.critical-extension',
      `the CRL holds a critical extension that is not known here: ${oidLongName(unknown)}`,
    );
  if (rules.conformingIssuer) {
    const number = crl.extensions.find(({ oid }) => oid === '2.5.29.20');
    if (number === undefined) return fault('crl.number', 'the CRL has no CRL number');
    if (number.critical) return fault('crl.number', 'the CRL number is marked as critical');
  }
  const weakness = rules.algorithms === 'any' ? undefined : weakAlgorithm(crl.signatureAlgorithm);
  if (weakness !== undefined) return fault('crl.weak-signature', `the CRL is signed with ${weakness}`);
  if (crl.thisUpdate > time + clockTolerance)
    return fault('crl.not-yet-valid', `the CRL is valid only from ${new Date(crl.thisUpdate).toISOString()}`);
  if (pastUpdate) return undefined;
  if (rules.maxAge !== undefined && crl.thisUpdate + rules.maxAge < time)
    return fault('crl.expired', `the CRL is of ${new Date(crl.thisUpdate).toISOString()}, which is too old`);
  if (crl.nextUpdate === undefined) {
    return rules.maxAge === undefined
      ? fault('crl.no-next-update', 'the CRL does not say when the next one comes')
      : undefined;
  }
  return crl.nextUpdate < time
    ? fault('crl.expired', `the CRL was to be replaced by ${new Date(crl.nextUpdate).toISOString()}`)
    : undefined;
}

/**
 * RFC 5280 6.3.3 (f), (g): the certificate whose key signed the CRL. It is that of the certificate's issuer, or another
 * of the CRL issuer's name that may sign CRLs and leads to the same anchor.
 */
export function signerOf(
  loaded: LoadedCrl,
  issuer: Certificate,
  signers: CrlSigners | undefined,
  time: number,
): Certificate | UnknownStatus {
  const { crl } = loaded;
  const own = equalNames(issuer.subject, crl.issuer);
  if (own && maySign(issuer) && loaded.signedBy(issuer)) return issuer;
  const others = (signers?.named(crl.issuer) ?? []).filter((signer) => signer !== issuer);
  const usable = others.filter(maySign);
  // trust comes first: whoever can present a certificate of that name must not make us hash a large CRL for it
  const trusted = usable.filter((signer) => signers?.isTrusted(signer) === true);
  const signer = likeliestFirst(trusted, loaded).find((candidate) => loaded.signedBy(candidate));
  if (signer !== undefined) return signer;
  const fault = (why: UnknownStatus['why'], message: string) => unknownStatus(why, message, [loaded.evidence(time)]);
  if (!own && others.length === 0) return fault('crl.signer-unknown', 'no certificate of the CRL’s issuer is known');
  if (trusted.length < usable.length)
    return fault(
      'crl.signer-untrusted',
      'the certificate that may have signed the CRL does not lead to the same anchor',
    );
  if (usable.length === 0 && !(own && maySign(issuer)))
    return fault('crl.signer-key-usage', 'the certificate of the CRL’s issuer may not sign CRLs');
  return fault('crl.signature', 'the signature of the CRL does not match the key of the issuer of that name');
}

/** RFC 5280 6.3.3 (f): a key whose usage is stated includes cRLSign. */
function maySign(signer: Certificate): boolean {
  return signer.keyUsage?.has('cRLSign') !== false;
}

/** RFC 5280 5.2.1: the authority key identifier tells which of the issuer's keys it was; a hint only. */
function likeliestFirst(signers: readonly Certificate[], { crl }: LoadedCrl): readonly Certificate[] {
  const keyId = signers.length > 1 ? crl.authorityKeyIdentifier?.keyId : undefined;
  if (keyId === undefined) return signers;
  const matches = (c: Certificate) => c.subjectKeyIdentifier !== undefined && equalBytes(c.subjectKeyIdentifier, keyId);
  return [...signers.filter(matches), ...signers.filter((c) => !matches(c))];
}
