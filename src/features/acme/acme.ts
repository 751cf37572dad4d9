/**
 * ACME (RFC 8555): certificates that renew themselves. Providers and accounts, orders step by step, the signed
 * certificate that waits, its deployment, the schedule of renewals. The front door; `createAcme` stands beside it.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Serving, Slot } from '../identity/identity.ts';
import type { RevocationReason } from './client/resource/revocation-reason.ts';
import type {
  AcmeAccountView,
  AcmeCheckRow,
  AcmeDirectoryView,
  AcmeOrderView,
  AcmeProviderPatch,
  AcmeProviderRequest,
  AcmeProviderView,
  AcmeRunning,
  AcmeSlotPatch,
  AcmeSlotView,
  AcmeTimelineEntry,
  HttpListenerPatch,
  HttpListenerView,
} from './schemas.ts';

/** The private CA of this gateway as a provider; given by whoever ties the features together. */
export interface PrivateCaProvider {
  /** Names of the templates that a provider can name; none: there is no private CA yet. */
  templates(): Promise<readonly string[]>;
  /** Signs a PKCS#10 request (DER) by that template; the leaf first, then its chain without the root, DER. */
  issue(actor: Actor, request: { readonly csr: Uint8Array; readonly template: string }): Promise<readonly Uint8Array[]>;
  /** DER of its roots: where its chains end. */
  roots(): Promise<readonly Uint8Array[]>;
  /** `serial` in hexadecimal. Rejects with a Problem. */
  revoke(actor: Actor, serial: string, reason: RevocationReason): Promise<void>;
}

/** Answers to HTTP-01 (RFC 8555 8.3): the listener opens while there are any. */
export interface HttpChallenges {
  /** Key authorizations by token, added to those known or removed from them. Resolves when that is served. */
  serve(answers: Readonly<Record<string, string>>, how: 'add' | 'remove'): Promise<void>;
  /** `always`: open without a challenge too. `redirect`: where everything but challenges is sent. */
  configure(settings: {
    readonly always: boolean;
    readonly redirect: { readonly httpsPort: number; readonly names: readonly string[] } | null;
  }): Promise<void>;
}

/** Certificates that answer TLS-ALPN-01 (RFC 8737): presented to who offers `acme-tls/1`. */
export interface AlpnChallenge {
  /** Lower-case DNS name, or the reverse name of an address (RFC 8738 6). */
  readonly name: string;
  readonly certificatePem: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
}

export interface AcmeProviders {
  /** In the order of fall-back. */
  list(): Promise<readonly AcmeProviderView[]>;
  /** Throws `acme.no-provider` (404). */
  get(id: string): Promise<AcmeProviderView>;
  /** Throws `acme.provider-invalid` (422). */
  add(actor: Actor, request: AcmeProviderRequest): Promise<AcmeProviderView>;
  /** Throws `acme.stale` (409), `acme.provider-invalid` (422). */
  change(actor: Actor, id: string, patch: AcmeProviderPatch): Promise<AcmeProviderView>;
  /** Throws `acme.provider-used` (409) while a slot names it. */
  remove(actor: Actor, id: string): Promise<void>;
  /** `ids`: every provider. */
  order(actor: Actor, ids: readonly string[]): Promise<readonly AcmeProviderView[]>;
  /** Asks the CA. Throws `acme.unreachable` (502). */
  directory(id: string): Promise<AcmeDirectoryView>;
}

export interface AcmeAccounts {
  /** Registers; `acceptTerms` names the URL that was shown. Throws `acme.terms` (422) when the CA has others. */
  create(actor: Actor, provider: string, acceptTerms: string | undefined): Promise<AcmeAccountView>;
  /** Tells the CA the contact of the provider. */
  updateContact(actor: Actor, provider: string, contact: readonly string[]): Promise<AcmeAccountView>;
  /** Exchanges the account's key (RFC 8555 7.3.5). */
  rollOver(actor: Actor, provider: string): Promise<AcmeAccountView>;
  /** At the CA, for ever (RFC 8555 7.3.6). */
  deactivate(actor: Actor, provider: string): Promise<AcmeAccountView>;
  /** Forgets the account here; the next order makes a new one. */
  reset(actor: Actor, provider: string): Promise<AcmeAccountView>;
}

export interface AcmeDeployment extends Serving {
  readonly slot: AcmeSlotView;
}

export interface AcmeSlots {
  list(): Promise<readonly AcmeSlotView[]>;
  get(slot: Slot): Promise<AcmeSlotView>;
  /** Throws `acme.stale` (409), `acme.slot-invalid` (422). */
  change(actor: Actor, slot: Slot, patch: AcmeSlotPatch): Promise<AcmeSlotView>;
  /** Sign CSR with ACME Provider: begins an order and answers at once. Throws `acme.order-running` (409). */
  sign(actor: Actor, slot: Slot, provider?: string): Promise<AcmeOrderView>;
  /** Test this set-up: an order at the staging directory whose certificate is looked at and thrown away. */
  test(actor: Actor, slot: Slot, provider: string): Promise<AcmeOrderView>;
  /** One more attempt of the scheduler at once. Throws `acme.retry-limit` (429). */
  retryNow(actor: Actor, slot: Slot): Promise<AcmeSlotView>;
  /** PEM of the certificate that waits. Throws `acme.nothing-pending` (404). */
  pendingPem(slot: Slot): Promise<string>;
  pendingText(slot: Slot): Promise<string>;
  deploy(actor: Actor, slot: Slot): Promise<AcmeDeployment>;
  discardPending(actor: Actor, slot: Slot): Promise<AcmeSlotView>;
  /** Revokes at the CA that made it; `pending` instead of the one that is served. */
  revoke(actor: Actor, slot: Slot, which: 'active' | 'pending', reason: RevocationReason): Promise<AcmeSlotView>;
  preFlight(slot: Slot, provider?: string): Promise<readonly AcmeCheckRow[]>;
  /** The known CA certificates of the slot's providers; empty when none is known. */
  issuersPem(slot: Slot): Promise<string>;
  /** Appends the provider's CA certificates to the trusted CA list. */
  appendIssuers(actor: Actor, slot: Slot): Promise<readonly AcmeCheckRow[]>;
  timeline(slot?: Slot): Promise<readonly AcmeTimelineEntry[]>;
}

export interface AcmeHttpListener {
  get(): Promise<HttpListenerView>;
  /** Throws `acme.stale` (409). */
  change(actor: Actor, patch: HttpListenerPatch): Promise<HttpListenerView>;
}

export interface Acme {
  readonly httpListener: AcmeHttpListener;
  readonly providers: AcmeProviders;
  readonly accounts: AcmeAccounts;
  readonly slots: AcmeSlots;
  orders(slot: Slot): Promise<readonly AcmeOrderView[]>;
  /** Orders under way, whoever began them. */
  running(): Promise<AcmeRunning>;
  /** Throws `acme.no-order` (404). */
  order(id: string): Promise<AcmeOrderView>;
  /** Ends what is under way; the account and its order at the CA stay. */
  abandon(actor: Actor, id: string): Promise<AcmeOrderView>;
  /** Certificates that the edges present to a CA that looks (RFC 8737). */
  alpnChallenges(): Promise<readonly AlpnChallenge[]>;
  conditions(now: number): Promise<readonly Condition[]>;
  /** Does all that is due by the clock; answers when to be called again, in milliseconds since 1970. */
  tick(): Promise<number>;
  /** Goes on with what was under way, and keeps calling `tick`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
