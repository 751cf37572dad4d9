import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GENERALIZED_TIME, UTC_TIME } from './tag.ts';
import { noExpiry, start2050, timeOf } from './time.ts';

const utc = (text: string) => timeOf(Buffer.from(text, 'latin1'), UTC_TIME, 0, text.length);
const generalized = (text: string) => timeOf(Buffer.from(text, 'latin1'), GENERALIZED_TIME, 0, text.length);

test('two-digit years reach from 1950 to 2049', () => {
  assert.equal(utc('500101000000Z'), Date.UTC(1950, 0, 1));
  assert.equal(utc('491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59));
  assert.equal(generalized('20500101000000Z'), start2050);
  assert.equal(generalized('99991231235959Z'), noExpiry);
  assert.equal(generalized('20510615120000Z'), Date.UTC(2051, 5, 15, 12));
});

test('leap days exist in leap years only', () => {
  assert.equal(generalized('20000229000000Z'), Date.UTC(2000, 1, 29));
  assert.equal(utc('240229000000Z'), Date.UTC(2024, 1, 29));
  for (const bad of ['19000229000000Z', '21000229000000Z', '20230229000000Z'])
    assert.ok(Number.isNaN(generalized(bad)));
});

test('every other form is refused', () => {
  const bad = [
    '2401010000Z',
    '240101000000',
    '240101000000+0000',
    '240101000000z',
    '241301000000Z',
    '240001000000Z',
    '240132000000Z',
    '240431000000Z',
    '240101240000Z',
    '240101006000Z',
    '240101000060Z',
    '24010100000 Z',
    '24010100000\u00ffZ',
    '-40101000000Z',
    '',
  ];
  for (const text of bad) assert.ok(Number.isNaN(utc(text)), text);
  for (const text of [
    '20240101000000.5Z',
    '202401010000Z',
    '20240101000000',
    '20240101000000+0100',
    '2024010100000:Z',
  ]) {
    assert.ok(Number.isNaN(generalized(text)), text);
  }
});

test('every second of every year agrees with the calendar of the platform', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date(noExpiry), noInvalidDate: true }),
      (date) => {
        const text = date.toISOString().replace(/[-:T]|\.\d+/g, '');
        assert.equal(generalized(text), Math.floor(date.getTime() / 1000) * 1000);
      },
    ),
  );
});
