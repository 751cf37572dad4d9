import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { Problem } from '../lib/problem.ts';
import { type Migration, migrate, migrations } from './migrate.ts';
import type { Schema } from './schema.ts';
import { sqliteTypes } from './sqlite-dialect.ts';
import { openStorage } from './storage.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-migrate-'));
after(() => rmSync(base, { recursive: true }));

test('Steps are numbered 1, 2, 3 … and none can be read only by a program later than itself', () => {
  assert.deepEqual(
    migrations.map((step) => step.number),
    migrations.map((_, i) => i + 1),
  );
  for (const step of migrations) assert.ok(step.leastReader >= 1 && step.leastReader <= step.number);
});

test('Opening a second time runs no step again', async () => {
  const folder = join(base, 'twice');
  const first = await openStorage(folder, { clock: { now: () => 1000, monotonic: () => 0 } });
  await first.close();
  const second = await openStorage(folder, { clock: { now: () => 2000, monotonic: () => 0 } });
  const rows = await second.db.selectFrom('migrations').select(['number', 'applied_at']).execute();
  assert.deepEqual(
    rows,
    migrations.map((step) => ({ number: step.number, applied_at: 1000 })),
  );
  await second.close();
});

test('A step that fails leaves the tables as they were, and runs when it is mended', async () => {
  const storage = await openStorage(join(base, 'fails'));
  let broken = true;
  const step: Migration = {
    number: migrations.length + 1,
    name: 'broken',
    leastReader: 1,
    async up(db) {
      await db.schema.createTable('half').addColumn('a', 'text').execute();
      if (broken) throw new Error('in the middle');
    },
  };
  const steps = [...migrations, step];
  await assert.rejects(migrate(storage.db, sqliteTypes, 1, steps), /in the middle/);
  const tables = (await storage.db.introspection.getTables()).map((table) => table.name);
  assert.ok(!tables.includes('half'));
  broken = false;
  assert.deepEqual(await migrate(storage.db, sqliteTypes, 1, steps), [step.number]);
  assert.deepEqual(await migrate(storage.db, sqliteTypes, 1, steps), []);
  await storage.close();
});

test('A database from a later version opens when that left it readable, and is refused with words when not', async () => {
  const folder = join(base, 'later');
  const storage = await openStorage(folder);
  const row = { number: 900, name: 'later', least_reader: 1, applied_at: 1 };
  await storage.db.insertInto('migrations').values(row).execute();
  await storage.close();
  const again = await openStorage(folder);
  await again.db.updateTable('migrations').set({ least_reader: 900 }).where('number', '=', 900).execute();
  await again.close();
  await assert.rejects(
    openStorage(folder),
    (error) => error instanceof Problem && error.details.code === 'storage.newer',
  );
});

test('A file that is no database is refused with words and kept', async () => {
  const folder = join(base, 'garbage');
  await (await openStorage(folder)).close();
  writeFileSync(join(folder, 'tollgate.db'), Buffer.alloc(8192, 0x41));
  await assert.rejects(
    openStorage(folder),
    (error) => error instanceof Problem && error.details.code === 'storage.damaged',
  );
});

test('The same steps compile for PostgreSQL, with its own types and without anything of SQLite', async () => {
  const statements: string[] = [];
  const db = new Kysely<Schema>({
    dialect: {
      createDriver: () => new DummyDriver(),
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (kysely: Kysely<unknown>) => new PostgresIntrospector(kysely),
    },
    log: (event) => {
      statements.push(event.query.sql);
    },
  });
  await migrate(
    db,
    { bytes: 'bytea', addSequence: (table, name) => table.addColumn(name, 'bigserial', (c) => c.primaryKey()) },
    1,
  );
  const all = statements.join('\n');
  assert.match(all, /create table "audit" \("seq" bigserial primary key/);
  assert.match(all, /"sealed_key" bytea/);
  assert.doesNotMatch(all, /blob|autoincrement|pragma|datetime/i);
});
