/** What path building and validation are asked, and what they answer. */
import type { Certificate } from '../certificate/certificate.ts';
import type { KeyUsage } from '../certificate/extension/extension-set.ts';
import type { Budget } from './budget.ts';
import type { PolicyInput } from './policy-graph.ts';
import type { Profile } from './profile.ts';
import type { Rejection } from './rejection.ts';
import type { SignatureMemory } from './signature-memory.ts';
import type { TrustAnchor, TrustStore } from './trust-store.ts';

export interface PathRequest {
  readonly leaf: Certificate;
  /** Any bag of certificates, in any order: what the peer presented and what is listed here. */
  readonly intermediates: readonly Certificate[];
  readonly trust: TrustStore;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly profile: Profile;
  /** OIDs of which the leaf, and every CA that limits itself, needs one; empty: any use. */
  readonly extendedKeyUsages: readonly string[];
  /** Key usages of which the leaf needs one when it states any; empty: not asked. */
  readonly keyUsages?: readonly KeyUsage[];
  readonly policies?: PolicyInput;
  /** CA certificates allowed between leaf and anchor, self-issued ones not counted; 6 unless told. */
  readonly maxIntermediates?: number;
  readonly budget?: Budget;
  readonly memory?: SignatureMemory;
  /** What the caller demands of the leaf itself, such as a name. */
  readonly checkLeaf?: (leaf: Certificate) => Rejection | undefined;
  /** What the caller demands of a whole good path, such as revocation; a refusal makes the search go on. */
  readonly checkPath?: (path: readonly Certificate[], anchor: TrustAnchor) => Rejection | undefined;
}

export type PathResult =
  | {
      readonly accepted: true;
      /** Leaf first, anchor last. */
      readonly path: readonly Certificate[];
      readonly anchor: TrustAnchor;
      /** User-constrained policies (RFC 5280 6.1.6), empty where policies are not processed. */
      readonly policies: readonly string[];
      readonly budget: Budget;
    }
  | {
      readonly accepted: false;
      /** The most telling of all that was found. */
      readonly rejection: Rejection;
      /** As far as the path of that rejection went, leaf first. */
      readonly path: readonly Certificate[];
      readonly budget: Budget;
    };
