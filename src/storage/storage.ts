/** The front door of storage: opens the data folder, its database and its vault for the administration process. */
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../lib/clock.ts';
import { failPoint } from '../lib/fail-point.ts';
import { removeLeftovers } from './durable-file.ts';
import { migrate } from './migrate.ts';
import { checkDataFolder, createEmpty, dataFolders, makeDataFolder } from './private-folder.ts';
import type { Db, Schema, Trx } from './schema.ts';
import { sqliteDialect, sqliteTypes } from './sqlite-dialect.ts';
import { withStorageWords } from './storage-problem.ts';
import { openVault, type Vault } from './vault.ts';
import { WriterQueue } from './writer-queue.ts';

export interface Storage {
  /** For reads, which see the last committed state, and for single statements that need no transaction. */
  readonly db: Db;
  /**
   * Runs `work` in a transaction, one at a time, in the order of the calls; an error thrown by `work` undoes it all.
   * Inside, everything goes through `trx`: a write through `db` is refused, since it would wait for itself. Throws
   * Problem `storage.no-space`, `storage.read-only`, … when the disk refuses; then nothing was changed.
   */
  transaction<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  readonly vault: Vault;
  /** The data folder. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface StorageOptions {
  readonly clock?: Clock;
  /**
   * Called once, when the disk has not confirmed a write. From then on everything is refused: what the kernel holds in
   * memory may not be what is on the disk, and nobody can tell. Only a new process mends that, see `writeAnew`.
   */
  readonly onSyncFailed?: () => void;
}

/**
 * Opens the storage of a data folder, new or old, and brings its tables up to date. Refuses a folder that other users
 * can get at. Does not take the lock of the folder: that is the supervisor's, see `lockFolder`.
 */
export async function openStorage(folder: string, options: StorageOptions = {}): Promise<Storage> {
  makeDataFolder(folder);
  checkDataFolder(folder);
  withStorageWords(() => {
    for (const name of dataFolders) removeLeftovers(join(folder, name));
  });
  const vault = await openVault(folder);
  const queue = new WriterQueue();
  const db = await openDatabase(folder, queue, options);
  return {
    db,
    transaction: (work) => queue.transaction(() => db.transaction().execute(work)),
    vault,
    folder,
    close: () => db.destroy(),
  };
}

async function openDatabase(
  folder: string,
  queue: WriterQueue,
  { clock = systemClock, onSyncFailed }: StorageOptions,
): Promise<Db> {
  const path = join(folder, 'tollgate.db');
  failPoint('database.create');
  // SQLite gives its -wal and -shm files the mode of the database.
  createEmpty(path);
  failPoint('database.created');
  const db = new Kysely<Schema>({ dialect: sqliteDialect(path, queue, onSyncFailed) });
  try {
    await writeAnew(db);
    await migrate(db, sqliteTypes, clock.now());
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * Copies what the log of the database holds into the database, has the disk confirm it and empties the log. After a
 * write that the disk did not confirm, the log that is read back may exist in the kernel's memory alone; written once
 * more it is on the disk, or this throws `storage.sync-failed` and nothing begins.
 */
async function writeAnew(db: Db): Promise<void> {
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
}
