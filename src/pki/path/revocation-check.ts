/** Revocation as a demand on whole paths: every certificate below the anchor, by CRLs and OCSP answers (RFC 5280 6.3). */
import { equalBytes } from '../../lib/bytes.ts';
import { utcSeconds } from '../../lib/time-text.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { CrlSigners } from '../crl/crl-acceptance.ts';
import { crlStatus } from '../crl/crl-status.ts';
import type { CrlCollection } from '../crl/loaded-crl.ts';
import { decisiveStatus, type RevocationStatus } from '../crl/revocation-status.ts';
import { canonicalName, type DistinguishedName, equalNames } from '../name/distinguished-name.ts';
import { type OcspAnswer, type OcspRules, ocspStatus } from '../ocsp/ocsp-status.ts';
import { Budget } from './budget.ts';
import type { Profile } from './profile.ts';
import { type Rejection, reject } from './rejection.ts';
import type { SignatureMemory } from './signature-memory.ts';
import { type TrustAnchor, TrustStore } from './trust-store.ts';
import { verifyPath } from './verify-path.ts';

/** `off`: nothing is asked; `leaf`: the end entity certificate alone; `chain`: every certificate but the anchor. */
export type RevocationMode = 'off' | 'leaf' | 'chain';

export interface RevocationInput {
  readonly mode: RevocationMode;
  readonly crls: CrlCollection;
  /** OCSP answers at hand, stapled or fetched; each is tried for every certificate. */
  readonly ocsp?: readonly OcspAnswer[];
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly profile: Profile;
  /** Whether a certificate whose status cannot be established is refused. */
  readonly hardFail: boolean;
  /** Milliseconds after which a CRL is too old; with it, one without a next update is taken. */
  readonly maxCrlAge?: number;
  /** What is demanded of OCSP answers beyond the profile and `hardFail`. */
  readonly ocspRules?: Partial<OcspRules>;
  /** Further certificates that may have signed CRLs or OCSP answers. */
  readonly certificates?: readonly Certificate[];
  readonly memory?: SignatureMemory;
}

/** The status of one certificate of the path. */
export interface CertificateRevocation {
  readonly certificate: Certificate;
  readonly status: RevocationStatus;
}

/** A `checkPath` for `verifyPath` that keeps what it found for the decision. */
export class RevocationCheck {
  readonly #input: RevocationInput;
  readonly #trusted = new Map<string, boolean>();
  #bySubject: ReadonlyMap<string, readonly Certificate[]> | undefined;
  #found: readonly CertificateRevocation[] = [];

  constructor(input: RevocationInput) {
    this.#input = input;
  }

  /** What was found for the path that was checked last, from the anchor down, up to the first that was refused. */
  get found(): readonly CertificateRevocation[] {
    return this.#found;
  }

  /** Leaf first, without the anchor. */
  readonly checkPath = (path: readonly Certificate[], anchor: TrustAnchor): Rejection | undefined => {
    const { mode } = this.#input;
    const found: CertificateRevocation[] = [];
    this.#found = found;
    if (mode === 'off') return undefined;
    const whole = [...path, anchor.certificate];
    for (let i = mode === 'leaf' ? 0 : path.length - 1; i >= 0 && i < path.length; i--) {
      const certificate = whole[i]!;
      const status = this.#statusOf(certificate, whole[i + 1]!, whole.slice(i + 1), anchor, false);
      found.push({ certificate, status });
      const refusal = refusalFor(certificate, status, this.#input.hardFail);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };

  /**
   * `above` is the validated path from the issuer to the anchor. A signer of CRLs that is not on it is validated by a
   * path of its own, whose certificates (`nested`) may only be covered by CRLs of signers on that path.
   */
  #statusOf(
    certificate: Certificate,
    issuer: Certificate,
    above: readonly Certificate[],
    anchor: TrustAnchor,
    nested: boolean,
  ): RevocationStatus {
    const { crls, time, profile, maxCrlAge, hardFail, ocsp = [] } = this.#input;
    const rules = {
      algorithms: profile.algorithms,
      conformingIssuer: profile.conformingIssuer,
      ...(maxCrlAge !== undefined && { maxAge: maxCrlAge }),
    };
    const signers = this.#signers(above, anchor, nested);
    const delegateStatus = (delegate: Certificate) =>
      crlStatus({ certificate: delegate, issuer, crls, time, rules, signers });
    let status: RevocationStatus = crlStatus({ certificate, issuer, crls, time, rules, signers });
    // a CRL issuer may list its own certificate, which then nobody else can speak about
    if (nested && status.status === 'unknown' && certificate.keyUsage?.has('cRLSign') === true) {
      const itself = this.#signers([certificate, ...above], anchor, nested);
      status = crlStatus({ certificate, issuer, crls, time, rules, signers: itself });
    }
    for (const answer of ocsp) {
      const ocspRules = { algorithms: profile.algorithms, delegateMustBeGood: hardFail, ...this.#input.ocspRules };
      const said = ocspStatus({ certificate, issuer, answer, time, rules: ocspRules, delegateStatus });
      status = decisiveStatus(said, status);
    }
    return status;
  }

  #signers(above: readonly Certificate[], anchor: TrustAnchor, nested: boolean): CrlSigners {
    return {
      named: (name: DistinguishedName) => {
        const onPath = above.filter(({ subject }) => equalNames(subject, name));
        const others = nested ? [] : this.#named(name);
        return [...onPath, ...others.filter((c) => !onPath.some((known) => equalBytes(known.der, c.der)))];
      },
      isTrusted: (signer) => above.includes(signer) || (!nested && this.#leadsTo(signer, anchor)),
    };
  }

  /** The further certificates of this subject, each once. */
  #named(name: DistinguishedName): readonly Certificate[] {
    this.#bySubject ??= Map.groupBy(this.#input.certificates ?? [], ({ subject }) => canonicalName(subject));
    return distinct(this.#bySubject.get(canonicalName(name)) ?? []);
  }

  /** RFC 5280 6.3.3 (f): a path from the signer of a CRL to the same anchor, itself checked for revocation. */
  #leadsTo(signer: Certificate, anchor: TrustAnchor): boolean {
    const key = `${keyOf(signer)} ${keyOf(anchor.certificate)}`;
    const known = this.#trusted.get(key);
    if (known !== undefined) return known;
    const { time, profile, certificates = [], memory, hardFail } = this.#input;
    const result = verifyPath({
      leaf: signer,
      intermediates: certificates,
      trust: new TrustStore([anchor]),
      time,
      // signing CRLs is no purpose of the profile's: only RFC 5280 section 6.1 is asked
      profile: { ...profile, conformingIssuer: false, browserForum: false, policies: false },
      extendedKeyUsages: [],
      keyUsages: ['cRLSign'],
      budget: new Budget(),
      ...(memory && { memory }),
      checkPath: (path, end) => {
        const whole = [...path, end.certificate];
        for (let i = path.length - 1; i >= 0; i--) {
          const status = this.#statusOf(whole[i]!, whole[i + 1]!, whole.slice(i + 1), end, true);
          const refusal = refusalFor(whole[i]!, status, hardFail);
          if (refusal !== undefined) return refusal;
        }
        return undefined;
      },
    });
    this.#trusted.set(key, result.accepted);
    return result.accepted;
  }
}

function refusalFor(certificate: Certificate, status: RevocationStatus, hardFail: boolean): Rejection | undefined {
  if (status.status === 'revoked') {
    const when = utcSeconds(status.revokedAt);
    return reject('revocation.revoked', `revoked on ${when}, reason: ${status.reason}`, certificate);
  }
  if (status.status === 'good' || !hardFail) return undefined;
  const { message, clause, next } = status;
  return {
    ...reject('revocation.unknown', `it cannot be established whether it is revoked: ${message}`, certificate, clause),
    next,
  };
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter((c, i) => certificates.findIndex((other) => equalBytes(other.der, c.der)) === i);
}

function keyOf(certificate: Certificate): string {
  return `${canonicalName(certificate.subject)} ${Buffer.from(certificate.der).toString('latin1')}`;
}
