import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { armFailPoint } from '../lib/fail-point.ts';
import { Problem } from '../lib/problem.ts';
import { openStorage, type Storage } from './storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-dialect-'));
let storage: Storage;
before(async () => {
  storage = await openStorage(folder);
});
beforeEach(async () => {
  await storage.db.deleteFrom('settings').execute();
});
after(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

test('The database keeps a write-ahead log and waits for the disk at every commit', async () => {
  const pragmas = await storage.transaction(async (trx) => [
    await sql`pragma journal_mode`.execute(trx),
    await sql`pragma synchronous`.execute(trx),
    await sql`pragma foreign_keys`.execute(trx),
  ]);
  assert.deepEqual(
    pragmas.flatMap((p) => p.rows),
    [{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }],
  );
});

test('Bytes, numbers up to microseconds of today, null and text come back as they went in', async () => {
  const row = {
    id: 'x',
    kind: 'k',
    slot: 's \u0000 ü',
    digest: Buffer.of(0, 255),
    slot_version: 1,
    content: Buffer.alloc(0),
    created_at: 1_800_000_000_000_000,
    expires_at: -1,
  };
  await storage.db.insertInto('previews').values(row).execute();
  const back = await storage.db.selectFrom('previews').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual({ ...back, digest: Buffer.from(back.digest), content: Buffer.from(back.content) }, row);
  await storage.db.deleteFrom('previews').execute();
});

test('Changes report how many rows they touched, and RETURNING gives rows', async () => {
  await put('a', 1);
  await put('b', 1);
  const updated = await storage.db.updateTable('settings').set({ version: 2 }).executeTakeFirst();
  assert.equal(updated.numUpdatedRows, 2n);
  const gone = await storage.db.deleteFrom('settings').where('key', '=', 'a').returning('version').execute();
  assert.deepEqual(gone, [{ version: 2 }]);
});

test('An error thrown inside a transaction undoes everything and reaches the caller unchanged', async () => {
  const reason = new Error('no');
  await assert.rejects(
    storage.transaction(async (trx) => {
      await trx.insertInto('settings').values({ key: 'a', value: '1', version: 1 }).execute();
      throw reason;
    }),
    (error) => error === reason,
  );
  assert.deepEqual(await keys(), []);
  await put('after', 1);
});

test('A hundred transactions that read, wait and write one counter lose no step', async () => {
  await put('counter', 0);
  const work = Array.from({ length: 100 }, () =>
    storage.transaction(async (trx) => {
      const { version } = await trx.selectFrom('settings').select('version').executeTakeFirstOrThrow();
      await sleep(0);
      await trx
        .updateTable('settings')
        .set({ version: version + 1 })
        .execute();
    }),
  );
  await Promise.all(work);
  const row = await storage.db.selectFrom('settings').select('version').executeTakeFirstOrThrow();
  assert.equal(row.version, 100);
});

test('Transactions run one at a time, in the order they were called', async () => {
  const order: number[] = [];
  await Promise.all([
    storage.transaction(async () => {
      await sleep(5);
      order.push(1);
    }),
    storage.transaction(async () => {
      order.push(2);
    }),
    storage.transaction(async () => {
      order.push(3);
    }),
  ]);
  assert.deepEqual(order, [1, 2, 3]);
});

test('A read outside sees nothing of a transaction until it is committed, and does not wait for it', async () => {
  await storage.transaction(async (trx) => {
    await trx.insertInto('settings').values({ key: 'a', value: '1', version: 1 }).execute();
    assert.deepEqual(await keys(), []);
  });
  assert.deepEqual(await keys(), ['a']);
});

test('A write outside `trx` or a second transaction inside a transaction is refused instead of waiting for ever', async () => {
  await storage.transaction(async () => {
    await assert.rejects(put('a', 1), /give its `trx`/);
    await assert.rejects(
      storage.transaction(async () => undefined),
      /give its `trx`/,
    );
  });
  await put('a', 1);
});

test('A listener that was started inside a transaction may write once that is over', async () => {
  let later: Promise<void> | undefined;
  await storage.transaction(async () => {
    later = sleep(5).then(() => put('later', 1));
  });
  await later;
  assert.deepEqual(await keys(), ['later']);
});

test('A broken constraint is an error of the caller, not of the disk', async () => {
  await put('a', 1);
  await assert.rejects(put('a', 1), (error) => !(error instanceof Problem) && /UNIQUE/.test(String(error)));
  await assert.rejects(
    storage.db
      .insertInto('identity_slots')
      .values({ slot: 's', version: 1, active_id: 'none', previous_id: null })
      .execute(),
    /FOREIGN KEY/,
  );
});

test('A second pending request for one slot is refused by the database itself', async () => {
  const request = {
    slot: 'server',
    der: Buffer.of(1),
    sealed_key: null,
    key_id: 'k',
    form: '{}',
    created_at: 1,
    ended_at: null,
  };
  const insert = (id: string, state: 'pending' | 'last') =>
    storage.db
      .insertInto('certificate_requests')
      .values({ ...request, id, state })
      .execute();
  await insert('1', 'pending');
  await insert('2', 'last');
  await assert.rejects(insert('3', 'pending'), /UNIQUE/);
});

for (const point of ['transaction.begin', 'transaction.begun', 'transaction.commit'] as const) {
  test(`After an error at ${point} nothing was changed and the next change works`, async () => {
    armFailPoint(`${point}:error`);
    await assert.rejects(
      storage.transaction(async (trx) => {
        await trx.insertInto('settings').values({ key: 'a', value: '1', version: 1 }).execute();
      }),
    );
    assert.deepEqual(await keys(), []);
    await storage.transaction(async (trx) => {
      await trx.insertInto('settings').values({ key: 'b', value: '1', version: 1 }).execute();
    });
    assert.deepEqual(await keys(), ['b']);
  });
}

test('A database that another program has locked is a Problem that says so, and works again afterwards', async () => {
  const other = new DatabaseSync(join(folder, 'tollgate.db'));
  other.exec('begin immediate');
  await assert.rejects(put('a', 1), (error) => error instanceof Problem && error.details.code === 'storage.busy');
  other.close();
  await put('a', 1);
});

test('Rows can be streamed while other queries run', async () => {
  for (let i = 0; i < 10; i += 1) await put(`key-${i}`, i);
  const seen: string[] = [];
  for await (const row of storage.db.selectFrom('settings').select('key').orderBy('version').stream()) {
    seen.push(row.key);
    await keys();
  }
  assert.equal(seen.length, 10);
});

async function put(key: string, version: number): Promise<void> {
  await storage.db.insertInto('settings').values({ key, value: '1', version }).execute();
}

async function keys(): Promise<readonly string[]> {
  const rows = await storage.db.selectFrom('settings').select('key').orderBy('key').execute();
  return rows.map((row) => row.key);
}
