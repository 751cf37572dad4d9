/** Puts a bag of certificates in the order TLS wants: leaf first, each issued by the next (RFC 8446 4.4.2). */
import { toHex } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { canonicalName } from '../name/distinguished-name.ts';
import { isIssuedBy } from './issued-by.ts';
import { IssuerIndex } from './issuer-index.ts';

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
  const distinct = withoutDuplicates(bag);
  const index = new IssuerIndex(distinct);
  const first = leaf ?? findLeaf(distinct, index);
  if (first === undefined) return { chain: [], unused: [] };
  const chain = longestFrom(first, index);
  const used = new Set(chain.map(bytesKey));
  // Of two copies one is used.
  return { chain, unused: bag.filter((certificate) => !used.delete(bytesKey(certificate))) };
}

/** The certificate that looks like the leaf. */
function findLeaf(bag: readonly Certificate[], index: IssuerIndex): Certificate | undefined {
  const issuers = new Set<Certificate>();
  for (const group of Map.groupBy(bag, issuerKey).values()) {
    const [first] = group;
    // A certificate that only issued itself issued no other.
    for (const candidate of index.candidates(first!))
      if (group.length > 1 || candidate !== first) issuers.add(candidate);
  }
  const ends = bag.filter((certificate) => !issuers.has(certificate));
  return ends.find((c) => c.basicConstraints?.ca !== true) ?? ends[0] ?? bag[0];
}

/** Cross-signed certificates give several ways up; the longest one is kept, the first among equals. */
function longestFrom(leaf: Certificate, index: IssuerIndex): Certificate[] {
  let best = [leaf];
  let checks = maxSignatureChecks;
  const climb = (path: Certificate[]): void => {
    if (path.length > best.length) best = path;
    const top = path.at(-1)!;
    for (const candidate of index.candidates(top)) {
      if (path.length >= maxLength || checks <= 0) return;
      if (path.some((member) => bytesKey(member) === bytesKey(candidate))) continue;
      checks--;
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
  return [...Map.groupBy(bag, bytesKey).values()].map(([first]) => first!);
}

/** Equal exactly when two certificates have the same possible issuers. */
function issuerKey(certificate: Certificate): string {
  const keyId = certificate.authorityKeyIdentifier?.keyId;
  return `${keyId === undefined ? '' : toHex(keyId)} ${canonicalName(certificate.issuer)}`;
}

function bytesKey({ der }: Certificate): string {
  return Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');
}
