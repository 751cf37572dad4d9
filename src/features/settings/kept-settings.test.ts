import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  testAdministrator as actor,
  auditRows,
  openTemporaryStorage,
} from '../../../test/support/temporary-storage.ts';
import { Problem } from '../../lib/problem.ts';
import { changeSettings, type KeptSettings, readSettings } from './kept-settings.ts';

interface Bell {
  readonly version: number;
  readonly tone: string;
  readonly loud: boolean;
}

const bell: KeptSettings<Bell> = {
  key: 'bell',
  what: 'the settings of the bell',
  staleCode: 'settings.stale',
  action: 'bell.change',
  object: 'bell',
  complete: (kept) => ({ version: 0, tone: 'c', loud: false, ...kept }),
};

test('a member that a later release adds has its default, and what was kept stays', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  assert.deepEqual(await readSettings(storage.db, bell), { version: 0, tone: 'c', loud: false });
  const older = { ...bell, complete: (kept: object) => ({ version: 0, ...kept }) };
  const change = () => ({ version: 0, tone: 'f' });
  await storage.transaction((trx) => changeSettings(trx, older, { actor, version: 0, change, detail: {} }));
  assert.deepEqual(await readSettings(storage.db, bell), { version: 1, tone: 'f', loud: false });
});

test('the audit row of a change begins with the state in which the one before it ended, whatever the order of members', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  const changes = [() => ({ loud: true, tone: 'f', version: 9 }), (before: Bell) => ({ ...before, tone: 'g' })];
  for (const [version, change] of changes.entries())
    await storage.transaction((trx) => changeSettings(trx, bell, { actor, version, change, detail: { version } }));
  const [last, first] = await auditRows(storage);
  assert.equal(last?.before_hash, first?.after_hash);
  assert.notEqual(last?.after_hash, first?.after_hash);
  assert.deepEqual(await readSettings(storage.db, bell), { version: 2, tone: 'g', loud: true });
});

test('a change from an old version is refused in words that name what was changed, and leaves no trace', async (t) => {
  const { storage } = await openTemporaryStorage(t);
  const change = (before: Bell) => before;
  const late = storage.transaction((trx) => changeSettings(trx, bell, { actor, version: 7, change, detail: {} }));
  await assert.rejects(late, (error) => {
    assert.ok(error instanceof Problem);
    assert.deepEqual([error.details.code, error.details.status], ['settings.stale', 409]);
    assert.equal(error.details.title, 'The settings of the bell changed meanwhile.');
    return true;
  });
  assert.equal((await readSettings(storage.db, bell)).version, 0);
  assert.deepEqual(await auditRows(storage), []);
});
