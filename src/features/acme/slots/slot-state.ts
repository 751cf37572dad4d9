/** Where a slot stands: what the CA suggests, failures in a row, when to try again, how signing and deploying went. */

import { z } from 'zod';
import type { Trx } from '../../../storage/schema.ts';
import type { Slot } from '../../identity/identity.ts';
import { longestWait } from '../client/wire/retry-after.ts';
import * as store from '../store.ts';
import { defaultSlotSettings } from './slot-settings.ts';

const hour = 3_600_000;

const outcome = z.object({
  at: z.number(),
  ok: z.boolean(),
  code: z.string(),
  words: z.string(),
  hint: z.string(),
  provider: z.string(),
});

const slotState = z.object({
  /** SHA-256 of the certificate that the times below are of, hexadecimal. */
  certificate: z.string(),
  /** Drawn once for that certificate. */
  random: z.number(),
  suggested: z.object({ start: z.number(), end: z.number(), explanation: z.string() }).nullable(),
  /** When the CA is asked for its suggestion again; 0: at once. */
  askAt: z.number(),
  failures: z.number(),
  failingSince: z.number().nullable(),
  failedAt: z.number().nullable(),
  nextAttempt: z.number().nullable(),
  permanent: z.boolean(),
  /** Failed for so long that a person has to say that it goes on. */
  stopped: z.boolean(),
  goneOnAt: z.number().nullable(),
  /** Times of attempts that a person asked for. */
  byHand: z.array(z.number()),
  /** The scheduler tries at its next look, whatever the times say. */
  tryNow: z.boolean(),
  /** The key in use is no longer good: the next certificate gets a new one, whatever is set. */
  newKey: z.boolean(),
  lastSign: outcome.nullable(),
  lastDeploy: outcome.nullable(),
  /** The certificate that was revoked last, by SHA-256, and when. */
  revoked: z.object({ certificate: z.string(), at: z.number(), reason: z.string() }).nullable(),
  /** Provider by SHA-256 of the certificate that it issued; the newest last. */
  issued: z.array(z.object({ certificate: z.string(), provider: z.string() })),
});

export type SlotState = z.infer<typeof slotState>;
export type Outcome = z.infer<typeof outcome>;

/** What a new certificate sets back: nothing is known of its renewal yet, and nothing has failed. */
export const renewalUnknown = {
  certificate: '',
  suggested: null,
  askAt: 0,
  failures: 0,
  failingSince: null,
  failedAt: null,
  nextAttempt: null,
  permanent: false,
  stopped: false,
  goneOnAt: null,
  tryNow: false,
  newKey: false,
} as const satisfies Partial<SlotState>;

export const emptyState: SlotState = {
  ...renewalUnknown,
  random: 0.5,
  byHand: [],
  lastSign: null,
  lastDeploy: null,
  revoked: null,
  issued: [],
};

/** The state of a row; the empty one for a slot without a row. */
export function readSlotState(row: Pick<store.SlotRow, 'state'> | undefined): SlotState {
  return row === undefined ? emptyState : slotState.parse({ ...emptyState, ...JSON.parse(row.state) });
}

/** Changes the state of a slot in the caller's transaction; the version of its settings stays. */
export async function changeState(
  trx: Trx,
  slot: Slot,
  change: (state: SlotState) => Partial<SlotState>,
): Promise<SlotState> {
  const row = (await store.selectSlot(trx, slot)) ?? {
    slot,
    version: 0,
    settings: JSON.stringify(defaultSlotSettings),
    state: '{}',
  };
  const before = readSlotState(row);
  const after = { ...before, ...change(before) };
  await store.writeSlot(trx, { ...row, state: JSON.stringify(after) });
  return after;
}

/**
 * The state without what a clock that ran ahead has left in it: a failure that is still to come never was, a time further
 * away than a CA can ask to wait was set by nobody. Without this nothing would be tried until that time comes.
 */
export function withoutFuture(state: SlotState, now: number): SlotState {
  const past = (time: number | null): number | null => (time !== null && time > now + hour ? null : time);
  const failedAt = past(state.failedAt);
  return {
    ...state,
    failedAt,
    failingSince: past(state.failingSince),
    goneOnAt: past(state.goneOnAt),
    nextAttempt: failedAt === state.failedAt ? state.nextAttempt : null,
    askAt: state.askAt > now + longestWait + hour ? 0 : state.askAt,
  };
}

/** When the certificate was revoked from here, and why; undefined unless it was. */
export function revocationOf({ revoked }: SlotState, certificate: string | undefined) {
  return revoked !== null && revoked.certificate === certificate ? revoked : undefined;
}

/** The provider that has issued a certificate; undefined when none set up here did. */
export function issuerOf(state: SlotState, certificate: string): string | undefined {
  return state.issued.findLast((one) => one.certificate === certificate)?.provider;
}
