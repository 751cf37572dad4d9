/**
 * Every CRL of the gateway but the embedded ones: taken in after its signature and its number were checked, kept on
 * disk, loaded once. Changes are made one at a time.
 */
import type { Clock } from '../../../lib/clock.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { LoadedCrl } from '../../../pki/crl/loaded-crl.ts';
import type { Trx } from '../../../storage/schema.ts';
import type { Storage } from '../../../storage/storage.ts';
import { type CrlRow, deleteCrlRows, markSigned, putCrlRows, readCrlRows } from '../store.ts';
import type { CrlRefusal, ReadCrl, RefusedCrl } from './crl-job.ts';
import { readCrlsApart } from './crl-process.ts';
import { type CrlPosition, compareInSeries } from './crl-series.ts';
import { CrlShelf } from './crl-shelf.ts';
import { HighestNumbers } from './highest-numbers.ts';

export interface IntakeTarget {
  readonly source: CrlRow['source'];
  readonly sourceId: string;
  readonly origin: string;
  /** The most octets of one CRL. */
  readonly maxBytes: number;
  /** `all`: the CRLs of the source are replaced, and a single bad member refuses the file. `series`: each by its next. */
  readonly replaces: 'all' | 'series';
  /** Further certificates that may have signed, from a verified path. */
  readonly issuers?: readonly Certificate[];
}

export interface IntakeMember {
  readonly position: number;
  readonly verdict: 'stored' | 'unchanged' | 'unverified' | 'refused';
  readonly read: ReadCrl | RefusedCrl;
  readonly refusal: CrlRefusal | undefined;
}

export type Intake =
  | { readonly ok: true; readonly members: readonly IntakeMember[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly refusal: CrlRefusal; readonly members: readonly IntakeMember[] };

export interface CrlLibraryDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  /** The CAs of the trusted list. */
  readonly issuers: () => Promise<readonly Certificate[]>;
}

export class CrlLibrary {
  readonly shelf: CrlShelf;
  readonly numbers: HighestNumbers;
  readonly #deps: CrlLibraryDeps;
  #rows: readonly CrlRow[] = [];
  #loaded = new Map<string, Promise<LoadedCrl | undefined>>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: CrlLibraryDeps) {
    this.#deps = deps;
    this.shelf = new CrlShelf(`${deps.storage.folder}/crl`);
    this.numbers = new HighestNumbers(deps.storage);
  }

  /** Before anything else, once. */
  async open(): Promise<void> {
    await this.shelf.clear();
    await this.numbers.load();
    await this.refresh();
  }

  /** As of the last change. */
  get rows(): readonly CrlRow[] {
    return this.#rows;
  }

  /** The CRL of a row, read when it is first asked for; undefined when its file is gone or damaged. */
  load(row: CrlRow): Promise<LoadedCrl | undefined> {
    const key = `${row.source} ${row.source_id} ${row.sha256}`;
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loading = this.shelf.read(row.sha256, `${row.source}: ${row.origin}`);
    this.#loaded.set(key, loading);
    return loading;
  }

  /** Reads the rows again and lets go of files that no row names. */
  async refresh(): Promise<void> {
    this.#rows = await readCrlRows(this.#deps.storage.db);
    const keys = new Set(this.#rows.map((row) => `${row.source} ${row.source_id} ${row.sha256}`));
    for (const [key, loaded] of this.#loaded)
      if (!keys.has(key) || (await loaded) === undefined) this.#loaded.delete(key);
    await this.shelf.keepOnly(new Set(this.#rows.map((row) => row.sha256)));
  }

  /**
   * Takes in what a file holds. `within` runs in the same transaction, when something is stored or not. Nothing changes
   * when the file as a whole is refused.
   */
  takeIn(
    file: string,
    folder: string,
    target: IntakeTarget,
    within: (trx: Trx, intake: Intake) => Promise<void> = async () => undefined,
  ): Promise<Intake> {
    return this.alone(async () => {
      const issuers = [...(await this.#deps.issuers()), ...(target.issuers ?? [])].map(({ der }) => der);
      const { maxBytes } = target;
      const answer = await readCrlsApart({ file, folder, issuers, time: this.#deps.clock.now(), maxBytes });
      if (!answer.ok) return { ok: false, refusal: answer.refusal, members: [] };
      const members = this.#judge(answer.crls, target);
      const refused = members.find(({ refusal }) => refusal !== undefined);
      const good = members.filter(({ refusal }) => refusal === undefined);
      if (refused?.refusal !== undefined && (target.replaces === 'all' || good.length === 0))
        return { ok: false, refusal: refused.refusal, members };
      const intake: Intake = { ok: true, members, notes: answer.notes };
      await this.#store(good, target, (trx) => within(trx, intake));
      return intake;
    });
  }

  /** Runs a change of the rows alone, then reads them again. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      try {
        return await work();
      } finally {
        await this.refresh();
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Looks once more at CRLs whose signer was not known, with further certificates or a changed list. */
  async verifyAgain(further: readonly Certificate[] = []): Promise<boolean> {
    const open = this.#rows.filter((row) => row.signed_by === null);
    if (open.length === 0) return false;
    return this.alone(async () => {
      const issuers = [...(await this.#deps.issuers()), ...further].map(({ der }) => der);
      let found = false;
      for (const sha256 of new Set(open.map((row) => row.sha256)))
        found = (await this.#verifyOne(sha256, issuers)) || found;
      return found;
    });
  }

  async #verifyOne(sha256: string, issuers: readonly Uint8Array[]): Promise<boolean> {
    return this.shelf.inWorkFolder(async (folder) => {
      const { storage, clock } = this.#deps;
      // the process may read its own folder only
      const file = await this.shelf.lend(sha256, folder);
      const job = { file, folder, issuers, time: clock.now(), maxBytes: 128 << 20 };
      const answer = await readCrlsApart(job);
      const read = answer.ok ? answer.crls[0] : undefined;
      if (read === undefined || !('id' in read) || read.signedBy === undefined || read.series === undefined)
        return false;
      const { signedBy, series } = read;
      const known = this.numbers.get(series);
      const order = known === undefined ? 'newer' : compareInSeries(read, known);
      if (order === 'older' || order === 'conflict') return false;
      await this.shelf.take(sha256, read);
      await storage.transaction(async (trx) => {
        await this.numbers.raise(trx, new Map([[series, positionOf(read)]]));
        await markSigned(trx, sha256, signedBy, series);
      });
      return true;
    });
  }

  #judge(crls: readonly (ReadCrl | RefusedCrl)[], target: IntakeTarget): readonly IntakeMember[] {
    const seen = new Map<string, CrlPosition>();
    return crls.map((read): IntakeMember => {
      const { position } = read;
      if ('refusal' in read) return { position, verdict: 'refused', read, refusal: read.refusal };
      if (read.series === undefined) return { position, verdict: 'unverified', read, refusal: undefined };
      const known = seen.get(read.series) ?? this.numbers.get(read.series);
      const order = known === undefined ? 'newer' : compareInSeries(read, known);
      if (known !== undefined && (order === 'older' || order === 'conflict'))
        return { position, verdict: 'refused', read, refusal: rollback(read, known, order) };
      seen.set(read.series, positionOf(read));
      const there = this.#rows.some(
        (row) => row.sha256 === read.id && row.source === target.source && row.source_id === target.sourceId,
      );
      return { position, verdict: there ? 'unchanged' : 'stored', read, refusal: undefined };
    });
  }

  async #store(
    good: readonly IntakeMember[],
    { source, sourceId, origin, replaces }: IntakeTarget,
    within: (trx: Trx) => Promise<void>,
  ): Promise<void> {
    const { storage, clock } = this.#deps;
    const reads = good.flatMap(({ read }) => ('id' in read ? [read] : []));
    // of two CRLs of one series in one file only the newer is kept
    const kept = reads.filter(
      (read, i) => !reads.slice(i + 1).some((later) => later.series !== undefined && later.series === read.series),
    );
    failPoint('revocation.files');
    for (const read of kept) await this.shelf.take(read.id, read);
    await storage.transaction(async (trx) => {
      const verified = kept.flatMap((read): [string, CrlPosition][] =>
        read.series === undefined ? [] : [[read.series, positionOf(read)]],
      );
      await this.numbers.raise(trx, new Map(verified));
      failPoint('revocation.rows');
      if (replaces === 'all') await deleteCrlRows(trx, source, sourceId);
      else for (const [series] of verified) await deleteCrlRows(trx, source, sourceId, { series });
      await putCrlRows(
        trx,
        kept.map((read) => ({
          source,
          source_id: sourceId,
          sha256: read.id,
          origin,
          issuer: read.issuer,
          signed_by: read.signedBy ?? null,
          series: read.series ?? null,
          number: read.number ?? null,
          this_update: read.thisUpdate,
          next_update: read.nextUpdate,
          entries: read.entries,
          bytes: read.bytes,
          delta: read.delta ? 1 : 0,
          retrieved_at: clock.now(),
        })),
      );
      await within(trx);
    });
  }
}

function positionOf({ id, number, thisUpdate }: ReadCrl): CrlPosition {
  return { id, number, thisUpdate };
}

function rollback(read: ReadCrl, known: CrlPosition, order: 'older' | 'conflict'): CrlRefusal {
  const name = (position: CrlPosition): string =>
    `${position.number === undefined ? '' : `number ${position.number} `}of ${new Date(position.thisUpdate).toISOString()}`;
  if (order === 'conflict') {
    return {
      code: 'revocation.crl-conflict',
      message: `the CRL ${name(read)} has the number of one that was seen before, but other content`,
      hint: 'Ask the CA: a number must never be used twice. The CRL seen before stays in use.',
    };
  }
  return {
    code: 'revocation.crl-rollback',
    message: `the CRL ${name(read)} is older than the one ${name(known)} that was seen already`,
    hint: 'See why an old CRL is handed out: it could hide revocations. The newer one stays in use.',
  };
}
