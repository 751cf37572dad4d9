/** What the private CA publishes: numbers and files of its CRLs, certificates of its OCSP responders. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const publicationTables: Migration = {
  number: 6,
  name: 'publication',
  leastReader: 1,
  async up(db, { bytes }) {
    await db.schema
      .createTable('private_ca_crl_numbers')
      .addColumn('authority', 'text', (c) => c.primaryKey())
      .addColumn('last', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('private_ca_crls')
      .addColumn('authority', 'text', (c) => c.notNull())
      .addColumn('partition', 'integer', (c) => c.notNull())
      .addColumn('number', 'text', (c) => c.notNull())
      .addColumn('file', 'text', (c) => c.notNull())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('sha256', 'text', (c) => c.notNull())
      .addColumn('entries', 'integer', (c) => c.notNull())
      .addColumn('this_update', 'bigint', (c) => c.notNull())
      .addColumn('next_update', 'bigint', (c) => c.notNull())
      .addColumn('regular_this_update', 'bigint', (c) => c.notNull())
      .addColumn('made_at', 'bigint', (c) => c.notNull())
      .addColumn('took', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('private_ca_crls_key', ['authority', 'partition'])
      .execute();
    await db.schema
      .createTable('private_ca_responders')
      .addColumn('authority', 'text', (c) => c.primaryKey())
      .addColumn('certificate', bytes, (c) => c.notNull())
      .addColumn('sealed_key', bytes, (c) => c.notNull())
      .addColumn('not_before', 'bigint', (c) => c.notNull())
      .addColumn('not_after', 'bigint', (c) => c.notNull())
      .execute();
    // what was revoked since a CRL was made
    await db.schema
      .createIndex('private_ca_certificates_revoked_at')
      .on('private_ca_certificates')
      .columns(['authority', 'revoked_at'])
      .where(sql.ref('revoked_at'), 'is not', null)
      .execute();
  },
};
