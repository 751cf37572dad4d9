/** Finds paths from a leaf to an anchor: every candidate, the promising ones first (RFC 4158), within the budget. */
import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { equalNames, toRfc4514 } from '../name/distinguished-name.ts';
import type { Budget } from './budget.ts';
import { IssuerBag } from './issuer-bag.ts';
import { type Rejection, reject } from './rejection.ts';
import type { TrustAnchor, TrustStore } from './trust-store.ts';

export interface PathSearch {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly trust: TrustStore;
  readonly maxIntermediates: number;
  readonly budget: Budget;
  /** Whether a CA certificate can stand in any path at all; asked once for each. */
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
  readonly #bag: IssuerBag;
  readonly #sorted = new Map<Certificate, readonly Certificate[]>();
  /** What was found about each issuer; null where nothing speaks against it. */
  readonly #checked = new Map<Certificate, Rejection | null>();

  constructor(search: PathSearch) {
    this.#search = search;
    this.#bag = new IssuerBag(search.intermediates, search.trust);
  }

  /** `counted` is the number of CA certificates in the path that are not self-issued. */
  extend(path: readonly Certificate[], counted: number): boolean {
    const { trust, budget } = this.#search;
    const child = path[path.length - 1]!;
    const anchors = trust.issuersOf(child.issuer);
    for (const anchor of sortAnchors(child, anchors)) {
      budget.spendBuildCall();
      // the anchor's own certificate, presented as well: the path without it is the better one
      if (path.length > 1 && sameEntity(child, anchor.certificate)) continue;
      if (!this.#usable(anchor.certificate, anchor, path)) continue;
      if (this.#search.accept(path, anchor)) return true;
    }
    const candidates = this.#candidates(child);
    for (const candidate of candidates) {
      budget.spendBuildCall();
      if (path.some((c) => sameEntity(c, candidate)) || !this.#usable(candidate, undefined, path)) continue;
      // a self-issued certificate is the same CA with another key: it does not count (RFC 5280 4.2.1.9)
      const count = candidate.selfIssued ? counted : counted + 1;
      if (this.#tooLong(path, count)) continue;
      if (this.extend([...path, candidate], count)) return true;
    }
    if (anchors.length === 0 && candidates.length === 0)
      this.#search.refuse(noIssuer(this.#bag.topOf(child), path), path);
    return false;
  }

  #usable(issuer: Certificate, anchor: TrustAnchor | undefined, path: readonly Certificate[]): boolean {
    let rejection = this.#checked.get(issuer);
    if (rejection === undefined) {
      rejection = this.#search.checkIssuer(issuer, anchor) ?? null;
      this.#checked.set(issuer, rejection);
    }
    if (rejection !== null) this.#search.refuse(rejection, [...path, issuer]);
    return rejection === null && this.#search.mayHaveSigned(path[path.length - 1]!, issuer);
  }

  #tooLong(path: readonly Certificate[], counted: number): boolean {
    const { maxIntermediates } = this.#search;
    const tooLong = counted > maxIntermediates || path.length > maxIntermediates + 8;
    if (tooLong) {
      const message = `the chain needs more than ${maxIntermediates} CA certificates between certificate and trusted CA`;
      this.#search.refuse(reject('path.too-long', message), path);
    }
    return tooLong;
  }

  /** Which certificates may have issued this one, the promising ones first; the same wherever it stands in a path. */
  #candidates(child: Certificate): readonly Certificate[] {
    const known = this.#sorted.get(child);
    if (known !== undefined) return known;
    const found = this.#bag.issuersOf(child);
    if (found.length < 2) return found;
    const sorted = found
      .map((c) => ({ c, score: likeness(child, c) * 100 - this.#bag.distance(c) }))
      .sort((a, b) => b.score - a.score || b.c.notAfter - a.c.notAfter)
      .map(({ c }) => c);
    this.#sorted.set(child, sorted);
    return sorted;
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
  return a === b || (equalBytes(a.publicKeyInfo, b.publicKeyInfo) && equalNames(a.subject, b.subject));
}

function noIssuer(top: Certificate, path: readonly Certificate[]): Rejection {
  if (top === path[0] && top.selfIssued)
    return reject('path.no-issuer', 'the certificate is self-signed and is not trusted here', top);
  return reject(
    'path.no-issuer',
    `no trusted CA leads to it: the certificate of its issuer “${printable(toRfc4514(top.issuer))}” is neither trusted nor presented`,
    top,
  );
}
