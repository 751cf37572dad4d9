import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../lib/problem.ts';
import { toStorageProblem } from './storage-problem.ts';

const cases: readonly [cause: object, code: string, status: number][] = [
  [{ code: 'ENOSPC' }, 'storage.no-space', 507],
  [{ code: 'EDQUOT' }, 'storage.no-space', 507],
  [{ errcode: 13 }, 'storage.no-space', 507],
  [{ errcode: 4874 }, 'storage.no-space', 507],
  [{ code: 'EROFS' }, 'storage.read-only', 503],
  [{ errcode: 8 }, 'storage.read-only', 503],
  [{ errcode: 776 }, 'storage.read-only', 503],
  [{ code: 'EIO' }, 'storage.disk-error', 503],
  [{ errcode: 778 }, 'storage.disk-error', 503],
  [{ errcode: 1034 }, 'storage.sync-failed', 503],
  [{ errcode: 5 }, 'storage.busy', 503],
  [{ errcode: 11 }, 'storage.damaged', 500],
  [{ errcode: 26 }, 'storage.damaged', 500],
  [{ code: 'EMFILE' }, 'storage.too-many-files', 503],
  [{ code: 'EACCES' }, 'storage.denied', 503],
];
for (const [cause, code, status] of cases) {
  test(`${JSON.stringify(cause)} becomes ${code} with words and a next step`, () => {
    const error = Object.assign(new Error('as the system says it'), cause);
    const problem = toStorageProblem(error);
    assert.ok(problem instanceof Problem);
    assert.equal(problem.details.code, code);
    assert.equal(problem.details.status, status);
    assert.ok((problem.details.detail ?? '').length > 20 && (problem.details.hint ?? '').length > 20);
    assert.equal(problem.cause, error);
    assert.doesNotMatch(JSON.stringify(problem.details), /as the system says it/);
  });
}

test('A broken constraint, a Problem and anything that is no error stay what they are', () => {
  const others = [
    Object.assign(new Error('UNIQUE constraint failed'), { errcode: 1555 }),
    new Problem({ code: 'x.y', status: 400, title: 'x' }),
    new TypeError('a mistake'),
    'text',
    undefined,
  ];
  for (const other of others) assert.equal(toStorageProblem(other), other);
});
