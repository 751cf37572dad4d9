import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoDate, isoSeconds, isoTime, isoTimeOrNull, utcMinutes, utcSeconds } from './time-text.ts';

test('a time stands as API, certificates and people want it, also after the year 9999', () => {
  const time = Date.UTC(2027, 2, 15, 2, 30, 9, 70);
  assert.equal(isoTime(time), '2027-03-15T02:30:09.070Z');
  assert.equal(isoTimeOrNull(time), '2027-03-15T02:30:09.070Z');
  assert.equal(isoSeconds(time), '2027-03-15T02:30:09Z');
  assert.equal(isoDate(time), '2027-03-15');
  assert.equal(utcSeconds(time), '2027-03-15 02:30:09 UTC');
  assert.equal(utcMinutes(time), '2027-03-15 02:30 UTC');
  const far = Date.UTC(10_000, 0, 1);
  assert.deepEqual([isoDate(far), utcMinutes(far)], ['+010000-01-01', '+010000-01-01 00:00 UTC']);
});

test('a time that is missing is null; the first moment is a time', () => {
  assert.deepEqual([isoTimeOrNull(null), isoTimeOrNull(undefined)], [null, null]);
  assert.equal(isoTimeOrNull(0), '1970-01-01T00:00:00.000Z');
});
