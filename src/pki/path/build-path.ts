/** Finds paths from a leaf to an anchor: every candidate, the promising ones first (RFC 4158), within the budget. */
import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { canonicalName, toRfc4514 } from '../name/distinguished-name.ts';
import type { Budget } from './budget.ts';
import { type Rejection, reject } from './rejection.ts';
import type { TrustAnchor, TrustStore } from './trust-store.ts';

export interface PathSearch {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly trust: TrustStore;
  readonly maxIntermediates: number;
  readonly budget: Budget;
  /** Whether a CA certificate can stand in any path at all; answers are remembered for the search. */
  checkIssuer(issuer: Certificate, anchor: TrustAnchor | undefined): Rejection | undefined;
  /** False when the child is already known not to be signed by this issuer. */
  mayHaveSigned(child: Certificate, issuer: Certificate): boolean;
  /** Takes a complete path (leaf first, without the anchor). True ends the search. */
  accept(path: readonly Certificate[], anchor: TrustAnchor): boolean;
  /** Told of each dead end. */
  refuse(rejection: Rejection, path: readonly Certificate[]): void;
}

/** Tries paths until one is accepted; false when none was. */
export function searchPaths(search: PathSearch): boolean {
  return new PathFinder(search).extend([search.leaf], 0);
}

class PathFinder {
  readonly #search: PathSearch;
  readonly #bySubject: ReadonlyMap<string, readonly Certificate[]>;
  /** Links to the nearest anchor by names alone; a certificate without an entry leads nowhere. */
  readonly #distance: ReadonlyMap<Certificate, number>;
  readonly #issuerChecks = new Map<Certificate, Rejection | undefined>();

  constructor(search: PathSearch) {
    this.#search = search;
    this.#bySubject = Map.groupBy(distinct(search.intermediates), (c) => canonicalName(c.subject));
    this.#distance = distancesToAnchors(this.#bySubject, search.trust);
  }

  extend(path: readonly Certificate[], counted: number): boolean {
    const { trust, budget, maxIntermediates } = this.#search;
    const child = path.at(-1)!;
    const issuer = canonicalName(child.issuer);
    const anchors = trust.issuersOf(issuer);
    for (const anchor of sortAnchors(child, anchors)) {
      budget.spendBuildCall();
      if (!this.#usable(anchor.certificate, anchor, path, child)) continue;
      if (this.#search.accept(path, anchor)) return true;
    }
    const candidates = this.#candidates(child, issuer);
    for (const candidate of candidates) {
      budget.spendBuildCall();
      if (path.some((c) => sameEntity(c, candidate)) || !this.#usable(candidate, undefined, path, child)) continue;
      // a self-issued certificate is the same CA with another key: it does not count (RFC 5280 4.2.1.9)
      const count = counted + (canonicalName(candidate.subject) === canonicalName(candidate.issuer) ? 0 : 1);
      if (count > maxIntermediates || path.length > maxIntermediates + 8) {
        this.#search.refuse(
          reject(
            'path.too-long',
            `the chain needs more than ${maxIntermediates} CA certificates between certificate and trusted CA`,
          ),
          path,
        );
        continue;
      }
      if (this.extend([...path, candidate], count)) return true;
    }
    if (anchors.length === 0 && candidates.length === 0) this.#search.refuse(noIssuer(child, path.length > 1), path);
    return false;
  }

  #usable(
    issuer: Certificate,
    anchor: TrustAnchor | undefined,
    path: readonly Certificate[],
    child: Certificate,
  ): boolean {
    if (!this.#issuerChecks.has(issuer)) this.#issuerChecks.set(issuer, this.#search.checkIssuer(issuer, anchor));
    const rejection = this.#issuerChecks.get(issuer);
    if (rejection !== undefined) this.#search.refuse(rejection, [...path, issuer]);
    return rejection === undefined && this.#search.mayHaveSigned(child, issuer);
  }

  #candidates(child: Certificate, issuer: string): readonly Certificate[] {
    const found = (this.#bySubject.get(issuer) ?? []).filter((c) => this.#distance.has(c));
    if (found.length < 2) return found;
    return found
      .map((c) => ({ c, score: likeness(child, c) * 100 - (this.#distance.get(c) ?? 0) }))
      .sort((a, b) => b.score - a.score || b.c.notAfter - a.c.notAfter)
      .map(({ c }) => c);
  }
}

function sortAnchors(child: Certificate, anchors: readonly TrustAnchor[]): readonly TrustAnchor[] {
  if (anchors.length < 2) return anchors;
  return [...anchors].sort(
    (a, b) =>
      likeness(child, b.certificate) - likeness(child, a.certificate) ||
      b.certificate.notAfter - a.certificate.notAfter,
  );
}

/** How well the key identifiers of child and issuer agree: 2 equal, 1 not stated, 0 different. They are hints only. */
function likeness(child: Certificate, issuer: Certificate): number {
  const wanted = child.authorityKeyIdentifier?.keyId;
  const offered = issuer.subjectKeyIdentifier;
  if (wanted === undefined || offered === undefined) return 1;
  return equalBytes(wanted, offered) ? 2 : 0;
}

/** The same name and key again would be a loop (RFC 4158 2.4.2). */
function sameEntity(a: Certificate, b: Certificate): boolean {
  return (
    a === b || (equalBytes(a.publicKeyInfo, b.publicKeyInfo) && canonicalName(a.subject) === canonicalName(b.subject))
  );
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  if (certificates.length < 2) return certificates;
  const seen = new Set<string>();
  return certificates.filter((c) => {
    const bytes = Buffer.from(c.der.buffer, c.der.byteOffset, c.der.byteLength).toString('latin1');
    return !seen.has(bytes) && seen.add(bytes);
  });
}

function distancesToAnchors(
  bySubject: ReadonlyMap<string, readonly Certificate[]>,
  trust: TrustStore,
): ReadonlyMap<Certificate, number> {
  const distance = new Map<Certificate, number>();
  const all = [...bySubject.values()].flat();
  const byIssuer = Map.groupBy(all, (c) => canonicalName(c.issuer));
  let front: Certificate[] = [];
  for (const [issuer, issued] of byIssuer) if (trust.issuersOf(issuer).length > 0) front.push(...issued);
  const namesDone = new Set<string>();
  for (let steps = 1; front.length > 0; steps++) {
    const next: Certificate[] = [];
    for (const c of front) {
      if (distance.has(c)) continue;
      distance.set(c, steps);
      const subject = canonicalName(c.subject);
      if (namesDone.has(subject)) continue;
      namesDone.add(subject);
      next.push(...(byIssuer.get(subject) ?? []));
    }
    front = next;
  }
  return distance;
}

function noIssuer(child: Certificate, viaIntermediate: boolean): Rejection {
  const selfSigned = canonicalName(child.issuer) === canonicalName(child.subject);
  if (selfSigned && !viaIntermediate)
    return reject('path.no-issuer', 'the certificate is self-signed and is not trusted here', child);
  return reject(
    'path.no-issuer',
    `no trusted CA leads to it: the certificate of its issuer “${printable(toRfc4514(child.issuer))}” is neither trusted nor presented`,
    child,
  );
}
