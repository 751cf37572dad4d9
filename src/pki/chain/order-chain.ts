/** Puts a bag of certificates in the order TLS wants: leaf first, each issued by the next (RFC 8446 4.4.2). */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { isIssuedBy, mayBeIssuedBy } from './issued-by.ts';

export interface OrderedChain {
  /** Leaf first, each certificate issued by the next. */
  readonly chain: readonly Certificate[];
  /** What does not belong to the chain (duplicates included), in the order given. */
  readonly unused: readonly Certificate[];
}

/**
 * Orders the bag. Without `leaf`, the leaf is the first certificate that is no CA and issued no other, else the first
 * that issued no other. A self-signed root ends the chain and belongs to it. An empty bag gives an empty chain.
 */
export function orderChain(leaf: Certificate | undefined, bag: readonly Certificate[]): OrderedChain {
  const first = leaf ?? findLeaf(bag);
  if (first === undefined) return { chain: [], unused: [] };
  const chain = longestFrom(first, withoutDuplicates(bag));
  const used = new Set<Certificate>(chain.map((member) => bag.find((c) => same(c, member)) ?? member));
  return { chain, unused: bag.filter((certificate) => !used.has(certificate)) };
}

/** The certificate that looks like the leaf of a bag. */
export function findLeaf(bag: readonly Certificate[]): Certificate | undefined {
  const ends = bag.filter((c) => !bag.some((other) => !same(other, c) && mayBeIssuedBy(other, c)));
  return ends.find((c) => c.basicConstraints?.ca !== true) ?? ends[0] ?? bag[0];
}

/** Cross-signed certificates give several ways up; the longest one is kept, the first among equals. */
function longestFrom(leaf: Certificate, bag: readonly Certificate[]): Certificate[] {
  let best = [leaf];
  const budget = { checks: maxSignatureChecks };
  const climb = (path: Certificate[]): void => {
    if (path.length > best.length) best = [...path];
    const top = path.at(-1)!;
    for (const candidate of bag) {
      if (path.length >= maxLength || budget.checks <= 0) return;
      if (path.some((member) => same(member, candidate)) || !mayBeIssuedBy(top, candidate)) continue;
      budget.checks--;
      if (isIssuedBy(top, candidate)) climb([...path, candidate]);
    }
  };
  climb([leaf]);
  return best;
}

/** Leaf, intermediates and root: more than any path that is ever accepted. */
const maxLength = 12;
/** Hostile bags of cross-signed certificates must not cost more than this many signature checks. */
const maxSignatureChecks = 100;

function withoutDuplicates(bag: readonly Certificate[]): Certificate[] {
  return bag.filter((certificate, i) => bag.findIndex((other) => same(other, certificate)) === i);
}

function same(a: Certificate, b: Certificate): boolean {
  return a === b || equalBytes(a.der, b.der);
}
