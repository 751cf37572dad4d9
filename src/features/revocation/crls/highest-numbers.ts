/**
 * The newest CRL ever seen of each series: in the database and, beside it, in a file of its own that a restored
 * database does not replace. An older CRL is refused although the newest is gone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failPoint } from '../../../lib/fail-point.ts';
import { writeDurably } from '../../../storage/durable-file.ts';
import type { Trx } from '../../../storage/schema.ts';
import type { Storage } from '../../../storage/storage.ts';
import { putNumbers, readNumbers } from '../store.ts';
import { type CrlPosition, compareInSeries } from './crl-series.ts';

const fileName = 'numbers.json';

export class HighestNumbers {
  readonly #storage: Storage;
  #known = new Map<string, CrlPosition>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Reads both places and takes the higher of each series. */
  async load(): Promise<void> {
    const known = new Map<string, CrlPosition>();
    const note = (series: string, position: CrlPosition): void => {
      const before = known.get(series);
      if (before === undefined || compareInSeries(position, before) === 'newer') known.set(series, position);
    };
    for (const row of await readNumbers(this.#storage.db))
      note(row.series, { id: row.sha256, number: row.number ?? undefined, thisUpdate: row.this_update });
    for (const [series, position] of Object.entries(await this.#readFile())) note(series, position);
    this.#known = known;
  }

  get(series: string): CrlPosition | undefined {
    return this.#known.get(series);
  }

  /** Remembers what is about to be stored: first in the file, which must never be behind what was in use. */
  async raise(trx: Trx, positions: ReadonlyMap<string, CrlPosition>): Promise<void> {
    if (positions.size === 0) return;
    const news = [...positions].filter(([series, position]) => this.#known.get(series)?.id !== position.id);
    const next = new Map([...this.#known, ...news]);
    failPoint('revocation.numbers');
    if (news.length > 0) {
      const text = JSON.stringify(Object.fromEntries(next));
      await writeDurably(join(this.#storage.folder, 'crl', fileName), Buffer.from(text));
    }
    this.#known = next;
    // also those the file knows already: an earlier transaction may have been undone
    await putNumbers(
      trx,
      [...positions].map(([series, { id, number, thisUpdate }]) => ({
        series,
        sha256: id,
        number: number ?? null,
        this_update: thisUpdate,
      })),
    );
  }

  async #readFile(): Promise<Readonly<Record<string, CrlPosition>>> {
    try {
      const text = await readFile(join(this.#storage.folder, 'crl', fileName), 'utf8');
      return JSON.parse(text) as Record<string, CrlPosition>;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      // a damaged file only lowers the guard to what the database knows
      if (error instanceof SyntaxError) return {};
      throw error;
    }
  }
}
