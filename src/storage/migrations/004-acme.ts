/** Certificates that renew themselves: requests of renewals, providers, accounts, settings and state of each slot, orders, challenges, counters, leases. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const acmeTables: Migration = {
  number: 4,
  name: 'acme',
  leastReader: 1,
  async up(db, { bytes, addSequence }) {
    await db.schema
      .createTable('identity_renewals')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('slot', 'text', (c) => c.notNull())
      .addColumn('der', bytes, (c) => c.notNull())
      .addColumn('sealed_key', bytes, (c) => c.notNull())
      .addColumn('key_id', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('identity_renewals_slot').on('identity_renewals').column('slot').execute();
    await db.schema
      .createTable('acme_providers')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('acme', 'private-ca')`))
      .addColumn('fields', 'text', (c) => c.notNull())
      .addColumn('sealed_secrets', bytes)
      .execute();
    await db.schema
      .createTable('acme_accounts')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('provider', 'text', (c) => c.notNull())
      .addColumn('directory', 'text', (c) => c.notNull())
      .addColumn('url', 'text')
      .addColumn('sealed_key', bytes, (c) => c.notNull())
      .addColumn('sealed_next_key', bytes)
      .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('new', 'valid', 'deactivated', 'lost')`))
      .addColumn('contact', 'text', (c) => c.notNull())
      .addColumn('terms', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('acme_accounts_provider')
      .on('acme_accounts')
      .columns(['provider', 'directory'])
      .unique()
      .execute();
    await db.schema
      .createTable('acme_slots')
      .addColumn('slot', 'text', (c) => c.primaryKey())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('acme_orders')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('slot', 'text', (c) => c.notNull())
      .addColumn('provider', 'text', (c) => c.notNull())
      .addColumn('purpose', 'text', (c) => c.notNull().check(sql`purpose in ('manual', 'renewal', 'test')`))
      .addColumn('state', 'text', (c) => c.notNull().check(sql`state in ('running', 'done', 'failed', 'abandoned')`))
      .addColumn('step', 'text', (c) => c.notNull())
      .addColumn('url', 'text')
      .addColumn('fields', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('acme_orders_slot').on('acme_orders').columns(['slot', 'created_at']).execute();
    // two processes that begin at once still make one order
    await db.schema
      .createIndex('acme_orders_one_running')
      .on('acme_orders')
      .column('slot')
      .unique()
      .where(sql.ref('state'), '=', sql.lit('running'))
      .execute();
    await db.schema
      .createTable('acme_challenges')
      .addColumn('token', 'text', (c) => c.primaryKey())
      .addColumn('order_id', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull().check(sql`type in ('http-01', 'dns-01', 'tls-alpn-01')`))
      .addColumn('identifier', 'text', (c) => c.notNull())
      .addColumn('answer', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await addSequence(db.schema.createTable('acme_counts'), 'seq')
      .addColumn('directory', 'text', (c) => c.notNull())
      .addColumn('what', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('acme_counts_key')
      .on('acme_counts')
      .columns(['directory', 'what', 'key', 'at'])
      .execute();
    await db.schema
      .createTable('acme_waits')
      .addColumn('directory', 'text', (c) => c.notNull())
      .addColumn('what', 'text', (c) => c.notNull())
      .addColumn('until', 'bigint', (c) => c.notNull())
      .addColumn('words', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('acme_waits_key', ['directory', 'what'])
      .execute();
    await db.schema
      .createTable('leases')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('holder', 'text', (c) => c.notNull())
      .addColumn('epoch', 'integer', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
  },
};
