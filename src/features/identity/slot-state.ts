/** How a slot moves from one certificate to the next: the new one active, the former kept for roll-back, older ones retired. */

import { Problem } from '../../lib/problem.ts';
import { recordDigest } from '../../storage/record-digest.ts';
import type { Db, Trx } from '../../storage/schema.ts';
import type { Vault } from '../../storage/vault.ts';
import { damageOf } from './key-material.ts';
import { type Slot, slotLabel } from './slots.ts';
import * as store from './store.ts';

/** The slot's row; `server` and `client` are there without one. Throws `identity.no-such-slot` (404) for an unknown domain. */
export async function existingSlot(db: Db, slot: Slot): Promise<store.SlotRow> {
  const row = await store.selectSlot(db, slot);
  if (row !== undefined) return row;
  if (slot === 'server' || slot === 'client') return { slot, version: 0, active_id: null, previous_id: null };
  throw new Problem({
    code: 'identity.no-such-slot',
    status: 404,
    title: 'No such certificate.',
    detail: `${slotLabel(slot)} is not set up.`,
    hint: 'Add the domain first.',
  });
}

/**
 * Makes `version` (stored in the same transaction) the active one. What was active becomes the previous; a damaged one
 * does not, so that a good one stays. With `undefined` the slot is emptied the same way.
 */
export async function activate(
  trx: Trx,
  vault: Vault,
  slot: store.AnySlot,
  version: store.VersionRow | undefined,
): Promise<void> {
  const row = await store.selectSlot(trx, slot);
  const active = await store.selectVersion(trx, row?.active_id);
  const previous = await store.selectVersion(trx, row?.previous_id);
  const keepActive = active !== undefined && (previous === undefined || damageOf(vault, active) === undefined);
  const kept = keepActive ? active : previous;
  if (version !== undefined) await store.insertVersion(trx, version);
  if (kept !== undefined && kept.state !== 'previous') await store.setVersionState(trx, kept.id, 'previous');
  await store.writeSlot(trx, slot, { activeId: version?.id ?? null, previousId: kept?.id ?? null });
  for (const old of [active, previous]) {
    if (old !== undefined && old.id !== kept?.id) await retire(trx, old);
  }
  await store.forgetRetired(trx, slot, historyLength);
}

/** Retired certificates that the history keeps. */
const historyLength = 100;

/** Exchanges active and previous. The caller has made sure that there is a previous one. */
export async function exchange(trx: Trx, row: store.SlotRow, previous: store.VersionRow, now: number): Promise<void> {
  if (row.active_id !== null) await store.setVersionState(trx, row.active_id, 'previous');
  await store.setVersionState(trx, previous.id, 'active', now);
  await store.writeSlot(trx, row.slot as Slot, { activeId: previous.id, previousId: row.active_id });
}

/** What the audit log hashes as the state of a slot. */
export function stateText(row: store.SlotRow | undefined): string {
  return JSON.stringify([row?.slot, row?.version ?? 0, row?.active_id ?? null, row?.previous_id ?? null]);
}

async function retire(trx: Trx, row: store.VersionRow): Promise<void> {
  const { certificate, chain } = row;
  await store.retireVersion(trx, row.id, recordDigest({ certificate, chain, sealed_key: new Uint8Array(0) }));
}
