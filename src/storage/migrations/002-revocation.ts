/** Revocation: distribution points with their state, CRLs, the highest CRL numbers seen, certificates known as revoked. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const revocationTables: Migration = {
  number: 2,
  name: 'revocation',
  leastReader: 1,
  async up(db, { bytes }) {
    await db.schema
      .createTable('revocation_sources')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('automatic', 'cdp')`))
      .addColumn('url', 'text', (c) => c.notNull())
      .addColumn('etag', 'text')
      .addColumn('last_modified', 'text')
      .addColumn('last_attempt_at', 'bigint')
      .addColumn('last_success_at', 'bigint')
      .addColumn('next_attempt_at', 'bigint')
      .addColumn('failures', 'integer', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('history', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('revocation_crls')
      .addColumn('source', 'text', (c) => c.notNull().check(sql`source in ('automatic', 'manual', 'cdp')`))
      .addColumn('source_id', 'text', (c) => c.notNull())
      .addColumn('sha256', 'text', (c) => c.notNull())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('issuer', 'text', (c) => c.notNull())
      .addColumn('signed_by', 'text')
      .addColumn('series', 'text')
      .addColumn('number', 'text')
      .addColumn('this_update', 'bigint', (c) => c.notNull())
      .addColumn('next_update', 'bigint', (c) => c.notNull())
      .addColumn('entries', 'integer', (c) => c.notNull())
      .addColumn('bytes', 'integer', (c) => c.notNull())
      .addColumn('delta', 'integer', (c) => c.notNull())
      .addColumn('retrieved_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('revocation_crls_key', ['source', 'source_id', 'sha256'])
      .execute();
    await db.schema
      .createTable('revocation_numbers')
      .addColumn('series', 'text', (c) => c.primaryKey())
      .addColumn('sha256', 'text', (c) => c.notNull())
      .addColumn('number', 'text')
      .addColumn('this_update', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('revocation_known')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('url', 'text', (c) => c.notNull())
      .addColumn('answer', bytes, (c) => c.notNull())
      .addColumn('this_update', 'bigint', (c) => c.notNull())
      .addColumn('retrieved_at', 'bigint', (c) => c.notNull())
      .execute();
  },
};
