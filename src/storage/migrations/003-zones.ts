/** Zones: definitions, access rules, states of peers, certificates that peers have shown, connections closed, trust sets. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const zoneTables: Migration = {
  number: 3,
  name: 'zones',
  leastReader: 1,
  async up(db, { bytes, addSequence }) {
    await db.schema
      .createTable('zones')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name_key', 'text', (c) => c.notNull().unique())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('fields', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('zone_states')
      .addColumn('zone', 'text', (c) => c.notNull())
      .addColumn('peer', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull().check(sql`state in ('active', 'failed', 'checking', 'off')`))
      .addColumn('code', 'text', (c) => c.notNull())
      .addColumn('words', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('since', 'bigint', (c) => c.notNull())
      .addColumn('history', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('zone_states_key', ['zone', 'peer'])
      .execute();
    await db.schema
      .createTable('zone_peers')
      .addColumn('fingerprint', 'text', (c) => c.primaryKey())
      .addColumn('der', bytes, (c) => c.notNull())
      .addColumn('who', 'text', (c) => c.notNull())
      .addColumn('not_after', 'bigint', (c) => c.notNull())
      .addColumn('first_seen', 'bigint', (c) => c.notNull())
      .addColumn('last_seen', 'bigint', (c) => c.notNull())
      .addColumn('seen', 'integer', (c) => c.notNull())
      .addColumn('zone', 'text', (c) => c.notNull())
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('listener', 'text', (c) => c.notNull())
      .addColumn('accepted', 'integer', (c) => c.notNull())
      .addColumn('decision', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('zone_peers_last_seen').on('zone_peers').columns(['accepted', 'last_seen']).execute();
    await addSequence(db.schema.createTable('zone_closed'), 'seq')
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('zone', 'text', (c) => c.notNull())
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('fingerprint', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('trust_sets')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('trust_set_members')
      .addColumn('set_name', 'text', (c) => c.notNull())
      .addColumn('fingerprint', 'text', (c) => c.notNull())
      .addColumn('der', bytes, (c) => c.notNull())
      .addColumn('pinned', 'integer', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addColumn('added_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('trust_set_members_key', ['set_name', 'fingerprint'])
      .execute();
  },
};
