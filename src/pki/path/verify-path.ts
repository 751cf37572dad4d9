/** Path building and validation together: RFC 5280 section 6.1, in the order cheap checks, path, signatures, names, policies. */
import { utcSeconds } from '../../lib/time-text.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { anyExtendedKeyUsage } from '../certificate/extended-key-usages.ts';
import type { KeyUsage } from '../certificate/extension/extension-set.ts';
import { Budget, BudgetExhausted } from './budget.ts';
import { type PathSearch, searchPaths } from './build-path.ts';
import { checkCertificate, checkCriticalExtensions } from './certificate-rules.ts';
import type { PathRequest, PathResult } from './path-request.ts';
import { moreTelling, type Rejection, reject } from './rejection.ts';
import { checkSignatureAlgorithm } from './signature-algorithm.ts';
import { SignatureMemory } from './signature-memory.ts';
import type { TrustAnchor, TrustStore } from './trust-store.ts';
import { validatePath } from './validate-path.ts';

const defaultMaxIntermediates = 6;

/** Looks for a path that holds every rule; of several failed ones the most telling reason is given. */
export function verifyPath(request: PathRequest): PathResult {
  const verification = new PathVerification(request);
  try {
    return verification.run();
  } catch (error) {
    if (error instanceof BudgetExhausted) return verification.refused(error.rejection);
    throw error;
  }
}

class PathVerification implements PathSearch {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly trust: TrustStore;
  readonly maxIntermediates: number;
  readonly budget: Budget;
  readonly #request: PathRequest;
  readonly #memory: SignatureMemory;
  /** Pairs of child and issuer whose signature did not match. */
  readonly #badLinks: (readonly [Certificate, Certificate])[] = [];
  #best: Rejection | undefined;
  #bestPath: readonly Certificate[];
  #accepted: PathResult | undefined;

  constructor(request: PathRequest) {
    this.leaf = request.leaf;
    this.intermediates = request.intermediates;
    this.trust = request.trust;
    this.maxIntermediates = request.maxIntermediates ?? defaultMaxIntermediates;
    this.budget = request.budget ?? new Budget();
    this.#request = request;
    this.#memory = request.memory ?? new SignatureMemory({ limit: 256 });
    this.#bestPath = [request.leaf];
  }

  run(): PathResult {
    const { leaf, budget } = this;
    const fault = this.#checkLeaf();
    if (fault !== undefined) return this.refused(fault);
    const itself = this.trust.find(leaf);
    if (itself !== undefined) {
      const rejection = this.#request.checkPath?.([], itself);
      if (rejection !== undefined) return this.refused(rejection);
      return { accepted: true, path: [leaf], anchor: itself, policies: [], budget };
    }
    searchPaths(this);
    return this.#accepted ?? this.refused(reject('path.no-issuer', 'no trusted CA leads to the certificate', leaf));
  }

  refused(rejection: Rejection): PathResult {
    const best = moreTelling(this.#best, rejection);
    return { accepted: false, rejection: best, path: this.#bestPath, budget: this.budget };
  }

  /** Everything about the leaf that no other path could mend; cheap, so it comes first. */
  #checkLeaf(): Rejection | undefined {
    const { leaf, profile, keyUsages, extendedKeyUsages, checkLeaf } = this.#request;
    return (
      this.#checkAny(leaf) ??
      this.#checkDates(leaf) ??
      checkCertificate(leaf, 'leaf', profile) ??
      checkKeyUsage(leaf, keyUsages ?? []) ??
      this.#checkExtendedKeyUsage(leaf, extendedKeyUsages, true) ??
      checkLeaf?.(leaf)
    );
  }

  mayHaveSigned(child: Certificate, issuer: Certificate): boolean {
    return !this.#badLinks.some(([below, above]) => below === child && above === issuer);
  }

  /** What every issuer must hold to wherever it stands. An anchor taken by name and key alone is not looked into. */
  checkIssuer(issuer: Certificate, anchor: TrustAnchor | undefined): Rejection | undefined {
    const { profile, extendedKeyUsages } = this.#request;
    if (anchor !== undefined && !anchor.constraints) return this.#checkKey(issuer);
    return (
      this.#checkAny(issuer) ??
      // RFC 5280 6.1.4 (k): an anchor of version 1 is the operator's choice
      (issuer.basicConstraints?.ca === true || (anchor !== undefined && issuer.version === 1)
        ? undefined
        : reject(
            'path.issuer-not-ca',
            issuer.basicConstraints === undefined ? 'the issuer has no basic constraints' : 'the issuer is not a CA',
            issuer,
          )) ??
      // RFC 5280 6.1.4 (n)
      (issuer.keyUsage?.has('keyCertSign') === false
        ? reject('path.issuer-key-usage', 'the key usage of the issuer lacks keyCertSign', issuer)
        : undefined) ??
      this.#checkDates(issuer) ??
      checkCertificate(issuer, anchor === undefined ? 'intermediate' : 'anchor', profile) ??
      (profile.browserForum && anchor !== undefined
        ? undefined
        : this.#checkExtendedKeyUsage(issuer, extendedKeyUsages, false))
    );
  }

  #checkAny(certificate: Certificate): Rejection | undefined {
    // RFC 5280 4.1.2.1, 4.2: extensions belong to version 3
    if (certificate.version !== 3 && certificate.extensions.length > 0)
      return reject('path.version', `a version ${certificate.version} certificate holds extensions`, certificate);
    const malformed = certificate.checkExtensions();
    if (malformed !== undefined) return reject('path.malformed-extension', malformed.message, certificate);
    return checkCriticalExtensions(certificate) ?? this.#checkKey(certificate);
  }

  #checkKey(certificate: Certificate): Rejection | undefined {
    if (this.#request.profile.algorithms === 'any') {
      const dsa = certificate.publicKey.algorithm === 'dsa';
      return dsa ? reject('path.key-refused', 'DSA keys are not accepted', certificate) : undefined;
    }
    const refusal = this.#memory.keyRefusal(certificate);
    return refusal === '' ? undefined : reject('path.key-refused', refusal, certificate);
  }

  #checkDates(certificate: Certificate): Rejection | undefined {
    const { time } = this.#request;
    // RFC 5280 4.1.2.5: both ends are inclusive, to the second
    if (time < certificate.notBefore)
      return reject('path.not-yet-valid', `valid only from ${utcSeconds(certificate.notBefore)}`, certificate);
    if (time >= certificate.notAfter + 1000)
      return reject('path.expired', `expired on ${utcSeconds(certificate.notAfter)}`, certificate);
    return undefined;
  }

  #checkExtendedKeyUsage(certificate: Certificate, accepted: readonly string[], leaf: boolean): Rejection | undefined {
    const stated = certificate.extendedKeyUsage;
    const { profile } = this.#request;
    if (accepted.length === 0) return undefined;
    if (stated === undefined) {
      return leaf && !profile.missingExtendedKeyUsage
        ? reject('path.extended-key-usage', 'the extended key usage is missing', certificate)
        : undefined;
    }
    if (stated.some((oid) => accepted.includes(oid))) return undefined;
    // RFC 5280 4.2.1.12; in a CA certificate anyExtendedKeyUsage only says that it sets no limit
    if (stated.includes(anyExtendedKeyUsage) && (profile.anyExtendedKeyUsage || !leaf)) return undefined;
    return reject(
      'path.extended-key-usage',
      leaf ? 'the certificate may not be used for this purpose' : 'the CA may not issue for this purpose',
      certificate,
    );
  }

  accept(path: readonly Certificate[], anchor: TrustAnchor): boolean {
    const whole = [...path, anchor.certificate];
    const rejection = this.#checkSignatures(whole) ?? this.#validate(path, anchor, whole);
    if (rejection === undefined) return true;
    this.refuse(rejection, whole);
    return false;
  }

  /** RFC 5280 6.1.3 (a)(1), from the anchor down: a forged chain fails at its first link. */
  #checkSignatures(whole: readonly Certificate[]): Rejection | undefined {
    for (let i = whole.length - 2; i >= 0; i--) {
      const child = whole[i]!;
      const issuer = whole[i + 1]!;
      const fault =
        checkSignatureAlgorithm(child, this.#request.profile.algorithms) ?? this.#checkSignature(child, issuer);
      if (fault === undefined) continue;
      this.#badLinks.push([child, issuer]);
      return fault;
    }
    return undefined;
  }

  #checkSignature(child: Certificate, issuer: Certificate): Rejection | undefined {
    if (this.#memory.signedBy(child, issuer, this.budget)) return undefined;
    return reject('path.signature-invalid', 'the signature does not match the key of the issuer of that name', child);
  }

  #validate(path: readonly Certificate[], anchor: TrustAnchor, whole: readonly Certificate[]): Rejection | undefined {
    const result = validatePath(path, anchor, this.#request, this.budget);
    if ('code' in result) return result;
    const rejection = this.#request.checkPath?.(path, anchor);
    if (rejection !== undefined) return rejection;
    this.#accepted = { accepted: true, path: whole, anchor, policies: result.policies, budget: this.budget };
    return undefined;
  }

  refuse(rejection: Rejection, path: readonly Certificate[]): void {
    const best = moreTelling(this.#best, rejection);
    if (best !== this.#best) this.#bestPath = path;
    this.#best = best;
  }
}

/** RFC 5280 4.2.1.3: a key whose usage is stated is for nothing else. */
function checkKeyUsage(leaf: Certificate, wanted: readonly KeyUsage[]): Rejection | undefined {
  const stated = leaf.keyUsage;
  if (wanted.length === 0 || stated === undefined || wanted.some((usage) => stated.has(usage))) return undefined;
  return reject('path.key-usage', `the key usage lacks ${wanted.join(' or ')}`, leaf);
}
