/**
 * Kysely on node:sqlite. Two connections: queries outside a transaction read through one that can only read, everything
 * else goes through the one writer, and writers wait for each other in a queue. So a read never sees half a change,
 * and no change ever waits for the database while it keeps another from finishing.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { failPoint } from '../lib/fail-point.ts';
import type { DialectTypes } from './migrate.ts';
import { isSyncFailure, toStorageProblem, withStorageWords } from './storage-problem.ts';
import type { WriterQueue } from './writer-queue.ts';

/**
 * The dialect for the database at `path`, which must exist with the mode it shall have. Opens it at once. `onSyncFailed`
 * is called once, when the disk has not confirmed a write: from then on every query is refused.
 */
export function sqliteDialect(path: string, queue: WriterQueue, onSyncFailed: () => void = () => undefined): Dialect {
  const driver = new SqliteDriver(path, queue, onSyncFailed);
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TwoConnectionAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}

/** What migrations need to know about SQLite. */
export const sqliteTypes: DialectTypes = {
  bytes: 'blob',
  addSequence: (table, column) => table.addColumn(column, 'integer', (c) => c.primaryKey().autoIncrement()),
};

class TwoConnectionAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #writer: Handle;
  readonly #reader: Handle;
  readonly #queue: WriterQueue;

  constructor(path: string, queue: WriterQueue, onSyncFailed: () => void) {
    this.#queue = queue;
    this.#writer = new Handle(path, writerSettings, onSyncFailed);
    try {
      this.#reader = new Handle(path, readerSettings, onSyncFailed);
    } catch (error) {
      this.#writer.close();
      throw error;
    }
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#writer, this.#reader, this.#queue);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    own(connection).release();
  }

  async destroy(): Promise<void> {
    this.#reader.close();
    this.#writer.close();
  }
}

/** What Kysely holds for one query or one transaction. */
class SqliteConnection implements DatabaseConnection {
  readonly #writer: Handle;
  readonly #reader: Handle;
  readonly #queue: WriterQueue;
  #leave: (() => void) | undefined;

  constructor(writer: Handle, reader: Handle, queue: WriterQueue) {
    this.#writer = writer;
    this.#reader = reader;
    this.#queue = queue;
  }

  async begin(): Promise<void> {
    this.#leave = await this.#queue.enter();
    failPoint('transaction.begin');
    this.#writer.exec('begin immediate');
    failPoint('transaction.begun');
  }

  commit(): void {
    failPoint('transaction.commit');
    this.#writer.exec('commit');
    failPoint('transaction.committed');
  }

  /** SQLite may have rolled back by itself, on a full disk for instance. */
  rollback(): void {
    if (this.#writer.inTransaction()) this.#writer.exec('rollback');
  }

  release(): void {
    if (this.#leave === undefined) return;
    try {
      this.rollback();
    } finally {
      this.#leave();
      this.#leave = undefined;
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#leave !== undefined) {
      if (!this.#writer.inTransaction()) throw new Error('The transaction was rolled back after an earlier error');
      return this.#writer.run<R>(query);
    }
    if (query.query.kind === 'SelectQueryNode') return this.#reader.run<R>(query);
    const leave = await this.#queue.enter();
    try {
      return this.#writer.run<R>(query);
    } finally {
      leave();
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const handle = this.#leave === undefined ? this.#reader : this.#writer;
    for (const row of handle.iterate<R>(query)) yield { rows: [row] };
  }
}

/** One SQLite connection with its prepared statements. Every error that leaves it is in the words of a Problem. */
class Handle {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  readonly #onSyncFailed: () => void;
  #failedSync: unknown;

  constructor(path: string, settings: readonly string[], onSyncFailed: () => void) {
    this.#onSyncFailed = onSyncFailed;
    this.#database = withStorageWords(() => new DatabaseSync(path, { timeout: BUSY_MS }));
    for (const pragma of settings) this.exec(`pragma ${pragma}`);
  }

  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  run<R>(query: CompiledQuery): QueryResult<R> {
    return this.#guard(() => {
      const { statement, reads } = this.#prepared(query.sql);
      const parameters = query.parameters as readonly SQLInputValue[];
      // Rows come without a prototype; a plain object compares and prints as people expect.
      if (reads) return { rows: statement.all(...parameters).map((row) => ({ ...row }) as R) };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  /** A statement of its own, since a kept one would start anew when the same query runs in between. */
  *iterate<R>(query: CompiledQuery): Generator<R> {
    const statement = this.#guard(() => this.#database.prepare(query.sql));
    const rows = statement.iterate(...(query.parameters as readonly SQLInputValue[]));
    for (;;) {
      const next = this.#guard(() => rows.next());
      if (next.done === true) return;
      yield { ...next.value } as R;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepared(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const made = { statement, reads: statement.columns().length > 0 };
    // Only queries with lists of varying length could fill the cache; starting over costs less than bookkeeping.
    if (this.#statements.size >= STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, made);
    return made;
  }

  /** After a failed fsync nothing is tried again: what SQLite believes to be on the disk may not be there. */
  #guard<T>(work: () => T): T {
    if (this.#failedSync !== undefined) throw toStorageProblem(this.#failedSync);
    try {
      return work();
    } catch (error) {
      if (isSyncFailure(error)) {
        this.#failedSync = error;
        this.#onSyncFailed();
      }
      throw toStorageProblem(error);
    }
  }
}

interface Statement {
  readonly statement: StatementSync;
  readonly reads: boolean;
}

const BUSY_MS = 2000;
const STATEMENTS = 500;

const writerSettings = [
  'journal_mode = wal',
  'synchronous = full',
  'foreign_keys = on',
  // What is deleted is overwritten, a discarded key for instance.
  'secure_delete = on',
  'temp_store = memory',
  'trusted_schema = off',
];
const readerSettings = ['query_only = on', 'temp_store = memory', 'trusted_schema = off'];

function own(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection;
  throw new Error('A connection of another dialect');
}
