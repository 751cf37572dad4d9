/** Authorities, certificates and templates in the database: all SQL of the private CA but that of publishing. */
import { type Insertable, type Selectable, sql } from 'kysely';
import { insertRows } from '../../storage/insert-rows.ts';
import type {
  Db,
  PrivateCaAuthoritiesTable,
  PrivateCaCertificatesTable,
  PrivateCaTemplatesTable,
  Trx,
} from '../../storage/schema.ts';
import type { IssuedQuery } from './issued/issued.ts';

export type AuthorityRow = PrivateCaAuthoritiesTable;
export type CertificateRow = Selectable<PrivateCaCertificatesTable>;
export type NewCertificate = Omit<Insertable<PrivateCaCertificatesTable>, 'seq'> & { readonly der: Uint8Array | null };

/** Roots first, then the newest. */
export function readAuthorities(db: Db): Promise<AuthorityRow[]> {
  return db
    .selectFrom('private_ca_authorities')
    .selectAll()
    .orderBy('role', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

export async function insertAuthority(trx: Trx, row: AuthorityRow): Promise<void> {
  await trx.insertInto('private_ca_authorities').values(row).execute();
}

export async function updateAuthority(trx: Trx, id: string, change: Partial<Omit<AuthorityRow, 'id'>>): Promise<void> {
  await trx.updateTable('private_ca_authorities').set(change).where('id', '=', id).execute();
}

export async function deleteAuthority(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('private_ca_authorities').where('id', '=', id).execute();
}

/**
 * Adds rows in this order, which is that of `seq`. There is one writer, so the numbers can be counted here. Rejects
 * when an authority has used a serial number before.
 */
export async function insertCertificates(trx: Trx, rows: readonly NewCertificate[]): Promise<void> {
  const first = (await lastCertificate(trx)) + 1;
  await insertRows(
    trx,
    'private_ca_certificates',
    rows.map(({ der: _, ...row }, i) => ({ seq: first + i, ...row })),
  );
  await insertRows(
    trx,
    'private_ca_bodies',
    rows.flatMap(({ der }, i) => (der === null ? [] : [{ seq: first + i, der }])),
  );
}

/** The `seq` of the newest; 0 when there is none. */
export async function lastCertificate(db: Db): Promise<number> {
  const row = await db
    .selectFrom('private_ca_certificates')
    .select((e) => e.fn.max('seq').as('last'))
    .executeTakeFirst();
  return row?.last ?? 0;
}

export interface CertificatePage {
  /** The first `seq` that is looked at. */
  readonly from: number;
  /** The first one that is not. */
  readonly before: number;
  readonly limit: number;
}

/** What fits the query among the rows of a page, newest first. */
export function selectCertificates(
  db: Db,
  { text, serial, authority, template, state, expiresBefore }: Omit<IssuedQuery, 'before' | 'limit'>,
  { from, before, limit }: CertificatePage,
  now: number,
): Promise<CertificateRow[]> {
  // the sign keeps SQLite to the index of serial numbers, where it would go through all that lie between the two
  const seq = serial === undefined ? sql.ref<number>('seq') : sql<number>`+seq`;
  let rows = db
    .selectFrom('private_ca_certificates')
    .selectAll()
    .where(seq, '>=', from)
    .where(seq, '<', before)
    .orderBy('seq', 'desc')
    .limit(limit);
  if (serial !== undefined) rows = rows.where('serial', '>=', serial).where('serial', '<=', `${serial}g`);
  if (authority !== undefined) rows = rows.where('authority', '=', authority);
  if (template !== undefined) rows = rows.where('template', '=', template);
  if (expiresBefore !== undefined) rows = rows.where('not_after', '<', expiresBefore);
  if (state === 'good') rows = rows.where('status', '=', 'good').where('not_after', '>=', now);
  else if (state === 'expired') rows = rows.where('status', '!=', 'revoked').where('not_after', '<', now);
  else if (state === 'on-hold') rows = rows.where('status', '=', 'on-hold').where('not_after', '>=', now);
  else if (state !== undefined) rows = rows.where('status', '=', state);
  for (const word of text?.toLowerCase().split(/\s+/).filter(Boolean) ?? []) {
    rows = rows.where(sql<boolean>`search like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`);
  }
  return rows.execute();
}

/** Every certificate of this serial number; more than one only when several authorities used it. */
export function certificatesWith(db: Db, serial: string, authority?: string): Promise<CertificateRow[]> {
  const rows = db.selectFrom('private_ca_certificates').selectAll().where('serial', '=', serial);
  return (authority === undefined ? rows : rows.where('authority', '=', authority)).limit(10).execute();
}

export async function readBody(db: Db, seq: number): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom('private_ca_bodies').select('der').where('seq', '=', seq).executeTakeFirst();
  return row?.der;
}

/** Certificates of an authority with their bytes, oldest first, one at a time. */
export function streamAll(db: Db, authority: string) {
  return db
    .selectFrom('private_ca_certificates')
    .leftJoin('private_ca_bodies', 'private_ca_bodies.seq', 'private_ca_certificates.seq')
    .selectAll('private_ca_certificates')
    .select('private_ca_bodies.der')
    .where('authority', '=', authority)
    .orderBy('private_ca_certificates.seq')
    .stream();
}

/** Up to `limit` rows after `after`, not expired, in the order they were issued. */
export function statusesAfter(db: Db, authority: string, page: { after: number; now: number; limit: number }) {
  return db
    .selectFrom('private_ca_certificates')
    .select(['seq', 'serial', 'status', 'revoked_at', 'reason', 'not_after', 'partition'])
    .where('authority', '=', authority)
    .where('seq', '>', page.after)
    .where('not_after', '>=', page.now)
    .orderBy('seq')
    .limit(page.limit)
    .execute();
}

export interface RevokedPage {
  readonly authority: string;
  readonly partition: number;
  readonly expiredBefore: number;
  /** Last serial number of the page before; empty for the first. */
  readonly after: string;
  readonly limit: number;
}

/** What is revoked or on hold, ordered by serial number. */
export function revokedAfter(db: Db, page: RevokedPage) {
  return db
    .selectFrom('private_ca_certificates')
    .select(['serial', 'revoked_at', 'reason'])
    .where('authority', '=', page.authority)
    .where('partition', '=', page.partition)
    .where('revoked_at', 'is not', null)
    .where('not_after', '>=', page.expiredBefore)
    .where('serial', '>', page.after)
    .orderBy('serial')
    .limit(page.limit)
    .execute();
}

export interface StatusUpdate {
  readonly status: CertificateRow['status'];
  readonly revoked_at: number | null;
  readonly reason: number | null;
}

export async function updateStatus(trx: Trx, seq: number, status: StatusUpdate): Promise<void> {
  await trx.updateTable('private_ca_certificates').set(status).where('seq', '=', seq).execute();
}

/** How many an authority issued, and how many of them are revoked or on hold. */
export async function countCertificates(db: Db, authority: string): Promise<{ issued: number; revoked: number }> {
  const row = await db
    .selectFrom('private_ca_certificates')
    .select((e) => [e.fn.countAll<number>().as('issued'), e.fn.count<number>('revoked_at').as('revoked')])
    .where('authority', '=', authority)
    .executeTakeFirstOrThrow();
  return { issued: Number(row.issued), revoked: Number(row.revoked) };
}

export function readTemplates(db: Db): Promise<PrivateCaTemplatesTable[]> {
  return db.selectFrom('private_ca_templates').selectAll().orderBy('name').execute();
}

export async function writeTemplate(trx: Trx, row: PrivateCaTemplatesTable): Promise<void> {
  const { name: _, ...rest } = row;
  await trx
    .insertInto('private_ca_templates')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(rest))
    .execute();
}

export async function deleteTemplate(trx: Trx, name: string): Promise<void> {
  await trx.deleteFrom('private_ca_templates').where('name', '=', name).execute();
}
