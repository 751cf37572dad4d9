import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAdministrator as ada, auditRows, openTemporaryStorage } from '../../../test/support/temporary-storage.ts';
import type { Condition } from '../../lib/condition.ts';
import { Problem } from '../../lib/problem.ts';
import { defaultSettings } from '../settings/settings.ts';
import { createAlarms } from './alarms.ts';
import type { OverviewSources } from './overview.ts';

const nothing: OverviewSources = {
  settings: async () => ({ ...defaultSettings, fqdn: 'a.example.com' }),
  identities: async () => [],
  trustedCas: async () => [],
};

function condition(code: string, severity: Condition['severity'] = 'alert', object = 'server'): Condition {
  return { code, object, severity, message: `${code} of ${object}`, hint: 'Do something.' };
}

test('a condition is raised once, keeps its time while it lasts, and clears by itself', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  let present: Condition[] = [condition('test.one')];
  const alarms = createAlarms({ storage, clock, events, sources: [async () => present], overview: nothing, onError });
  await alarms.evaluate();
  const raisedAt = clock.now();
  clock.advance(60_000);
  await alarms.evaluate();
  const [alarm, ...more] = await alarms.list();
  assert.equal(alarm?.raisedAt, raisedAt);
  assert.equal(more.length, 0);
  present = [];
  await alarms.evaluate();
  assert.deepEqual(await alarms.list(), []);
  const [ended] = await alarms.list({ cleared: true });
  assert.equal(ended?.clearedAt, clock.now());
  present = [condition('test.one')];
  await alarms.evaluate();
  assert.notEqual((await alarms.list())[0]?.id, alarm?.id);
});

test('the worst comes first, what a person has seen goes behind what nobody has', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const present = [condition('test.warn', 'warning'), condition('test.worst', 'critical'), condition('test.alert')];
  const alarms = createAlarms({ storage, clock, events, sources: [async () => present], overview: nothing, onError });
  await alarms.evaluate();
  const codes = async () => (await alarms.list()).map((alarm) => alarm.code);
  assert.deepEqual(await codes(), ['test.worst', 'test.alert', 'test.warn']);
  const worst = (await alarms.list())[0];
  const seen = await alarms.acknowledge(ada, worst?.id ?? '');
  assert.equal(seen.acknowledgedBy, 'ada');
  assert.deepEqual(await codes(), ['test.alert', 'test.warn', 'test.worst']);
  assert.equal((await auditRows(storage))[0]?.action, 'alarms.acknowledge');
  await alarms.acknowledge({ ...ada, name: 'bob' }, worst?.id ?? '');
  assert.equal((await alarms.list()).find((alarm) => alarm.id === worst?.id)?.acknowledgedBy, 'ada');
  await assert.rejects(
    alarms.acknowledge(ada, 'nothing'),
    (error) => error instanceof Problem && error.details.status === 404,
  );
});

test('a changed date or severity rewords the open alarm instead of raising another', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  let present = [condition('test.one', 'warning')];
  const alarms = createAlarms({ storage, clock, events, sources: [async () => present], overview: nothing, onError });
  await alarms.evaluate();
  const before = (await alarms.list())[0];
  present = [{ ...condition('test.one', 'critical'), message: 'worse now' }];
  await alarms.evaluate();
  const [after, ...more] = await alarms.list();
  assert.equal(after?.id, before?.id);
  assert.equal(after?.severity, 'critical');
  assert.equal(after?.message, 'worse now');
  assert.equal(more.length, 0);
});

test('while a source fails its alarms stay, those of the others still clear', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const errors: unknown[] = [];
  let broken = false;
  let other: Condition[] = [condition('test.two')];
  const sources = [
    async () => {
      if (broken) throw new Error('no answer');
      return [condition('test.one')];
    },
    async () => other,
  ];
  const deps = { storage, clock, events, sources, overview: nothing, onError: (error: unknown) => errors.push(error) };
  const alarms = createAlarms(deps);
  await alarms.evaluate();
  broken = true;
  other = [];
  await alarms.evaluate();
  assert.deepEqual(
    (await alarms.list()).map((alarm) => alarm.code),
    ['test.one'],
  );
  assert.equal(errors.length, 1);
});

test('every change makes the alarms new, and a call during a run causes one more', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  let asked = 0;
  const source = async () => {
    asked++;
    return asked > 1 ? [condition('test.one')] : [];
  };
  const alarms = createAlarms({ storage, clock, events, sources: [source], overview: nothing, onError });
  const stop = alarms.start();
  t.after(stop);
  events.emit('changed', { feature: 'settings' });
  events.emit('changed', { feature: 'settings' });
  await alarms.evaluate();
  assert.equal(asked, 2);
  assert.equal((await alarms.list()).length, 1);
  stop();
  events.emit('changed', { feature: 'settings' });
  assert.equal(asked, 2);
});

test('an alarm that ended is forgotten after thirty days', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  let present = [condition('test.one')];
  const alarms = createAlarms({ storage, clock, events, sources: [async () => present], overview: nothing, onError });
  await alarms.evaluate();
  present = [];
  await alarms.evaluate();
  clock.advance(31 * 24 * 3_600_000);
  present = [condition('test.two')];
  await alarms.evaluate();
  assert.deepEqual(
    (await alarms.list({ cleared: true })).map((alarm) => alarm.code),
    ['test.two'],
  );
});

function onError(error: unknown): never {
  throw error;
}
