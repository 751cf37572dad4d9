/** When certificates are renewed and deployed, and what is tried how often while a CA fails: by a clock of the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor, createTestClock } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';
import { takeLease } from '../../../storage/lease.ts';
import { deployTime, nextOccasion, weekdays } from './deploy-time.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('Deployed on the days and from the time that were set, sooner when the certificate in use would end', () => {
  const friday = Date.UTC(2026, 10, 6, 12);
  const settings = { days: ['sunday'], time: '02:30' } as const;
  assert.equal(nextOccasion(friday, { ...settings, days: [...settings.days] }), Date.UTC(2026, 10, 8, 2, 30));
  assert.equal(nextOccasion(friday, { days: [], time: '02:30' }), Date.UTC(2026, 10, 7, 2, 30), 'every day');
  const active = { notBefore: friday - 89 * day, notAfter: friday + day };
  const at = deployTime({ signedAt: friday, settings: { days: ['thursday'], time: '02:30' }, active });
  assert.ok(at >= friday && at < active.notAfter, 'before the end');
});

test('The next occasion is never in the past, within eight days, on a chosen day, at the time', () => {
  const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  const days = fc.uniqueArray(fc.constantFrom(...weekdays));
  const hours = fc.integer({ min: 0, max: 23 });
  fc.assert(
    fc.property(moment, days, hours, (from, chosen, h) => {
      const time = `${String(h).padStart(2, '0')}:05`;
      const at = nextOccasion(from, { days: chosen, time });
      assert.ok(at >= from && at - from <= 8 * day);
      assert.equal(new Date(at).toISOString().slice(11, 16), time);
      const name = new Date(at).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toLowerCase();
      assert.ok(chosen.length === 0 || chosen.some((one) => one === name), `${name} of ${chosen.join()}`);
    }),
  );
});

test('An outage of ninety days: at most ninety-five attempts, none before its time, alarms in stages, then it recovers', async (context) => {
  const { acme, ca, clock } = await openAcmePair(context, { ca: { lifetime: 398 * day } });
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  clock.advance(day);
  await acme.tick();
  assert.equal(
    (await acme.slots.get('server')).certificate?.byProvider,
    (await acme.slots.get('server')).settings.providers[0],
  );
  ca.misbehave.absent = 'unavailable';
  const alarms = new Set<string>();
  let attempts = (await acme.orders('server')).length;
  const times: number[] = [];
  clock.advance(260 * day);
  const until = clock.now() + 120 * day;
  while (clock.now() < until) {
    clock.set(Math.min(await acme.tick(), clock.now() + 2 * day));
    const { failures, stopped } = (await acme.slots.get('server')).renewal;
    if (failures > attempts - 1 && failures > times.length) times.push(clock.now());
    if (failures > 0) for (const { code } of await acme.conditions(clock.now())) alarms.add(code);
    if (stopped) break;
    attempts = Math.max(attempts, failures);
  }
  const { failures } = (await acme.slots.get('server')).renewal;
  assert.ok(failures >= 30 && failures <= 95, `${failures} attempts`);
  for (const code of ['acme.sign-failed', 'acme.failing-1-day', 'acme.failing-7-days', 'acme.stopped-trying']) {
    assert.ok(alarms.has(code), `${code} of ${[...alarms].join()}`);
  }
  clock.advance(day);
  await acme.tick();
  assert.equal(
    (await acme.slots.get('server')).renewal.failures,
    failures,
    'nothing more is tried until a person says so',
  );
  ca.misbehave.absent = undefined;
  await acme.slots.retryNow(actor, 'server');
  await acme.tick();
  assert.equal((await acme.slots.get('server')).renewal.failures, 0);
});

test('Failures in a row are tried again after 1, 10 and 100 minutes, then daily; a restart changes nothing', async (context) => {
  const { acme, ca, clock } = await openAcmePair(context);
  ca.misbehave.absent = 'unavailable';
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    await acme.tick();
    const { nextAttempt } = (await acme.slots.get('server')).renewal;
    waits.push(Math.round((Date.parse(nextAttempt ?? '') - clock.now()) / minute));
    clock.set(Date.parse(nextAttempt ?? '') - 1);
    await acme.tick();
    assert.equal((await acme.orders('server')).length, i + 1, 'not a moment earlier');
    clock.advance(1);
  }
  assert.deepEqual(waits.slice(0, 3), [1, 10, 100]);
  for (const wait of waits.slice(4)) assert.ok(wait > 0.55 * 24 * 60 && wait < 1.5 * 24 * 60, `${wait} minutes`);
});

test('What the CA says about waiting is kept: the next call is not earlier, whatever the schedule says', async (context) => {
  const { acme, ca, clock, provider } = await openAcmePair(context);
  ca.misbehave.rateLimited = 5 * 3600;
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  const { renewal } = await acme.slots.get('server');
  assert.ok(Date.parse(renewal.nextAttempt ?? '') >= clock.now() + 5 * hour);
  assert.notEqual((await acme.providers.get(provider)).waitUntil, null);
  const calls = ca.requests.length;
  await acme.slots.retryNow(actor, 'server');
  await acme.tick();
  assert.equal(ca.requests.length, calls, 'an attempt by hand does not call either');
});

test('What no waiting helps against goes to daily at once, with an alarm', async (context) => {
  const { acme, ca, clock } = await openAcmePair(context);
  ca.misbehave.refuses = 'caa';
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  const { renewal } = await acme.slots.get('server');
  assert.ok(Date.parse(renewal.nextAttempt ?? '') > clock.now() + 12 * hour);
  const alarm = (await acme.conditions(clock.now())).find(({ code }) => code === 'acme.sign-failed');
  assert.equal(alarm?.severity, 'alert');
});

test('The CA’s window decides, a time in it is kept; one in the past means now, one far away is not believed', async (context) => {
  const { acme, ca, clock } = await openAcmePair(context, { gateway: { more: { random: () => 0.25 } } });
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  const start = clock.now() + 20 * day;
  ca.misbehave.renewal = { start, end: start + 4 * day };
  clock.advance(13 * hour);
  await acme.tick();
  const { renewal } = await acme.slots.get('server');
  assert.equal(Date.parse(renewal.at ?? ''), start + day);
  assert.deepEqual(renewal.window?.start, new Date(start).toISOString());
  ca.misbehave.renewal = 'far-future';
  clock.advance(13 * hour);
  await acme.tick();
  const end = Date.parse((await acme.slots.get('server')).certificate?.notAfter ?? '');
  assert.ok(Date.parse((await acme.slots.get('server')).renewal.at ?? '') < end, 'before the certificate ends');
  ca.misbehave.renewal = 'past';
  clock.advance(13 * hour);
  const orders = (await acme.orders('server')).length;
  await acme.tick();
  assert.equal((await acme.orders('server')).length, orders + 1, 'at once');
});

test('A renewal tells the CA which certificate it replaces', async (context) => {
  const { acme, clock, storage, ca } = await openAcmePair(context);
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  clock.advance(day);
  await acme.tick();
  clock.advance(75 * day);
  await acme.tick();
  const orders = await storage.db.selectFrom('acme_orders').select(['fields', 'state']).orderBy('created_at').execute();
  assert.deepEqual(
    orders.map(({ state }) => state),
    ['done', 'done'],
  );
  assert.match(String(JSON.parse(orders[1]?.fields ?? '{}').replaces), /^[\w-]+\.[\w-]+$/);
  assert.deepEqual(ca.faults, []);
});

test('While another process has the lease, no order is begun, and the scheduler comes back soon', async (context) => {
  const { acme, storage, clock } = await openAcmePair(context);
  const lease = await takeLease(storage, 'acme server');
  await assert.rejects(acme.slots.sign(actor, 'server'), (e: Problem) => e.details.code === 'acme.order-running');
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  assert.ok((await acme.tick()) <= clock.now() + hour);
  assert.equal((await acme.orders('server')).length, 0);
  await lease?.release();
  await acme.tick();
  assert.equal((await acme.orders('server'))[0]?.state, 'done');
});

test('A clock that ran four years ahead and was put right: what failed meanwhile holds nothing up', async (context) => {
  const theirs = createTestClock(Date.UTC(2026, 10, 2));
  const { acme, ca, clock, provider } = await openAcmePair(context, { ca: { clock: theirs } });
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  clock.advance(day);
  await acme.tick();
  const right = clock.now();
  clock.advance(4 * 365 * day);
  ca.misbehave.absent = 'unavailable';
  for (let i = 0; i < 4; i++) {
    await acme.slots.retryNow(actor, 'server');
    await acme.tick();
  }
  ca.misbehave.absent = undefined;
  ca.misbehave.rateLimited = 3600;
  clock.advance(day);
  await acme.slots.retryNow(actor, 'server');
  await acme.tick();
  assert.equal((await acme.slots.get('server')).renewal.failures, 5);
  assert.notEqual((await acme.providers.get(provider)).waitUntil, null);
  ca.misbehave.rateLimited = undefined;
  clock.set(right);
  theirs.set(right);
  const { renewal } = await acme.slots.get('server');
  assert.ok(Date.parse(renewal.nextAttempt ?? '') < right + 90 * day, renewal.nextAttempt ?? 'never');
  assert.equal(renewal.retryNowLeft, 4);
  assert.equal((await acme.providers.get(provider)).waitUntil, null);
  ca.misbehave.absent = 'unavailable';
  await acme.slots.retryNow(actor, 'server');
  await acme.tick();
  assert.equal((await acme.slots.get('server')).renewal.failingSince, new Date(right).toISOString());
  ca.misbehave.absent = undefined;
  ca.requests.splice(0);
  clock.advance(13 * hour);
  await acme.tick();
  assert.ok(
    ca.requests.some((one) => one.includes('/renewal-info/')),
    'the CA is asked for its window again',
  );
  clock.advance(70 * day);
  theirs.advance(70 * day);
  await acme.tick();
  const after = await acme.slots.get('server');
  assert.deepEqual([after.renewal.failures, after.lastSign?.ok], [0, true], JSON.stringify(after.lastSign));
});

test('A certificate that has ended is renewed, but its CA is no longer asked for its window', async (context) => {
  const { acme, ca, clock } = await openAcmePair(context);
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  clock.advance(day);
  await acme.tick();
  ca.misbehave.refuses = 'caa';
  clock.advance(91 * day);
  ca.requests.splice(0);
  for (let i = 0; i < 3; i++) {
    await acme.tick();
    clock.advance(day);
  }
  assert.ok(ca.requests.some((one) => one.endsWith('/new-order')));
  assert.deepEqual(
    ca.requests.filter((one) => one.includes('/renewal-info/')),
    [],
  );
});

test('The private CA of the gateway renews the client certificate without ceremony', async (context) => {
  const { issuing, provider: privateCa } = await ownCa();
  const { acme, identity, clock } = await openAcmePair(context, { gateway: { privateCa } });
  const { id } = await acme.providers.add(actor, { kind: 'private-ca', name: 'Our own', template: 'client' });
  await acme.slots.change(actor, 'client', { version: 0, providers: [id], scheduler: true });
  await acme.tick();
  const order = (await acme.orders('client'))[0];
  assert.equal(order?.state, 'done', JSON.stringify(order?.problem));
  assert.equal(order?.steps.length, 4, 'begun, request, issued, kept');
  clock.advance(day);
  await acme.tick();
  assert.equal((await identity.served('client'))?.source, 'private-ca');
  assert.equal(issuing.count, 1);
  await acme.slots.revoke(actor, 'client', 'active', 'superseded');
  assert.equal(issuing.revoked.length, 1);
});

/** A private CA as ACME sees it: a root of the test that signs whatever the request asks for. */
async function ownCa() {
  const { createIssuingCa } = await import('../../../../test/support/issuing-ca.ts');
  const { systemClock } = await import('../../../lib/clock.ts');
  const issuer = createIssuingCa({ now: () => Date.UTC(2026, 10, 2), monotonic: systemClock.monotonic });
  const issuing = { count: 0, revoked: [] as string[] };
  return {
    issuing,
    provider: {
      templates: async () => ['client'],
      roots: async () => [issuer.root.der],
      issue: async (who: typeof actor, { csr, template }: { csr: Uint8Array; template: string }) => {
        issuing.count++;
        const names = [{ type: 'dns', value: 'gateway.example.com' }] as const;
        const { chain } = await issuer.issue(who, { csr, template, names, notAfter: undefined, askedSince: undefined });
        return chain;
      },
      revoke: async (_who: typeof actor, serial: string) => void issuing.revoked.push(serial),
    },
  };
}
