/** Every query of the identities: slots, versions, requests, known keys, previews. */
import type { Selectable } from 'kysely';
import { failPoint } from '../../lib/fail-point.ts';
import type {
  CertificateRequestsTable,
  Db,
  IdentityRenewalsTable,
  IdentitySlotsTable,
  IdentityVersionsTable,
  KnownKeysTable,
  PreviewsTable,
  Trx,
} from '../../storage/schema.ts';
import type { Slot } from './slots.ts';

export type SlotRow = Selectable<IdentitySlotsTable>;
export type VersionRow = Selectable<IdentityVersionsTable>;
export type CsrRow = Selectable<CertificateRequestsTable>;
export type KnownKeyRow = Selectable<KnownKeysTable>;
export type RenewalRow = Selectable<IdentityRenewalsTable>;
export type PreviewRow = Selectable<PreviewsTable>;

/** Where the temporary CA is kept: a slot that nobody can name. */
export const temporaryCaSlot = 'temporary-ca';
export type AnySlot = Slot | typeof temporaryCaSlot;

/** Every slot that has a row, in the order of their names. */
export function selectSlots(db: Db): Promise<SlotRow[]> {
  return db.selectFrom('identity_slots').selectAll().where('slot', '<>', temporaryCaSlot).orderBy('slot').execute();
}

export function selectSlot(db: Db, slot: AnySlot): Promise<SlotRow | undefined> {
  return db.selectFrom('identity_slots').selectAll().where('slot', '=', slot).executeTakeFirst();
}

/** All versions of a slot, the newest first. */
export function selectVersions(db: Db, slot: AnySlot): Promise<VersionRow[]> {
  return db
    .selectFrom('identity_versions')
    .selectAll()
    .where('slot', '=', slot)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

export async function selectVersion(db: Db, id: string | null | undefined): Promise<VersionRow | undefined> {
  if (id === null || id === undefined) return undefined;
  return db.selectFrom('identity_versions').selectAll().where('id', '=', id).executeTakeFirst();
}

export function selectCsr(db: Db, slot: Slot, state: 'pending' | 'last'): Promise<CsrRow | undefined> {
  return db
    .selectFrom('certificate_requests')
    .selectAll()
    .where('slot', '=', slot)
    .where('state', '=', state)
    .executeTakeFirst();
}

export function selectPendingCsrByKey(db: Db, keyId: string): Promise<CsrRow | undefined> {
  return db
    .selectFrom('certificate_requests')
    .selectAll()
    .where('key_id', '=', keyId)
    .where('state', '=', 'pending')
    .executeTakeFirst();
}

/** Versions whose key is still held, whatever their slot. */
export function selectHeldByKey(db: Db, keyId: string): Promise<Pick<VersionRow, 'slot' | 'state'>[]> {
  return db
    .selectFrom('identity_versions')
    .select(['slot', 'state'])
    .where('key_id', '=', keyId)
    .where('state', 'in', ['active', 'previous', 'pending-acme'])
    .execute();
}

export function selectKnownKey(db: Db, keyId: string): Promise<KnownKeyRow | undefined> {
  return db.selectFrom('known_keys').selectAll().where('spki_sha256', '=', keyId).executeTakeFirst();
}

/** Writes a slot's row with its version one higher; makes it when there is none. */
export async function writeSlot(
  trx: Trx,
  slot: AnySlot,
  state: { readonly activeId: string | null; readonly previousId: string | null },
): Promise<void> {
  failPoint('identity.slot');
  const values = { active_id: state.activeId, previous_id: state.previousId };
  const row = await selectSlot(trx, slot);
  if (row === undefined)
    await trx
      .insertInto('identity_slots')
      .values({ slot, version: 1, ...values })
      .execute();
  else {
    await trx
      .updateTable('identity_slots')
      .set({ ...values, version: row.version + 1 })
      .where('slot', '=', slot)
      .execute();
  }
  failPoint('identity.slot-written');
}

/** What belongs to the slot has changed; what it serves has not. */
export async function raiseSlotVersion(trx: Trx, slot: Slot): Promise<void> {
  const row = await selectSlot(trx, slot);
  await writeSlot(trx, slot, { activeId: row?.active_id ?? null, previousId: row?.previous_id ?? null });
}

export async function insertVersion(trx: Trx, row: VersionRow): Promise<void> {
  failPoint('identity.version');
  await trx.insertInto('identity_versions').values(row).execute();
  failPoint('identity.version-written');
}

export async function setVersionState(
  trx: Trx,
  id: string,
  state: VersionRow['state'],
  activatedAt?: number,
): Promise<void> {
  failPoint('identity.version-state');
  await trx
    .updateTable('identity_versions')
    .set(activatedAt === undefined ? { state } : { state, activated_at: activatedAt })
    .where('id', '=', id)
    .execute();
}

/** Keeps the certificate for the history and destroys the key; `digest` is the one of the record without it. */
export async function retireVersion(trx: Trx, id: string, digest: Uint8Array): Promise<void> {
  failPoint('identity.version-retire');
  await trx
    .updateTable('identity_versions')
    .set({ state: 'retired', sealed_key: new Uint8Array(0), digest })
    .where('id', '=', id)
    .execute();
}

/** Forgets all but the newest `keep` retired versions of a slot. */
export async function forgetRetired(trx: Trx, slot: AnySlot, keep: number): Promise<void> {
  const old = await trx
    .selectFrom('identity_versions')
    .select('id')
    .where('slot', '=', slot)
    .where('state', '=', 'retired')
    .orderBy('created_at', 'desc')
    .offset(keep)
    .limit(1000)
    .execute();
  if (old.length === 0) return;
  const ids = old.map((row) => row.id);
  await trx.deleteFrom('identity_versions').where('id', 'in', ids).execute();
}

export async function insertCsr(trx: Trx, row: CsrRow): Promise<void> {
  failPoint('identity.csr');
  await trx.insertInto('certificate_requests').values(row).execute();
  failPoint('identity.csr-written');
}

/** Ends a pending request and destroys its copy of the key; only one `last` request stays in a slot. */
export async function endCsr(trx: Trx, row: CsrRow, state: 'last' | 'discarded', now: number): Promise<void> {
  failPoint('identity.csr-end');
  if (state === 'last') {
    await trx.deleteFrom('certificate_requests').where('slot', '=', row.slot).where('state', '=', 'last').execute();
  }
  await trx
    .updateTable('certificate_requests')
    .set({ state, sealed_key: null, ended_at: now })
    .where('id', '=', row.id)
    .execute();
  failPoint('identity.csr-ended');
}

/** Remembers whose key it is. What is known of a peer's key is not overwritten by what happens here. */
export async function writeKnownKey(trx: Trx, row: KnownKeyRow): Promise<void> {
  failPoint('identity.known-key');
  const known = await selectKnownKey(trx, row.spki_sha256);
  if (known?.what === 'peer' && row.what !== 'peer') return;
  await trx
    .insertInto('known_keys')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column('spki_sha256')
        .doUpdateSet({ what: row.what, slot: row.slot, note: row.note, seen_at: row.seen_at }),
    )
    .execute();
}

/** The signed certificate of a slot that waits to be deployed. */
export function selectPending(db: Db, slot: Slot): Promise<VersionRow | undefined> {
  return db
    .selectFrom('identity_versions')
    .selectAll()
    .where('slot', '=', slot)
    .where('state', '=', 'pending-acme')
    .executeTakeFirst();
}

/** Removes a version that was never active, or that is written anew in the same transaction. */
export async function deleteVersion(trx: Trx, id: string): Promise<void> {
  failPoint('identity.version-delete');
  await trx.deleteFrom('identity_versions').where('id', '=', id).execute();
}

/** The request that was made for a renewal and is not answered yet. */
export function selectRenewal(db: Db, slot: Slot): Promise<RenewalRow | undefined> {
  return db.selectFrom('identity_renewals').selectAll().where('slot', '=', slot).executeTakeFirst();
}

export async function insertRenewal(trx: Trx, row: RenewalRow): Promise<void> {
  failPoint('identity.renewal');
  await trx.insertInto('identity_renewals').values(row).execute();
  failPoint('identity.renewal-written');
}

/** Destroys the keys of a slot's renewals. */
export async function deleteRenewals(trx: Trx, slot: Slot): Promise<void> {
  await trx.deleteFrom('identity_renewals').where('slot', '=', slot).execute();
}

/** Whether any was made before `time`. */
export async function hasRenewalsBefore(db: Db, time: number): Promise<boolean> {
  const row = await db.selectFrom('identity_renewals').select('id').where('created_at', '<', time).executeTakeFirst();
  return row !== undefined;
}

/** The same for all slots, of those made before `time`. */
export async function deleteRenewalsBefore(trx: Trx, time: number): Promise<void> {
  await trx.deleteFrom('identity_renewals').where('created_at', '<', time).execute();
}

/** Removes a slot with every version, request and preview. */
export async function deleteSlot(trx: Trx, slot: Slot): Promise<void> {
  failPoint('identity.slot-delete');
  await trx.deleteFrom('previews').where('slot', '=', slot).where('kind', '=', previewKind).execute();
  await trx.deleteFrom('certificate_requests').where('slot', '=', slot).execute();
  await deleteRenewals(trx, slot);
  await trx.deleteFrom('identity_slots').where('slot', '=', slot).execute();
  failPoint('identity.slot-emptied');
  await trx.deleteFrom('identity_versions').where('slot', '=', slot).execute();
}

const previewKind = 'identity-upload';

/** Stores a preview, and drops those that ended and all but the newest few of the slot. */
export async function insertPreview(trx: Trx, row: Omit<PreviewRow, 'kind'>, keep: number): Promise<void> {
  await trx.deleteFrom('previews').where('kind', '=', previewKind).where('expires_at', '<=', row.created_at).execute();
  const newest = await trx
    .selectFrom('previews')
    .select('id')
    .where('kind', '=', previewKind)
    .where('slot', '=', row.slot)
    .orderBy('created_at', 'desc')
    .execute();
  const surplus = newest.slice(keep - 1).map((r) => r.id);
  if (surplus.length > 0) await trx.deleteFrom('previews').where('id', 'in', surplus).execute();
  failPoint('identity.preview');
  await trx
    .insertInto('previews')
    .values({ ...row, kind: previewKind })
    .execute();
}

/** Drops every preview that ended by `now`, with the key it may hold. */
export async function deleteEndedPreviews(trx: Trx, now: number): Promise<void> {
  await trx.deleteFrom('previews').where('kind', '=', previewKind).where('expires_at', '<=', now).execute();
}

export function selectPreview(db: Db, id: string): Promise<PreviewRow | undefined> {
  return db.selectFrom('previews').selectAll().where('id', '=', id).where('kind', '=', previewKind).executeTakeFirst();
}

export async function deletePreview(trx: Trx, id: string): Promise<void> {
  failPoint('identity.preview-used');
  await trx.deleteFrom('previews').where('id', '=', id).execute();
}
