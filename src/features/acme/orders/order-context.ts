/** What every step of an order has at hand, and what it answers. */

import type { Actor } from '../../../lib/actor.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { decodePem } from '../../../pki/pem.ts';
import type { Lease } from '../../../storage/lease.ts';
import type { Trx } from '../../../storage/schema.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { ChallengeSolver } from '../challenge/challenge-solver.ts';
import type { Identifier } from '../client/resource/identifier.ts';
import type { OpenAccount } from '../providers/accounts.ts';
import type { Provider } from '../providers/provider.ts';
import type { AcmeSlotSettings } from '../schemas.ts';
import type { OrderRow } from '../store.ts';
import type { OrderFields, OrderStep } from './order-record.ts';

export interface OrderContext {
  readonly deps: AcmeDeps;
  readonly actor: Actor;
  readonly row: OrderRow;
  readonly fields: OrderFields;
  readonly slot: Slot;
  readonly settings: AcmeSlotSettings;
  readonly provider: Provider;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly solver: () => Promise<ChallengeSolver>;
  /** The account, opened once for all steps that follow. */
  readonly account: () => Promise<OpenAccount>;
}

export interface StepResult {
  readonly next: OrderStep | 'done';
  readonly words: string;
  readonly change?: Partial<OrderFields>;
  /** Of the order at the CA, once it is known. */
  readonly url?: string;
  /** Written in the same transaction. */
  readonly alongside?: (trx: Trx) => Promise<void>;
  /** Owns the transaction of the result, and runs `within` first in it. */
  readonly keep?: (within: (trx: Trx) => Promise<void>) => Promise<unknown>;
}

export type Step = (context: OrderContext) => Promise<StepResult>;

/** The names of an order as the CA wants them; slots hold DNS names only. */
export function identifiersOf(names: readonly string[]): readonly Identifier[] {
  return names.map((value) => ({ type: 'dns', value }));
}

/** Roots that a chain may end at: those trusted here, and those in the provider's CA file. */
export async function rootsFor(
  { trustedCas, privateCa }: AcmeDeps,
  provider: Provider,
): Promise<readonly Certificate[]> {
  const trusted = await trustedCas.issuers();
  if (provider.kind === 'acme') return [...trusted, ...certificatesOf(provider.caPem)];
  // the private CA is our own: where its chains end, they are trusted
  return [...trusted, ...parseAll((await privateCa?.roots()) ?? [])];
}

/** The certificates of a CA file; what cannot be read is passed over. */
export function certificatesOf(pem: string): readonly Certificate[] {
  const blocks = pem.trim() === '' ? undefined : decodePem(pem);
  if (blocks?.ok !== true) return [];
  return parseAll(blocks.value.map(({ der }) => der));
}

/** The certificates that can be read. */
export function parseAll(all: readonly Uint8Array[]): readonly Certificate[] {
  return all.flatMap((der) => {
    const read = parseCertificate(der);
    return read.ok ? [read.value] : [];
  });
}
