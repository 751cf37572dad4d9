/** Finds the issuers of a certificate among those presented with it and those that are trusted. */
import { equalBytes, toColonHex } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { toRfc4514 } from '../name/distinguished-name.ts';
import { isIssuedBy, isSelfSigned } from './issued-by.ts';
import { IssuerIndex } from './issuer-index.ts';

export interface CompletedChain {
  /** Leaf first; ends with the last certificate below the anchor, or the last one found. */
  readonly chain: readonly Certificate[];
  /** The self-signed trusted certificate the chain ends at; for a trusted self-signed leaf, the leaf itself. */
  readonly anchor?: Certificate;
  /** Name (RFC 4514) and key identifier (colon hex) of the issuer nobody has. */
  readonly missingIssuer?: { readonly name: string; readonly keyId?: string };
  /** True when the chain ends at a trusted anchor. */
  readonly complete: boolean;
}

/**
 * Climbs from the leaf by name, key identifier and signature, trying every candidate. An intermediate in the trusted
 * list helps to build the chain but is no anchor without its root. Dates and constraints are not looked at.
 */
export function completeChain(
  leaf: Certificate,
  presented: readonly Certificate[],
  trusted: readonly Certificate[],
): CompletedChain {
  const index = new IssuerIndex([...trusted, ...presented]);
  const search: Search = { index, trusted, checks: maxSignatureChecks, best: [leaf] };
  if (trusted.some((c) => same(c, leaf)) && isSelfSigned(leaf)) return { chain: [leaf], anchor: leaf, complete: true };
  const found = climb(search, [leaf]);
  if (found !== undefined) return { ...found, complete: true };
  const chain = search.best;
  return { chain, missingIssuer: missingAbove(chain.at(-1)!), complete: false };
}

interface Search {
  readonly index: IssuerIndex;
  readonly trusted: readonly Certificate[];
  checks: number;
  best: readonly Certificate[];
}

const maxLength = 12;
/** Hostile bags of cross-signed certificates must not cost more than this many signature checks. */
const maxSignatureChecks = 100;

function climb(
  search: Search,
  path: readonly Certificate[],
): { chain: readonly Certificate[]; anchor: Certificate } | undefined {
  if (path.length > search.best.length) search.best = path;
  const top = path.at(-1)!;
  for (const candidate of search.index.candidates(top)) {
    if (path.some((member) => same(member, candidate))) continue;
    if (search.checks-- <= 0 || path.length >= maxLength) return undefined;
    if (!isIssuedBy(top, candidate)) continue;
    const selfSigned = isSelfSigned(candidate);
    if (selfSigned && search.trusted.some((c) => same(c, candidate))) return { chain: path, anchor: candidate };
    // An untrusted root leads nowhere further, but it is what people should see at the end.
    const found = climb(search, [...path, candidate]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function missingAbove(top: Certificate): { name: string; keyId?: string } {
  const keyId = top.authorityKeyIdentifier?.keyId;
  return { name: toRfc4514(top.issuer), ...(keyId === undefined ? {} : { keyId: toColonHex(keyId) }) };
}

function same(a: Certificate, b: Certificate): boolean {
  return a === b || equalBytes(a.der, b.der);
}
