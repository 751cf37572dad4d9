/**
 * A client of one ACME server for one account (RFC 8555, 8738, 9773, profiles). It keeps nothing but nonces and the
 * directory: every step takes and returns plain data, so that an order can be gone on with after a restart, also
 * elsewhere. Everything that comes from the server is hostile data. Failures are thrown as AcmeProblem.
 */
import type { KeyObject } from 'node:crypto';
import { accountRequests } from './account-requests.ts';
import { certificateRequests } from './certificate-requests.ts';
import type { DownloadedChain } from './downloaded-chain.ts';
import { orderRequests } from './order-requests.ts';
import type { Account, NewAccount } from './resource/account.ts';
import type { Authorization, Challenge } from './resource/authorization.ts';
import type { Directory } from './resource/directory.ts';
import type { NewOrder, Order } from './resource/order.ts';
import type { RenewalInfo } from './resource/renewal-info.ts';
import type { RevocationReason } from './resource/revocation-reason.ts';
import { SignedRequests, type SignedRequestsDeps } from './wire/signed-requests.ts';

export interface AcmeClientDeps extends SignedRequestsDeps {
  /** Waits so many milliseconds; for tests with a clock of their own. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface AcmeClient {
  /** Asked once, then remembered for an hour. */
  directory(): Promise<Directory>;
  /** RFC 7638 thumbprint of the account's key, for key authorizations. */
  readonly thumbprint: string;
  /** Undefined until an account was registered or found. */
  readonly accountUrl: string | undefined;

  /** Registers an account, or finds the one that this key has. Later requests use it. */
  newAccount(input: NewAccount): Promise<Account>;
  /** The account that this key has (RFC 8555 7.3.1); undefined when there is none. */
  findAccount(): Promise<Account | undefined>;
  /** As the CA shows it to its holder. */
  account(): Promise<Account>;
  updateAccount(change: { readonly email?: readonly string[]; readonly termsAgreed?: boolean }): Promise<Account>;
  /** For good (RFC 8555 7.3.6): no request with this key is taken afterwards. */
  deactivateAccount(): Promise<Account>;
  /** From then on the account has the new key (RFC 8555 7.3.5), and so has this client. */
  changeKey(newKey: KeyObject): Promise<void>;

  /**
   * The order, for exactly these names, and whether `replaces` was left out because the CA would not have it
   * (RFC 9773 5).
   */
  newOrder(order: NewOrder): Promise<{ readonly order: Order; readonly replacesLeftOut: boolean }>;
  order(url: string): Promise<Order>;
  authorization(url: string): Promise<Authorization>;
  deactivateAuthorization(url: string): Promise<Authorization>;
  /** Tells the CA that the proof stands; pass the thing that `authorization` gave. */
  respond(challenge: Challenge): Promise<Challenge>;
  /** Asks again and again until the authorization is no longer pending, at most `within` milliseconds. */
  waitForAuthorization(
    url: string,
    within: number,
    signal: AbortSignal,
    /** Told every answer, the last one too. */
    told?: (authorization: Authorization) => Promise<void>,
  ): Promise<Authorization>;
  /** Asks again and again until the order is none of these, at most `within` milliseconds. */
  waitForOrder(
    url: string,
    while_: readonly ('pending' | 'processing' | 'ready')[],
    within: number,
    signal: AbortSignal,
  ): Promise<Order>;
  /** Sends the CSR (DER) of an order that is ready. */
  finalize(order: Order, csr: Uint8Array): Promise<Order>;

  /** The chain of an order that is valid. With `preferredChain`, alternates are looked at too (RFC 8555 7.4.2). */
  certificate(url: string, options?: { readonly preferredChain?: string }): Promise<DownloadedChain>;
  /** Revokes by the account's key, or by the certificate's own when it is given (RFC 8555 7.6). */
  revoke(certificate: Uint8Array, reason?: RevocationReason, certificateKey?: KeyObject): Promise<void>;
  /** `certificateId` by `ariCertificateId`. Throws `acme.not-offered` at a CA without ARI. */
  renewalInfo(certificateId: string): Promise<{
    readonly info: RenewalInfo;
    /** When to ask again: milliseconds since 1970, one minute to 24 hours from now (RFC 9773 4.3). */
    readonly askAgainAt: number;
  }>;
}

export function createAcmeClient(deps: AcmeClientDeps): AcmeClient {
  const requests = new SignedRequests(deps);
  return {
    directory: () => requests.directory(),
    get thumbprint() {
      return requests.thumbprint;
    },
    get accountUrl() {
      return requests.accountUrl;
    },
    ...accountRequests(requests),
    ...orderRequests(requests, deps),
    ...certificateRequests(requests, deps),
  };
}
