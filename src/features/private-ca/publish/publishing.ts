/**
 * What the private CA publishes and when: CRLs on time and at once after a revocation, OCSP responders that renew
 * themselves, the state of every certificate for them. The process that serves it all is src/pki-http.
 */
import type { Actor } from '../../../lib/actor.ts';
import type { Condition } from '../../../lib/condition.ts';
import type { Secret } from '../../../lib/secret.ts';
import type { PublicationLimits } from '../../../storage/publication/published-snapshot.ts';
import type { PrivateCa } from '../private-ca.ts';

/** How it is published, and how much of it strangers may ask for at once. */
export interface PublishSettings extends PublicationLimits {
  /** Grows by one with every change. */
  readonly version: number;
  /** How long a CRL holds, in hours; a new one is published after half of that. */
  readonly crlHours: number;
  /** The same for authorities whose key is under a passphrase, in days. */
  readonly passphraseCrlDays: number;
  /** A revocation is in a CRL at once, not only in the next regular one. */
  readonly immediately: boolean;
  /** How long an OCSP answer holds, in hours. */
  readonly ocspHours: number;
}

/** A CRL as it is published; times are milliseconds since 1970. */
export interface PublishedCrlState {
  /** 0 for the one about all certificates. */
  readonly partition: number;
  /** Path below the public address. */
  readonly path: string;
  /** Decimal. */
  readonly number: string;
  readonly entries: number;
  readonly bytes: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** When the next regular one is planned. */
  readonly renewAt: number;
  /** How long it took to make, in milliseconds. */
  readonly took: number;
}

export interface PublicationProgress {
  readonly partition: number;
  readonly step: 'collecting' | 'signing';
  readonly entries: number;
  /** As far as it is known: of long ones what the last CRL had. */
  readonly total: number;
}

/** What is published about one authority. */
export interface AuthorityPublication {
  readonly authority: string;
  readonly label: string;
  /** `passphrase`: nothing is signed unless somebody gives it. */
  readonly key: 'passphrase' | 'sealed' | 'none';
  readonly crls: readonly PublishedCrlState[];
  /** Undefined while no OCSP answers are given. */
  readonly responder: { readonly notBefore: number; readonly notAfter: number } | undefined;
  /** What is being made at this moment. */
  readonly progress: PublicationProgress | undefined;
  /** Why the last attempt failed; undefined when it did not. */
  readonly failure: string | undefined;
}

/** The serving process, as the supervisor last told. */
export interface ServiceState {
  readonly state: 'off' | 'starting' | 'running' | 'failed';
  /** 0 while it is off. */
  readonly port: number;
  /** Why it does not run. */
  readonly reason: string;
  /** Of the snapshot it serves. */
  readonly serial: number;
  /** Connections open, and refused because there were too many. */
  readonly open: number;
  readonly refused: number;
  /** Since the process was started. */
  readonly answers: ServiceAnswers;
}

export interface ServiceAnswers {
  readonly ocsp: number;
  readonly ocspSigned: number;
  readonly ocspLater: number;
  readonly files: number;
  readonly nothing: number;
}

export interface PublishingState {
  /** Empty while the gateway has neither a name nor a public address. */
  readonly address: string;
  readonly service: ServiceState;
  /** Of the snapshot that was written last; the service serves it when its own is the same. */
  readonly serial: number;
  readonly authorities: readonly AuthorityPublication[];
}

export interface Publishing {
  /** Brings everything up to date and keeps it so. */
  start(): Promise<void>;
  /** The private CA, whose operations that come with a passphrase also publish what needs it. */
  observed(ca: PrivateCa): PrivateCa;
  /** Ends the timers and waits for what is under way. */
  stop(): Promise<void>;
  state(): Promise<PublishingState>;
  /** Publishes every CRL of an authority anew. Throws `private-ca.passphrase-needed` (422) where one is. */
  publishNow(actor: Actor, authority: string, passphrase?: Secret<string>): Promise<AuthorityPublication>;
  settings(): Promise<PublishSettings>;
  changeSettings(actor: Actor, patch: Partial<PublishSettings>, version: number): Promise<PublishSettings>;
  conditions(): Promise<readonly Condition[]>;
  /** What the supervisor tells about the serving process. */
  takeServiceState(state: ServiceState): void;
  /** The number that the next CRL of an authority will have at least. */
  nextNumber(authority: string): Promise<bigint>;
  /** When nothing is being made any more. */
  settled(): Promise<void>;
}

/** Before it was ever told anything. */
export const serviceOff: ServiceState = {
  state: 'off',
  port: 0,
  reason: '',
  serial: 0,
  open: 0,
  refused: 0,
  answers: { ocsp: 0, ocspSigned: 0, ocspLater: 0, files: 0, nothing: 0 },
};
