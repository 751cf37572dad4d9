/** Certificates issued over ACME in the database. */
import type { Updateable } from 'kysely';
import type { AcmeServerCertificatesTable, Db } from '../../../storage/schema.ts';

export type CertificateRow = AcmeServerCertificatesTable;

export async function insertCertificate(db: Db, row: CertificateRow): Promise<void> {
  await db.insertInto('acme_server_certificates').values(row).execute();
}

export function selectCertificate(db: Db, id: string): Promise<CertificateRow | undefined> {
  return db.selectFrom('acme_server_certificates').selectAll().where('id', '=', id).executeTakeFirst();
}

export function selectCertificateByAri(db: Db, ariId: string): Promise<CertificateRow | undefined> {
  return db.selectFrom('acme_server_certificates').selectAll().where('ari_id', '=', ariId).executeTakeFirst();
}

/** Serial numbers are unique for one issuer only: the caller compares the bytes. */
export function selectCertificatesBySerial(db: Db, serial: string): Promise<CertificateRow[]> {
  return db.selectFrom('acme_server_certificates').selectAll().where('serial', '=', serial).execute();
}

/** Whether a certificate was issued for the key. */
export async function isCertifiedKey(db: Db, keyId: string): Promise<boolean> {
  const row = await db
    .selectFrom('acme_server_certificates')
    .select('id')
    .where('key_id', '=', keyId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function updateCertificate(db: Db, id: string, set: Updateable<CertificateRow>): Promise<void> {
  await db.updateTable('acme_server_certificates').set(set).where('id', '=', id).execute();
}

/** Removes those that ended before then, and answers the orders they belonged to; so many at most. */
export async function deleteOldCertificates(db: Db, before: number, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('acme_server_certificates')
    .select(['id', 'order_id'])
    .where('not_after', '<', before)
    .limit(most)
    .execute();
  if (rows.length > 0)
    await db
      .deleteFrom('acme_server_certificates')
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      )
      .execute();
  return rows.map(({ order_id: id }) => id);
}
