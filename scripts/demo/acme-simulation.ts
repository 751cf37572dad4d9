/**
 * Years of renewals in a few seconds: a gateway's scheduler by a clock that jumps from one thing due to the next, against
 * our own ACME server by the same clock, which goes away for a while. Tells what a person would ask afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AcmeCa, startAcmeCa } from '../../test/support/acme-ca.ts';
import { type AcmeGateway, openAcmeGateway } from '../../test/support/acme-gateway.ts';
import { testAdministrator as actor, createTestClock, type TestClock } from '../../test/support/temporary-storage.ts';

export interface Simulation {
  /** Of the certificates, in days. */
  readonly lifetime: number;
  /** How long it goes, in days. */
  readonly days: number;
  /** From which day on, and for how many, the CA is away. */
  readonly away: { readonly from: number; readonly days: number };
  /** Whether there is a second CA to fall back to. */
  readonly second: boolean;
  /** Days on which the CA does something else than what it should, by what it does. */
  readonly moods?: (ca: AcmeCa, day: number) => void;
}

export interface Simulated {
  readonly certificates: number;
  /** Orders that were begun. */
  readonly attempts: number;
  /** Attempts by day, only for days with any. */
  readonly perDay: ReadonlyMap<number, number>;
  readonly mostInADay: number;
  /** Days of the simulation on which an expired certificate was served. */
  readonly expiredDays: number;
  /** The least that was left of a certificate when the next was deployed, as a share of its lifetime. */
  readonly leastLeft: number;
  /** Alarm codes that were raised at any time. */
  readonly alarms: readonly string[];
  /** Simulated days from the return of the CA to the first order that went well. */
  readonly recoveredAfter: number | undefined;
  /** Real milliseconds. */
  readonly took: number;
}

const day = 86_400_000;
const start = Date.UTC(2026, 10, 2);

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const began = performance.now();
  const clock = createTestClock(start);
  const options = { clock, validation: 'always', lifetime: simulation.lifetime * day } as const;
  const ca = await startAcmeCa(options);
  const other = simulation.second ? await startAcmeCa(options) : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-years-'));
  const gateway = await openAcmeGateway({
    folder: join(folder, 'data'),
    clock,
    more: { wait: async () => undefined, random: seeded(simulation.lifetime) },
  });
  try {
    await setUp(gateway, other === undefined ? [ca] : [ca, other]);
    const seen = await live(gateway, ca, clock, simulation);
    return { ...seen, took: performance.now() - began };
  } finally {
    await gateway.close();
    await ca.close();
    await other?.close();
    await rm(folder, { recursive: true });
  }
}

async function setUp({ acme, storage, trustedCas }: AcmeGateway, cas: readonly AcmeCa[]): Promise<void> {
  const providers: string[] = [];
  for (const [i, ca] of cas.entries()) {
    const { id } = await acme.providers.add(actor, {
      kind: 'acme',
      name: `CA ${i + 1}`,
      directoryUrl: ca.directoryUrl,
      caPem: ca.httpsRoot,
      approvedHosts: ['localhost', '127.0.0.1'],
    });
    providers.push(id);
    const roots = [ca.issuer.root.certificate];
    await storage.transaction((trx) => trustedCas.addWithin(trx, actor, roots));
  }
  await acme.slots.change(actor, 'server', { version: 0, providers, scheduler: true, time: '02:00' });
}

/** From one thing due to the next, until the days are over. */
async function live(
  { acme, identity, storage }: AcmeGateway,
  ca: AcmeCa,
  clock: TestClock,
  { days, away, moods, lifetime }: Simulation,
): Promise<Omit<Simulated, 'took'>> {
  const attempts = new Map<string, number>();
  let served = 0;
  const alarms = new Set<string>();
  const expired = new Set<number>();
  let leastLeft = 1;
  let last: { readonly notAfter: number } | undefined;
  let recoveredAt: number | undefined;
  let looked = -1;
  let active = '';
  const awayFrom = start + away.from * day;
  const awayTo = awayFrom + away.days * day;
  for (const end = start + days * day; clock.now() < end; ) {
    const now = clock.now();
    const today = Math.floor((now - start) / day);
    if (last !== undefined && now > last.notAfter) expired.add(today);
    ca.misbehave.absent = now >= awayFrom && now < awayTo ? awayKinds[today % awayKinds.length] : undefined;
    if (ca.misbehave.absent === undefined) moods?.(ca, today);
    const next = await acme.tick();
    if (today !== looked) for (const { code } of await acme.conditions(now)) alarms.add(code);
    looked = today;
    for (const row of await storage.db.selectFrom('acme_orders').select(['id', 'created_at', 'state']).execute()) {
      attempts.set(row.id, row.created_at);
      if (row.state === 'done' && row.created_at >= awayTo) recoveredAt ??= row.created_at;
    }
    const slot = await storage.db
      .selectFrom('identity_slots')
      .select('active_id')
      .where('slot', '=', 'server')
      .execute();
    const deployed = slot[0]?.active_id ?? '';
    if (deployed !== active) {
      active = deployed;
      const held = await identity.served('server');
      if (held?.source === 'acme') {
        if (last !== undefined) leastLeft = Math.min(leastLeft, (last.notAfter - now) / (lifetime * day));
        served++;
        last = held.leaf;
      }
    }
    // the away days begin and end at their own moment
    const edges = [awayFrom, awayTo].filter((edge) => edge > now);
    clock.set(Math.min(next, ...edges));
  }
  const perDay = new Map<number, number>();
  for (const at of attempts.values()) {
    const which = Math.floor((at - start) / day);
    perDay.set(which, (perDay.get(which) ?? 0) + 1);
  }
  return {
    certificates: served,
    attempts: attempts.size,
    perDay,
    mostInADay: Math.max(...perDay.values()),
    expiredDays: expired.size,
    leastLeft,
    alarms: [...alarms].sort(),
    recoveredAfter: recoveredAt === undefined ? undefined : (recoveredAt - awayTo) / day,
  };
}

const awayKinds = ['unavailable', 'reset', 'unavailable', 'reset'] as const;

/** The same numbers at every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
