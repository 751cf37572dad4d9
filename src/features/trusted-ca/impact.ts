/** Which members of the list the gateway's own chains need, and which chains break when members go. */
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { completeChain } from '../../pki/chain/complete-chain.ts';
import type { CaMember } from './state.ts';
import type { Breakage, ChainUser } from './trusted-ca.ts';

/** For each fingerprint the names of the chains that go through it or end at it. */
export function usesOf(
  members: readonly CaMember[],
  users: readonly ChainUser[],
): ReadonlyMap<string, readonly string[]> {
  const fingerprints = new Map(members.map(({ row, certificate }) => [keyOf(certificate), row.fingerprint]));
  const uses = new Map<string, string[]>();
  for (const { name, chain: presented } of users) {
    const [leaf, ...rest] = presented;
    if (leaf === undefined) continue;
    const { chain, anchor } = completeChain(leaf, rest, issuersOf(members));
    for (const certificate of new Set(anchor === undefined ? chain : [...chain, anchor])) {
      const fingerprint = fingerprints.get(keyOf(certificate));
      if (fingerprint === undefined) continue;
      const names = uses.get(fingerprint) ?? [];
      if (!names.includes(name)) uses.set(fingerprint, [...names, name]);
    }
  }
  return uses;
}

/** The chains that are complete with `before` and no longer with `after`. */
export function breakages(
  users: readonly ChainUser[],
  before: readonly Certificate[],
  after: readonly Certificate[],
): readonly Breakage[] {
  return users.flatMap(({ name, chain: presented }) => {
    const [leaf, ...rest] = presented;
    if (leaf === undefined || !completeChain(leaf, rest, before).complete) return [];
    const { complete, missingIssuer } = completeChain(leaf, rest, after);
    if (complete) return [];
    const issuer = missingIssuer === undefined ? 'its root' : printable(missingIssuer.name);
    return [{ name, reason: `Its chain would no longer be complete: ${issuer} would not be on the list.` }];
  });
}

/** What may act as an issuer: every member but the pinned peers. */
export function issuersOf(members: readonly CaMember[]): readonly Certificate[] {
  return members.filter(({ row }) => row.pinned === 0).map(({ certificate }) => certificate);
}

function keyOf({ der }: Certificate): string {
  return Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');
}
