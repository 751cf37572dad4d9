/** The status of one certificate by CRLs: RFC 5280 section 6.3.3, delta and indirect CRLs included. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { DistributionPoint } from '../certificate/extension/distribution-points.ts';
import { oidLongName } from '../der/oid.ts';
import { equalNames } from '../name/distinguished-name.ts';
import { compareNumbers } from './crl.ts';
import { type CrlRules, type CrlSigners, faultOf, signerOf } from './crl-acceptance.ts';
import type { CrlEntry } from './crl-entries.ts';
import type { CrlIndex } from './crl-index.ts';
import { allReasons, crlIssuersOf, distributionPointsOf, outOfScope, reasonsCovered } from './crl-scope.ts';
import type { CrlCollection, LoadedCrl } from './loaded-crl.ts';
import {
  decisiveStatus,
  type RevocationEvidence,
  type RevocationStatus,
  type UnknownStatus,
  unknownStatus,
} from './revocation-status.ts';
import { supersedes } from './supersedes.ts';

export interface CrlStatusRequest {
  readonly certificate: Certificate;
  /** The certificate whose key signed it. */
  readonly issuer: Certificate;
  readonly crls: CrlCollection;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly rules: CrlRules;
  /** Without them only the issuer's own key may have signed a CRL. */
  readonly signers?: CrlSigners;
}

/** Never throws for anything in the CRLs; what cannot be used is passed over and, at the end, named. */
export function crlStatus(request: CrlStatusRequest): RevocationStatus {
  return new CrlSearch(request).run();
}

class CrlSearch {
  readonly #request: CrlStatusRequest;
  readonly #evidence: RevocationEvidence[] = [];
  readonly #asked = new Set<LoadedCrl>();
  readonly #seen = new Map<LoadedCrl, Usable | UnknownStatus>();
  #reasons = 0;
  #unknown: RevocationStatus;

  constructor(request: CrlStatusRequest) {
    this.#request = request;
    this.#unknown = unknownStatus('revocation.no-evidence', 'no CRL of the issuer is at hand');
  }

  run(): RevocationStatus {
    const { certificate, crls } = this.#request;
    for (const point of distributionPointsOf(certificate)) {
      for (const name of crlIssuersOf(point, certificate)) {
        for (const loaded of this.#ownFirst(crls.issuedBy(name))) {
          const revoked = this.#ask(loaded, point);
          if (revoked !== undefined) return revoked;
        }
      }
    }
    if (this.#reasons === allReasons) return { status: 'good', evidence: this.#evidence };
    return this.#reasons === 0
      ? this.#unknown
      : unknownStatus('crl.reasons', 'the CRLs at hand cover only some reasons for revocation', this.#evidence);
  }

  /** A CA that changed its key may list under each key what that key signed: the CRL of the issuer's own key speaks first. */
  #ownFirst(crls: readonly LoadedCrl[]): readonly LoadedCrl[] {
    if (crls.length < 2) return crls;
    const own = crls.filter((loaded) => loaded.signedBy(this.#request.issuer));
    return [...own, ...crls.filter((loaded) => !own.includes(loaded))];
  }

  /** One CRL at one distribution point; an answer only when it says revoked. */
  #ask(loaded: LoadedCrl, point: DistributionPoint): RevocationStatus | undefined {
    const { certificate, time } = this.#request;
    if (loaded.baseNumber !== undefined) {
      this.#note(unknownStatus('crl.no-base', 'there is a delta CRL without its complete CRL', []));
      return undefined;
    }
    const outside = outOfScope(loaded, point, certificate);
    if (outside !== undefined) {
      this.#note(unknownStatus('crl.scope', outside, [loaded.evidence(time)]));
      return undefined;
    }
    const reasons = reasonsCovered(loaded.scope, point);
    // RFC 5280 6.3.3 (e) would pass over a CRL that adds no reason; one that was not asked yet may still say revoked
    if ((reasons & ~this.#reasons) === 0 && (this.#asked.has(loaded) || this.#isReplaced(loaded))) return undefined;
    const usable = this.#usable(loaded);
    if ('status' in usable) {
      this.#note(usable);
      return undefined;
    }
    const entry = entryFor(certificate, usable);
    // (k); and what is listed no more in the next CRL of the same scope was taken back, such as a hold
    const revoked = entry !== undefined && entry.reason !== 'removeFromCRL';
    if (revoked && this.#isReplaced(loaded)) return undefined;
    this.#asked.add(loaded);
    this.#reasons |= reasons;
    const evidence = [usable.base, ...(usable.delta ? [usable.delta] : [])].map((used) => used.loaded.evidence(time));
    this.#evidence.push(...evidence);
    if (!revoked) return undefined;
    return {
      status: 'revoked',
      revokedAt: entry.revokedAt,
      reason: entry.reason ?? 'unspecified',
      ...(entry.invalidityDate !== undefined && { invalidityDate: entry.invalidityDate }),
      evidence,
    };
  }

  /** Whether a later complete CRL of the same scope, signed by the same key, stands in its place (RFC 5280 5.2.3). */
  #isReplaced(loaded: LoadedCrl): boolean {
    const { crls } = this.#request;
    return crls.issuedBy(loaded.crl.issuer).some((other) => {
      if (other === loaded || supersedes(loaded.crl, other.crl) !== 'newer') return false;
      const next = this.#usable(other);
      return 'base' in next && loaded.signedBy(next.signer);
    });
  }

  /** The CRL with its delta CRL when there is one, both checked; worked out once for all distribution points. */
  #usable(loaded: LoadedCrl): Usable | UnknownStatus {
    const known = this.#seen.get(loaded);
    if (known !== undefined) return known;
    const usable = this.#checkUsable(loaded);
    this.#seen.set(loaded, usable);
    return usable;
  }

  #checkUsable(loaded: LoadedCrl): Usable | UnknownStatus {
    const { rules, time, issuer, signers } = this.#request;
    const unfit = faultOf(loaded, rules, time, true);
    if (unfit !== undefined) return unfit;
    const signer = signerOf(loaded, issuer, signers, time);
    if ('status' in signer) return signer;
    const base = this.#indexed(loaded);
    if ('status' in base) return base;
    const delta = this.#delta(loaded, signer);
    // RFC 5280 6.3.3 (a)(1): a CRL past its next update lives on in a current delta CRL
    const stale = delta === undefined ? faultOf(loaded, rules, time) : undefined;
    return stale ?? { base, delta, signer };
  }

  /** RFC 5280 5.2.4, 6.3.3 (c), (h): the newest delta CRL of the same scope, issuer and key that builds on this CRL. */
  #delta(base: LoadedCrl, signer: Certificate): Indexed | undefined {
    const { crls, rules, time } = this.#request;
    for (const delta of crls.issuedBy(base.crl.issuer)) {
      if (!buildsOn(delta, base) || faultOf(delta, rules, time) !== undefined || !delta.signedBy(signer)) continue;
      const indexed = this.#indexed(delta);
      if ('index' in indexed) return indexed;
    }
    return undefined;
  }

  #indexed(loaded: LoadedCrl): Indexed | UnknownStatus {
    const index = loaded.index();
    const evidence = [loaded.evidence(this.#request.time)];
    if (!index.ok)
      return unknownStatus('crl.malformed', `an entry of the CRL is malformed: ${index.error.message}`, evidence);
    const { unknownCriticalExtensions: unknown, issuerEntries } = index.value;
    // RFC 5280 5.3
    if (unknown[0] !== undefined)
      return unknownStatus(
        'crl.critical-extension',
        `an entry of the CRL holds a critical extension that is not known here: ${oidLongName(unknown[0])}`,
        evidence,
      );
    // RFC 5280 5.3.3
    if (issuerEntries.length > 0 && loaded.scope?.indirectCrl !== true)
      return unknownStatus('crl.malformed', 'the CRL names other issuers without being an indirect one', evidence);
    return { loaded, index: index.value };
  }

  #note(status: UnknownStatus): void {
    this.#unknown = decisiveStatus(this.#unknown, status);
  }
}

interface Indexed {
  readonly loaded: LoadedCrl;
  readonly index: CrlIndex;
}

interface Usable {
  readonly base: Indexed;
  readonly delta: Indexed | undefined;
  readonly signer: Certificate;
}

function buildsOn(delta: LoadedCrl, base: LoadedCrl): boolean {
  const { number, baseNumber } = delta;
  if (number === undefined || baseNumber === undefined || base.number === undefined) return false;
  return (
    compareNumbers(base.number, baseNumber) >= 0 &&
    compareNumbers(base.number, number) < 0 &&
    equalExtension(delta, base, '2.5.29.28') &&
    equalExtension(delta, base, '2.5.29.35')
  );
}

/** Both have the extension with the same value, or neither has it. */
function equalExtension(a: LoadedCrl, b: LoadedCrl, oid: string): boolean {
  const [x, y] = [a, b].map(({ crl }) => crl.extensions.find((extension) => extension.oid === oid)?.value);
  return x === undefined || y === undefined ? x === y : equalBytes(x, y);
}

/** RFC 5280 6.3.3 (i), (j): the delta CRL speaks first. */
function entryFor(certificate: Certificate, { base, delta }: Usable): CrlEntry | undefined {
  return (delta && findEntry(certificate, delta)) ?? findEntry(certificate, base);
}

/** The entry about this certificate: its serial number, listed under the name of its issuer (RFC 5280 5.3.3). */
function findEntry(certificate: Certificate, { loaded, index }: Indexed): CrlEntry | undefined {
  const { serial, issuer } = certificate;
  if (index.find(serial) === 0) return undefined;
  const entries = index.findAll(serial).filter((offset) => {
    const owner = index.issuerEntryFor(offset);
    if (owner === 0) return equalNames(loaded.crl.issuer, issuer);
    const names = index.entryAt(owner).certificateIssuer ?? [];
    return names.some((name) => name.kind === 'directory' && equalNames(name.name, issuer));
  });
  const decoded = entries.map((offset) => index.entryAt(offset));
  return decoded.find(({ reason }) => reason !== 'removeFromCRL') ?? decoded[0];
}
