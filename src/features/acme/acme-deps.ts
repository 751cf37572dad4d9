/** What ACME is made of; everything that time, chance and the network do to it can be given by a test. */
import type { CaaRecord } from 'node:dns';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Identity } from '../identity/identity.ts';
import type { SettingsFeature } from '../settings/settings.ts';
import type { TrustedCaFeature } from '../trusted-ca/trusted-ca.ts';
import type { HttpChallenges, PrivateCaProvider } from './acme.ts';
import type { HttpsTransport, HttpsTransportOptions } from './client/wire/https-transport.ts';

export interface AcmeDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly settings: Pick<SettingsFeature, 'get'>;
  readonly identity: Pick<
    Identity,
    | 'overview'
    | 'served'
    | 'pending'
    | 'pendingWarnings'
    | 'csrForRenewal'
    | 'renewalNames'
    | 'acceptSigned'
    | 'deployPending'
    | 'discardPending'
    | 'forgetOldRenewals'
  >;
  readonly trustedCas: Pick<TrustedCaFeature, 'issuers' | 'addWithin'>;
  /** The private CA of this gateway, if it has one. */
  readonly privateCa?: PrivateCaProvider;
  readonly httpChallenges: HttpChallenges;
  /** Where HTTP-01 is answered, and HTTPS. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Has every edge present what `alpnChallenges` answers now. */
  readonly publishAlpn: () => Promise<void>;
  /** How CAs are called; over HTTPS unless given. */
  readonly transport?: (options: HttpsTransportOptions) => HttpsTransport;
  /** Addresses of a name, for the look before an order; the system's resolver unless given. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** CAA records of a name, for the same; rejects as `node:dns` does. */
  readonly resolveCaa?: (name: string) => Promise<readonly CaaRecord[]>;
  /** Waits so many milliseconds of real time between two questions to a CA. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** 0 to below 1. */
  readonly random?: () => number;
  readonly onError: (error: unknown) => void;
}
