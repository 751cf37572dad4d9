/**
 * Brings a database to the tables of this program: numbered steps, forward only, each in one transaction together with
 * the row that records it. A crash leaves a step done or not begun.
 */
import type { CreateTableBuilder, Kysely } from 'kysely';
import { failPoint } from '../lib/fail-point.ts';
import { Problem } from '../lib/problem.ts';
import { firstTables } from './migrations/001-first-tables.ts';
import { revocationTables } from './migrations/002-revocation.ts';
import { zoneTables } from './migrations/003-zones.ts';
import { acmeTables } from './migrations/004-acme.ts';
import { privateCaTables } from './migrations/005-private-ca.ts';
import { publicationTables } from './migrations/006-publication.ts';
import { acmeServerTables } from './migrations/007-acme-server.ts';
import { crlDates } from './migrations/008-crl-dates.ts';
import type { Db } from './schema.ts';

export interface Migration {
  /** 1, 2, 3 … without gaps; never changed once released. */
  readonly number: number;
  readonly name: string;
  /** The oldest schema number whose program can still work on the database after this step. */
  readonly leastReader: number;
  up(db: Kysely<unknown>, types: DialectTypes): Promise<void>;
}

/** The few words that differ from dialect to dialect. */
export interface DialectTypes {
  readonly bytes: 'blob' | 'bytea';
  /** Adds the primary key that counts up and never uses a number twice. */
  addSequence(table: CreateTableBuilder<string>, column: string): CreateTableBuilder<string>;
}

/** Every step there is, in order. */
export const migrations: readonly Migration[] = [
  firstTables,
  revocationTables,
  zoneTables,
  acmeTables,
  privateCaTables,
  publicationTables,
  acmeServerTables,
  crlDates,
];

/**
 * Runs the steps that are missing and answers their numbers. Throws Problem `storage.newer` when the database was
 * changed by a later version in a way that this one cannot work with.
 */
export async function migrate(
  db: Db,
  types: DialectTypes,
  now: number,
  steps: readonly Migration[] = migrations,
): Promise<readonly number[]> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('least_reader', 'integer', (c) => c.notNull())
    .addColumn('applied_at', 'bigint', (c) => c.notNull())
    .execute();
  const rows = await db.selectFrom('migrations').select(['number', 'least_reader']).execute();
  const known = steps.at(-1)?.number ?? 0;
  const needed = Math.max(0, ...rows.map((row) => row.least_reader));
  if (needed > known) throw newer(needed, known);
  const done = new Set(rows.map((row) => row.number));
  const missing = steps.filter((step) => !done.has(step.number));
  for (const step of missing) await run(db, types, step, now);
  return missing.map((step) => step.number);
}

async function run(db: Db, types: DialectTypes, step: Migration, now: number): Promise<void> {
  failPoint('migration.begin');
  await db.transaction().execute(async (trx) => {
    failPoint('migration.change');
    await step.up(trx as unknown as Kysely<unknown>, types);
    failPoint('migration.record');
    const { number, name, leastReader } = step;
    await trx.insertInto('migrations').values({ number, name, least_reader: leastReader, applied_at: now }).execute();
  });
  failPoint('migration.done');
}

function newer(needed: number, known: number): Problem {
  return new Problem({
    code: 'storage.newer',
    status: 500,
    title: 'The database is from a later version.',
    detail: `The database needs a program that knows step ${needed}; this one knows steps up to ${known}.`,
    hint: 'Start the later version again, or restore the backup that was made before the upgrade.',
  });
}
