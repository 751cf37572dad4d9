/** Inserts many rows of one table with few statements, each compiled once: for records that come by the thousand. */
import type { CompiledQuery, Insertable } from 'kysely';
import type { Schema, Trx } from './schema.ts';

/** Rows of one statement at most; what is left over goes by 8, 4, 2 and 1, so that few statements are ever compiled. */
const most = 16;

/** By table, number of rows and the columns in their order. */
const compiled = new Map<string, CompiledQuery>();

/** Inserts the rows in their order. All of them must have the columns of the first. */
export async function insertRows<T extends keyof Schema & string>(
  trx: Trx,
  table: T,
  rows: readonly Insertable<Schema[T]>[],
): Promise<void> {
  const columns = Object.keys((rows[0] ?? {}) as object);
  for (let at = 0; at < rows.length; ) {
    const count = Math.min(most, 2 ** (31 - Math.clz32(rows.length - at)));
    const part = rows.slice(at, at + count);
    const query = statement(trx, table, part, columns);
    const parameters = part.flatMap((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
    await trx.executeQuery({ ...query, parameters });
    at += count;
  }
}

function statement<T extends keyof Schema & string>(
  trx: Trx,
  table: T,
  rows: readonly Insertable<Schema[T]>[],
  columns: readonly string[],
): CompiledQuery {
  const key = `${table} ${rows.length} ${columns.join()}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const ordered = rows.map((row) => Object.fromEntries(columns.map((c) => [c, (row as Record<string, unknown>)[c]])));
  const made = trx
    .insertInto(table)
    .values(ordered as Insertable<Schema[T]>[])
    .compile();
  compiled.set(key, made);
  return made;
}
