import type { Certificate } from '../certificate/certificate.ts';

export interface OrderedChain {
  /** Leaf first, each certificate issued by the next. */
  readonly chain: readonly Certificate[];
  /** What does not belong to the chain, in the order given. */
  readonly unused: readonly Certificate[];
}

/** Puts a bag of certificates in order. Without `leaf` the one that issued no other is taken. Empty bag: empty chain. */
export function orderChain(_leaf: Certificate | undefined, _bag: readonly Certificate[]): OrderedChain {
  throw new Error('being written');
}
