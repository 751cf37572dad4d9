/** CRLs that certificates name: fetched when nothing else settles a status, kept like any other. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { Storage } from '../../../storage/storage.ts';
import { FailureMemory } from '../fetch/failure-memory.ts';
import { type FetchError, fetchError } from '../fetch/fetch-error.ts';
import { ifNewer } from '../fetch/if-newer.ts';
import type { OutboundHttp } from '../fetch/outbound-http.ts';
import { SingleFlight } from '../fetch/single-flight.ts';
import { deleteCrlRows } from '../store.ts';
import type { CrlLibrary } from './crl-library.ts';

const largest = 5 << 20;
const mostKept = 200;

type Headers = Readonly<Record<string, string>>;

export interface CdpSourceDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly http: OutboundHttp;
  readonly library: CrlLibrary;
  /** A CRL has come that was not there. */
  readonly changed: () => void;
}

export class CdpSource {
  readonly #deps: CdpSourceDeps;
  readonly #failures: FailureMemory;
  readonly #flights = new SingleFlight<Result<void, FetchError>>();
  /** By URL, of those that are kept: what to ask for news with, and who may have signed. */
  readonly #known = new Map<string, { readonly headers: Headers; readonly issuers: readonly Certificate[] }>();

  constructor(deps: CdpSourceDeps) {
    this.#deps = deps;
    this.#failures = new FailureMemory(deps.clock);
  }

  forgetFailures(): void {
    this.#failures.forget();
  }

  /** Fetches the CRL and puts it into the library. `issuers`: certificates of the verified path, which may have signed it. */
  fetch(url: string, issuers: readonly Certificate[], within: number): Promise<Result<void, FetchError>> {
    return this.#fetch(url, issuers, within, {});
  }

  /** Fetches a CRL that is in the library once more; a server that has nothing newer answers in a few octets. */
  refresh(url: string, within: number): Promise<Result<void, FetchError>> {
    return this.#fetch(url, this.signers(url), within, this.#known.get(url)?.headers ?? {});
  }

  /** Of the path for which it was fetched since the start. */
  signers(url: string): readonly Certificate[] {
    return this.#known.get(url)?.issuers ?? [];
  }

  #fetch(
    url: string,
    issuers: readonly Certificate[],
    within: number,
    headers: Headers,
  ): Promise<Result<void, FetchError>> {
    const resting = this.#failures.resting(url);
    if (resting !== undefined) return Promise.resolve(err(resting));
    return this.#flights.run(url, async () => {
      const result = await this.#fetchNow(url, issuers, within, headers);
      if (result.ok) this.#failures.succeeded(url);
      else this.#failures.failed(url, result.error);
      return result;
    });
  }

  #fetchNow(
    url: string,
    issuers: readonly Certificate[],
    within: number,
    headers: Headers,
  ): Promise<Result<void, FetchError>> {
    const { http, library } = this.#deps;
    return library.shelf.inWorkFolder(async (folder) => {
      const file = join(folder, 'body');
      const order = { url, origin: 'certificate', method: 'GET', maxBytes: largest, within, file, headers } as const;
      const fetched = await http.fetch(order);
      if (!fetched.ok) return fetched;
      const { status, etag, lastModified } = fetched.value;
      if (status === 304) return ok(undefined);
      const sourceId = createHash('sha256').update(url).digest('hex');
      const target = { source: 'cdp', sourceId, origin: url, maxBytes: largest, replaces: 'series', issuers } as const;
      const intake = await library.takeIn(file, folder, target);
      if (!intake.ok)
        return err(fetchError('revocation.crl-answer', `${url}: ${intake.refusal.message}.`, intake.refusal.hint));
      this.#known.set(url, { headers: ifNewer(etag, lastModified), issuers });
      await this.#makeRoom();
      if (intake.members.some(({ verdict }) => verdict === 'stored')) this.#deps.changed();
      return ok(undefined);
    });
  }

  async #makeRoom(): Promise<void> {
    const { library, storage } = this.#deps;
    const rows = library.rows.filter(({ source }) => source === 'cdp');
    const surplus = rows.sort((a, b) => a.retrieved_at - b.retrieved_at).slice(0, Math.max(0, rows.length - mostKept));
    if (surplus.length === 0) return;
    await library.alone(() =>
      storage.transaction(async (trx) => {
        for (const { source_id, sha256 } of surplus) await deleteCrlRows(trx, 'cdp', source_id, { sha256 });
      }),
    );
    for (const { origin } of surplus) this.#known.delete(origin);
  }
}
