/** When the entries of a CRL began to be collected is kept no more: what a CRL lacks is kept itself. */
import type { Migration } from '../migrate.ts';

export const crlDates: Migration = {
  number: 8,
  name: 'crl-dates',
  leastReader: 8,
  async up(db) {
    await db.schema.alterTable('private_ca_crls').dropColumn('made_at').execute();
  },
};
