/** What can sign a request for a slot: a CA that speaks ACME, or the private CA of this gateway. Declared by its user. */
import type { Actor } from '../../lib/actor.ts';
import type { Slot } from './slots.ts';

/** For whom and why a certificate is made. */
export interface IssueContext {
  readonly slot: Slot;
  readonly actor: Actor;
}

/** Signs requests. Rejects with a Problem that says why it does not, and what to do. */
export interface Issuer {
  readonly kind: 'acme' | 'private-ca';
  /** Signs a PKCS#10 request (DER); answers DER certificates, the leaf first, then its chain without the root. */
  issue(csr: Uint8Array, context: IssueContext): Promise<readonly Uint8Array[]>;
}
