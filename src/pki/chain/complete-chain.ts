import type { Certificate } from '../certificate/certificate.ts';

export interface CompletedChain {
  /** Leaf first; ends with the last certificate found, the anchor not included. */
  readonly chain: readonly Certificate[];
  /** The self-signed trusted certificate the chain ends at. */
  readonly anchor?: Certificate;
  /** Name (RFC 4514) and key identifier (colon hex) of the issuer nobody has. */
  readonly missingIssuer?: { readonly name: string; readonly keyId?: string };
  readonly complete: boolean;
}

/** Finds issuers among the presented and then the trusted certificates, by name, key identifier and signature. */
export function completeChain(
  _leaf: Certificate,
  _presented: readonly Certificate[],
  _trusted: readonly Certificate[],
): CompletedChain {
  throw new Error('being written');
}
