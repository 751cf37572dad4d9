/** Fetches the operator's distribution points on time and notes what became of it, point by point. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { systemActor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import type { CrlLibrary, Intake } from './crls/crl-library.ts';
import { ifNewer } from './fetch/if-newer.ts';
import type { OutboundHttp } from './fetch/outbound-http.ts';
import { SingleFlight } from './fetch/single-flight.ts';
import type { SourceAttempt, SourceProgress } from './revocation-data.ts';
import type { RevocationSettings } from './revocation-settings.ts';
import { putSourceRow, readSourceRows, type SourceRowInStore } from './store.ts';
import { nextUpdateAt } from './update-plan.ts';

export interface AutomaticUpdatesDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly http: OutboundHttp;
  readonly library: CrlLibrary;
  readonly settings: () => Promise<RevocationSettings>;
  /** Told after CRLs changed. */
  readonly changed: () => void;
  /** 0 to 1. */
  readonly chance: () => number;
}

const largest = 64 << 20;
const longest = 60_000;
const historyLength = 20;

export class AutomaticUpdates {
  readonly #deps: AutomaticUpdatesDeps;
  readonly #flights = new SingleFlight<void>();
  readonly #running = new Set<Promise<void>>();
  readonly #progress = new Map<string, SourceProgress>();

  constructor(deps: AutomaticUpdatesDeps) {
    this.#deps = deps;
  }

  /** What is happening to a source at this moment. */
  progress(id: string): SourceProgress | undefined {
    return this.#progress.get(id);
  }

  /** Fetches every point that is due; resolves when all are done. */
  async runDue(): Promise<void> {
    const settings = await this.#deps.settings();
    if (!settings.automatic.enabled) return;
    const rows = new Map((await readSourceRows(this.#deps.storage.db)).map((row) => [row.id, row]));
    const now = this.#deps.clock.now();
    const due = settings.automatic.points.filter((url) => (rows.get(sourceId(url))?.next_attempt_at ?? 0) <= now);
    await Promise.all(due.map((url) => this.update(url)));
  }

  /** Fetches one point now. Never throws for what the server does; a call meanwhile shares the answer. */
  update(url: string): Promise<void> {
    const id = sourceId(url);
    const flight = this.#flights.run(id, async () => {
      this.#progress.set(id, { step: 'waiting', bytes: 0, total: undefined });
      try {
        await this.#updateNow(url, id);
      } finally {
        this.#progress.delete(id);
      }
    });
    this.#running.add(flight);
    const done = (): void => void this.#running.delete(flight);
    flight.then(done, done);
    return flight;
  }

  /** When nothing is being fetched any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #updateNow(url: string, id: string): Promise<void> {
    const { storage, clock, library, changed } = this.#deps;
    const row = (await readSourceRows(storage.db)).find((one) => one.id === id) ?? newRow(id, url);
    const started = clock.now();
    const begin = clock.monotonic();
    const { attempt, about, stored } = await this.#fetch(url, id, row).catch((error: unknown) => ({
      attempt: { outcome: 'revocation.update-failed', message: `It could not be stored: ${String(error)}`, bytes: 0 },
      about: undefined,
      stored: false,
    }));
    const good = attempt.outcome === 'updated' || attempt.outcome === 'unchanged';
    const failures = good ? 0 : row.failures + 1;
    const entry: SourceAttempt = { ...attempt, at: started, milliseconds: Math.round(clock.monotonic() - begin) };
    const { dailyUpdateTime } = (await this.#deps.settings()).automatic;
    const crls = library.rows
      .filter((one) => one.source === 'automatic' && one.source_id === id)
      .map((one) => ({ thisUpdate: one.this_update, nextUpdate: one.next_update }));
    const now = clock.now();
    const plan = { now, dailyUpdateTime, failures, crls, chance: this.#deps.chance() };
    await storage.transaction((trx) =>
      putSourceRow(trx, {
        ...row,
        ...about,
        last_attempt_at: started,
        last_success_at: good ? started : row.last_success_at,
        next_attempt_at: nextUpdateAt(plan),
        failures,
        outcome: attempt.outcome,
        message: attempt.message,
        history: JSON.stringify([entry, ...historyOf(row)].slice(0, historyLength)),
      }),
    );
    if (stored || failures > 0 || row.failures > 0) changed();
  }

  #fetch(url: string, id: string, row: SourceRowInStore): Promise<Fetched> {
    const { http, library } = this.#deps;
    const own = library.rows.filter((one) => one.source === 'automatic' && one.source_id === id);
    const have = own.length > 0 && !own.some(({ sha256 }) => library.shelf.damaged.has(sha256));
    return library.shelf.inWorkFolder(async (folder): Promise<Fetched> => {
      const file = join(folder, 'body');
      const fetched = await http.fetch({
        url,
        origin: 'operator',
        method: 'GET',
        maxBytes: largest,
        within: longest,
        file,
        headers: have ? ifNewer(row.etag, row.last_modified) : {},
        onProgress: (bytes, total) => this.#progress.set(id, { step: 'downloading', bytes, total }),
      });
      if (!fetched.ok) return failed(fetched.error.code, `${fetched.error.message} ${fetched.error.hint}`);
      const { status, bytes, etag, lastModified } = fetched.value;
      if (status === 304)
        return {
          attempt: { outcome: 'unchanged', message: 'The server has nothing newer.', bytes },
          about: undefined,
          stored: false,
        };
      this.#progress.set(id, { step: 'checking', bytes, total: bytes });
      const target = { source: 'automatic', sourceId: id, origin: url, maxBytes: largest, replaces: 'series' } as const;
      const intake = await library.takeIn(file, folder, target, async (trx, done) => {
        const detail = { url, ...countsOf(done) };
        if (detail.stored > 0)
          await recordAudit(trx, systemActor('crl-update'), { action: 'revocation.update', object: id, detail });
      });
      const about = { etag: etag ?? null, last_modified: lastModified ?? null };
      return { ...judged(intake, bytes), about: intake.ok && refusedOf(intake) === undefined ? about : undefined };
    });
  }
}

/** The row id of a distribution point. */
export function sourceId(url: string): string {
  return createHash('sha256').update(url).digest('hex');
}

export function historyOf(row: SourceRowInStore): readonly SourceAttempt[] {
  return JSON.parse(row.history) as readonly SourceAttempt[];
}

interface Fetched {
  readonly attempt: Pick<SourceAttempt, 'outcome' | 'message' | 'bytes'>;
  readonly about: Partial<SourceRowInStore> | undefined;
  readonly stored: boolean;
}

function newRow(id: string, url: string): SourceRowInStore {
  return {
    id,
    kind: 'automatic',
    url,
    etag: null,
    last_modified: null,
    last_attempt_at: null,
    last_success_at: null,
    next_attempt_at: null,
    failures: 0,
    outcome: '',
    message: '',
    history: '[]',
  };
}

function failed(outcome: string, message: string): Fetched {
  return { attempt: { outcome, message, bytes: 0 }, about: undefined, stored: false };
}

function judged(intake: Intake, bytes: number): Fetched {
  if (!intake.ok) {
    const { code, message, hint } = intake.refusal;
    return {
      attempt: { outcome: code, message: `${sentence(message)} ${hint}`, bytes },
      about: undefined,
      stored: false,
    };
  }
  const refused = refusedOf(intake);
  const { stored, unverified } = countsOf(intake);
  const news = stored > 0;
  if (refused !== undefined) {
    const message = `${sentence(refused.message)} ${refused.hint}`;
    return { attempt: { outcome: refused.code, message, bytes }, about: undefined, stored: news };
  }
  const unknown = unverified === 0 ? '' : ` ${unverified} of unknown issuers, not used until their CA is trusted.`;
  const message = `${news ? `${stored} new.` : 'The same as before.'}${unknown}`;
  return { attempt: { outcome: news ? 'updated' : 'unchanged', message, bytes }, about: undefined, stored: news };
}

function refusedOf(intake: Intake) {
  return intake.members.find(({ refusal }) => refusal !== undefined)?.refusal;
}

function countsOf({ members }: Intake): {
  readonly stored: number;
  readonly unverified: number;
  readonly refused: number;
} {
  const count = (verdict: string): number => members.filter((member) => member.verdict === verdict).length;
  return { stored: count('stored'), unverified: count('unverified'), refused: count('refused') };
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}
