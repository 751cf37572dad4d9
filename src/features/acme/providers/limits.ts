/** What counts against the limits of a CA, remembered in the database; and until when it has asked not to be called. */
import type { Trx } from '../../../storage/schema.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import type { Identifier } from '../client/resource/identifier.ts';
import { type RateLimit, rateLimits, rateRoom, registeredDomain, setKey } from '../client/timing/rate-room.ts';
import { longestWait } from '../client/wire/retry-after.ts';
import type { AcmeProviderView } from '../schemas.ts';
import * as store from '../store.ts';
import type { Provider } from './provider.ts';

interface Counter {
  readonly what: store.Counted;
  readonly key: string;
}

interface Rule extends Counter {
  readonly limit: RateLimit;
}

const week = 7 * 86_400_000;

/** Counts within the transaction of what is counted. */
export async function countEvents(trx: Trx, directory: string, events: readonly Counter[], now: number): Promise<void> {
  await store.addCounts(
    trx,
    events.map((event) => ({ ...event, directory, at: now })),
    now - 2 * week,
  );
}

/** What a certificate for these names counts as. */
export function certificateCounters(identifiers: readonly Identifier[]): readonly Counter[] {
  const domains = new Set(identifiers.map(registeredDomain));
  return [
    { what: 'certificate-set', key: setKey(identifiers) },
    ...[...domains].map((key) => ({ what: 'certificate-domain', key }) as const),
  ];
}

/** How much room is left at a directory, for these names. */
export async function roomFor(
  deps: Pick<AcmeDeps, 'storage' | 'clock'>,
  directory: string,
  identifiers: readonly Identifier[],
): Promise<AcmeProviderView['limits'] & readonly { readonly freeAt?: number }[]> {
  const now = deps.clock.now();
  const rows: (AcmeProviderView['limits'][number] & { freeAt: number })[] = [];
  for (const { what, key, limit } of rulesFor(directory, identifiers)) {
    const times = await store.selectCounts(deps.storage.db, { directory, what, key, since: now - limit.window });
    const room = rateRoom(limit, times, now);
    rows.push({
      what: limit.words,
      key,
      used: room.used,
      allowed: limit.most,
      windowHours: limit.window / 3_600_000,
      near: room.scarce,
      freeAt: room.freeAt,
    });
  }
  return rows;
}

/** Throws `acme.rate-limited` with the time when there is room again: by what the CA has asked, or by what was counted. */
export async function checkRoom(
  deps: Pick<AcmeDeps, 'storage' | 'clock'>,
  directory: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  const now = deps.clock.now();
  const wait = await longestOf(deps, directory);
  if (wait !== undefined) throw limited(wait.words, wait.until);
  for (const { what, key, limit } of rulesFor(directory, identifiers)) {
    const times = await store.selectCounts(deps.storage.db, { directory, what, key, since: now - limit.window });
    const { left, freeAt } = rateRoom(limit, times, now);
    if (left === 0) throw limited(`${limit.most} ${limit.words} are used up${key === '' ? '' : `: ${key}`}.`, freeAt);
  }
}

/** Remembers that the CA has asked to wait. */
export async function rememberWait(deps: AcmeDeps, directory: string, error: unknown): Promise<void> {
  if (!(error instanceof AcmeProblem) || error.failure.retryAt === undefined) return;
  if (error.failure.document === undefined) return;
  const row = { directory, what: 'any', until: error.failure.retryAt, words: error.message };
  await deps.storage.transaction((trx) => store.writeWait(trx, row));
}

/** Until when the CA wants no call; null when it may be called. */
export async function waitUntil(deps: Pick<AcmeDeps, 'storage' | 'clock'>, directory: string): Promise<number | null> {
  return (await longestOf(deps, directory))?.until ?? null;
}

/** What a CA has asked for that still holds; more than it can ask for was kept by a clock that ran ahead. */
async function longestOf({ storage, clock }: Pick<AcmeDeps, 'storage' | 'clock'>, directory: string) {
  const now = clock.now();
  const waits = await store.selectWaits(storage.db, directory);
  return waits
    .filter(({ until }) => until > now && until <= now + longestWait)
    .sort((a, b) => b.until - a.until)
    .at(0);
}

/** What the provider's page shows, without any name in mind. */
export async function providerRoom(deps: AcmeDeps, provider: Provider): Promise<AcmeProviderView['limits']> {
  if (provider.kind !== 'acme') return [];
  const rows = await roomFor(deps, provider.directoryUrl, []);
  return rows.map(({ what, key, used, allowed, windowHours, near }) => ({
    what,
    key,
    used,
    allowed,
    windowHours,
    near,
  }));
}

/** The published limits are those of one public CA; failed authorizations are held back everywhere. */
function rulesFor(directory: string, identifiers: readonly Identifier[]): readonly Rule[] {
  const failed = identifiers.map(({ value }) => ({
    what: 'failed-authorization',
    key: value,
    limit: rateLimits['failed-authorizations'],
  })) as Rule[];
  if (!publishedLimits.test(directory)) return failed;
  const certificates = identifiers.length === 0 ? [] : certificateCounters(identifiers);
  return [
    ...failed,
    { what: 'order', key: '', limit: rateLimits.orders },
    { what: 'account', key: '', limit: rateLimits.accounts },
    ...certificates.map((counter) => ({
      ...counter,
      limit:
        counter.what === 'certificate-set' ? rateLimits['certificates-per-set'] : rateLimits['certificates-per-domain'],
    })),
  ];
}

const publishedLimits = /^https:\/\/acme(-staging)?-v02\.api\.letsencrypt\.org\//;

function limited(words: string, retryAt: number): AcmeProblem {
  return new AcmeProblem('acme.rate-limited', `${words} Not before ${new Date(retryAt).toISOString()}.`, { retryAt });
}
