/** The private CA: its authorities with their keys, what they issued, templates. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const privateCaTables: Migration = {
  number: 5,
  name: 'private CA',
  leastReader: 1,
  async up(db, { bytes, addSequence }) {
    await db.schema
      .createTable('private_ca_authorities')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('role', 'text', (c) => c.notNull().check(sql`role in ('root', 'intermediate')`))
      .addColumn('state', 'text', (c) => c.notNull().check(sql`state in ('pending', 'active', 'retired')`))
      .addColumn('label', 'text', (c) => c.notNull())
      .addColumn('parent', 'text')
      .addColumn('replaced_by', 'text')
      .addColumn('certificate', bytes)
      .addColumn('chain', bytes, (c) => c.notNull())
      .addColumn('csr', bytes)
      .addColumn('key_kind', 'text', (c) => c.notNull().check(sql`key_kind in ('passphrase', 'sealed', 'none')`))
      .addColumn('key', bytes)
      .addColumn('public_key_info', bytes, (c) => c.notNull())
      .addColumn('partitions', 'integer', (c) => c.notNull())
      .addColumn('crl_number_floor', 'text', (c) => c.notNull())
      .addColumn('not_after', 'bigint', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await addSequence(db.schema.createTable('private_ca_certificates'), 'seq')
      .addColumn('authority', 'text', (c) => c.notNull())
      .addColumn('serial', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('names', 'text', (c) => c.notNull())
      .addColumn('search', 'text', (c) => c.notNull())
      .addColumn('template', 'text', (c) => c.notNull())
      .addColumn('not_before', 'bigint', (c) => c.notNull())
      .addColumn('not_after', 'bigint', (c) => c.notNull())
      .addColumn('issued_at', 'bigint', (c) => c.notNull())
      .addColumn('issued_by', 'text', (c) => c.notNull())
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('key_id', 'text', (c) => c.notNull())
      .addColumn('fingerprint', 'text', (c) => c.notNull())
      .addColumn('partition', 'integer', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('good', 'revoked', 'on-hold')`))
      .addColumn('revoked_at', 'bigint')
      .addColumn('reason', 'integer')
      .execute();
    // No serial twice under one name (RFC 5280 4.1.2.2), whatever happens to the program between two issues.
    await db.schema
      .createIndex('private_ca_certificates_serial')
      .unique()
      .on('private_ca_certificates')
      .columns(['serial', 'authority'])
      .execute();
    await db.schema
      .createIndex('private_ca_certificates_revoked')
      .on('private_ca_certificates')
      .columns(['authority', 'partition', 'serial'])
      .where(sql.ref('revoked_at'), 'is not', null)
      .execute();
    await db.schema
      .createIndex('private_ca_certificates_not_after')
      .on('private_ca_certificates')
      .columns(['not_after'])
      .execute();
    await db.schema
      .createTable('private_ca_bodies')
      .addColumn('seq', 'bigint', (c) => c.primaryKey())
      .addColumn('der', bytes, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('private_ca_templates')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('fields', 'text', (c) => c.notNull())
      .execute();
  },
};
