/** What every operation of the ACME server works with, and one call on its way through. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { AcmeServerSettings } from '../acme-server-settings.ts';
import type { IssuingCa, IssuingTemplate } from '../issuing-ca.ts';
import type { NameServer } from '../validation/name-server.ts';
import type { Validate } from '../validation/validate.ts';
import type { AcmeRequest } from './exchange.ts';
import type { Nonces } from './nonces.ts';

export interface Core {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly ca: IssuingCa;
  readonly nonces: Nonces;
  readonly settings: () => AcmeServerSettings;
  /** Whether clients may call by this lower-case name or address. */
  readonly isOwnHost: (host: string) => Promise<boolean>;
  readonly validate: Validate;
  /** Asks these DNS servers, those of this machine when there are none. */
  readonly nameServer: (resolvers: readonly string[]) => NameServer;
  readonly onError: (error: unknown) => void;
  /** Orders for which a certificate is being issued in this process. */
  readonly issuing: Set<string>;
  /** Whether a proof of control that is still good is used again; always, unless a test says otherwise. */
  readonly reuses: () => boolean;
}

export interface Call {
  readonly request: AcmeRequest;
  /** `https://ca.example.com/acme/default`, without a slash at the end. */
  readonly base: string;
  /** What this directory offers, the default one first. */
  readonly profiles: readonly IssuingTemplate[];
}

/** 128 random bits in hexadecimal. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** A client in the audit log: what it may do was decided by its signature, not by a role. */
export function accountActor(accountId: string, { address, requestId }: AcmeRequest): Actor {
  const name = `ACME account ${accountId.slice(0, 8)}`;
  return { kind: 'system', id: `acme-server ${accountId}`, name, role: 'administrator', address, requestId };
}

/** Stands for the request of work that goes on after a restart: who asked is not known any more. */
export const noRequest: AcmeRequest = {
  method: 'POST',
  path: '',
  host: '',
  contentType: '',
  address: '',
  requestId: '',
  body: new Uint8Array(),
};
