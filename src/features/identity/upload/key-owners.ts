/** Whose key is it? Lets an error name the owner instead of only a fingerprint. */
import { printable } from '../../../lib/printable.ts';
import { isoSeconds } from '../../../lib/time-text.ts';
import type { Db } from '../../../storage/schema.ts';
import { type Slot, slotLabel } from '../slots.ts';
import * as store from '../store.ts';

/** In words, who has or had the key `keyId`; undefined when it was never seen. */
export async function ownerOf(db: Db, keyId: string): Promise<string | undefined> {
  const csr = await store.selectPendingCsrByKey(db, keyId);
  if (csr !== undefined) return `the pending CSR of the ${name(csr.slot)}`;
  const held = (await store.selectHeldByKey(db, keyId))[0];
  if (held !== undefined) return `the ${held.state} ${name(held.slot)}`;
  const known = await store.selectKnownKey(db, keyId);
  if (known === undefined) return undefined;
  if (known.what === 'peer') return `the peer ${printable(known.note)}`;
  if (known.what === 'discarded-csr') {
    return `a CSR of the ${name(known.slot)} that was discarded on ${isoSeconds(known.seen_at)}; its key was destroyed`;
  }
  return `an earlier ${name(known.slot)}; its key is no longer held`;
}

/** The other peer that has shown this key, if any. */
export async function peerWithKey(db: Db, keyId: string): Promise<string | undefined> {
  const known = await store.selectKnownKey(db, keyId);
  return known?.what === 'peer' ? printable(known.note) : undefined;
}

function name(slot: string): string {
  if (slot === store.temporaryCaSlot) return 'temporary CA';
  const label = slotLabel(slot as Slot);
  return label.charAt(0).toLowerCase() + label.slice(1);
}
