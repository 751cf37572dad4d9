/** The ACME server: accounts, keys for external binding, orders, authorizations, challenges, certificates. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const acmeServerTables: Migration = {
  number: 7,
  name: 'acme-server',
  leastReader: 1,
  async up(db, { bytes }) {
    await db.schema
      .createTable('acme_server_accounts')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('thumbprint', 'text', (c) => c.notNull().unique())
      .addColumn('jwk', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('valid', 'deactivated', 'revoked')`))
      .addColumn('contacts', 'text', (c) => c.notNull())
      .addColumn('terms_agreed_at', 'bigint')
      .addColumn('eab_key_id', 'text')
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('acme_server_accounts_address')
      .on('acme_server_accounts')
      .columns(['address', 'created_at'])
      .execute();
    await db.schema
      .createIndex('acme_server_accounts_eab')
      .on('acme_server_accounts')
      .columns(['eab_key_id'])
      .execute();
    await db.schema
      .createTable('acme_server_eab_keys')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('sealed_hmac', bytes, (c) => c.notNull())
      .addColumn('names', 'text', (c) => c.notNull())
      .addColumn('profiles', 'text', (c) => c.notNull())
      .addColumn('max_accounts', 'integer', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute();
    await db.schema
      .createTable('acme_server_orders')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('profile', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) =>
        c.notNull().check(sql`status in ('pending', 'processing', 'valid', 'invalid')`),
      )
      .addColumn('identifiers', 'text', (c) => c.notNull())
      .addColumn('not_after', 'bigint')
      .addColumn('replaces', 'text')
      .addColumn('csr', bytes)
      .addColumn('processing_since', 'bigint')
      .addColumn('error', 'text')
      .addColumn('certificate_id', 'text')
      .addColumn('address', 'text', (c) => c.notNull())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('acme_server_orders_account')
      .on('acme_server_orders')
      .columns(['account_id', 'created_at'])
      .execute();
    await db.schema
      .createIndex('acme_server_orders_created')
      .on('acme_server_orders')
      .columns(['created_at'])
      .execute();
    await db.schema.createIndex('acme_server_orders_replaces').on('acme_server_orders').columns(['replaces']).execute();
    await db.schema
      .createTable('acme_server_order_authorizations')
      .addColumn('order_id', 'text', (c) => c.notNull())
      .addColumn('authorization_id', 'text', (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('acme_server_order_authorizations_key', ['order_id', 'authorization_id'])
      .execute();
    await db.schema
      .createIndex('acme_server_order_authorizations_back')
      .on('acme_server_order_authorizations')
      .columns(['authorization_id'])
      .execute();
    await db.schema
      .createTable('acme_server_authorizations')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull().check(sql`type in ('dns', 'ip')`))
      .addColumn('value', 'text', (c) => c.notNull())
      .addColumn('wildcard', 'integer', (c) => c.notNull())
      .addColumn('status', 'text', (c) =>
        c.notNull().check(sql`status in ('pending', 'valid', 'invalid', 'deactivated')`),
      )
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('acme_server_authorizations_name')
      .on('acme_server_authorizations')
      .columns(['account_id', 'value', 'status'])
      .execute();
    await db.schema
      .createIndex('acme_server_authorizations_expires')
      .on('acme_server_authorizations')
      .columns(['expires_at'])
      .execute();
    await db.schema
      .createTable('acme_server_challenges')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('authorization_id', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull().check(sql`type in ('http-01', 'dns-01', 'tls-alpn-01')`))
      .addColumn('token', 'text', (c) => c.notNull())
      .addColumn('status', 'text', (c) =>
        c.notNull().check(sql`status in ('pending', 'processing', 'valid', 'invalid')`),
      )
      .addColumn('validated_at', 'bigint')
      .addColumn('failed_at', 'bigint')
      .addColumn('error', 'text')
      .execute();
    await db.schema
      .createIndex('acme_server_challenges_authorization')
      .on('acme_server_challenges')
      .columns(['authorization_id'])
      .execute();
    await db.schema
      .createTable('acme_server_certificates')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('order_id', 'text', (c) => c.notNull().unique())
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('serial', 'text', (c) => c.notNull())
      .addColumn('ari_id', 'text', (c) => c.notNull().unique())
      .addColumn('key_id', 'text', (c) => c.notNull())
      .addColumn('leaf', bytes, (c) => c.notNull())
      .addColumn('chains', 'text', (c) => c.notNull())
      .addColumn('not_before', 'bigint', (c) => c.notNull())
      .addColumn('not_after', 'bigint', (c) => c.notNull())
      .addColumn('issued_at', 'bigint', (c) => c.notNull())
      .addColumn('revoked_at', 'bigint')
      .execute();
    await db.schema
      .createIndex('acme_server_certificates_serial')
      .on('acme_server_certificates')
      .columns(['serial'])
      .execute();
    await db.schema
      .createIndex('acme_server_certificates_key')
      .on('acme_server_certificates')
      .columns(['key_id'])
      .execute();
  },
};
