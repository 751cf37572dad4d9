import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedRenewal, type ForecastFacts, forecast } from './forecast.ts';
import { renewalsOf } from './peers.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 21);
const both = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

const facts = (part: Partial<ForecastFacts> = {}): ForecastFacts => ({
  notBefore: now - 100 * day,
  notAfter: now + 100 * day,
  extendedKeyUsage: both,
  publicCa: false,
  weak: [],
  renewedBeforeDays: [],
  superseded: false,
  ...part,
});

const cases: readonly [string, Partial<ForecastFacts>, string, RegExp][] = [
  ['far from its end', {}, 'good', /^Expires in 100 days\. No renewal/],
  ['in the last tenth of its life', { notAfter: now + 10 * day }, 'watch', /Expires in 10 days/],
  ['ended', { notAfter: now - 2 * day }, 'act', /Expired 2 days ago/],
  ['ends today', { notAfter: now + day / 2 }, 'watch', /within a day/],
  ['renewed once', { renewedBeforeDays: [30] }, 'good', /renewed 30 days before the end \(once\)/],
  ['renewed often', { renewedBeforeDays: [30, 35, 31] }, 'good', /renewed 30 to 35 days before the end \(3 times\)/],
  [
    'later than ever',
    { notAfter: now + 25 * day, renewedBeforeDays: [30, 35] },
    'act',
    /This time it is late.* 30 days/,
  ],
  ['renewed too late before', { renewedBeforeDays: [-1, 20] }, 'good', /not always in time/],
  ['of a public CA', { publicCa: true }, 'watch', /lack clientAuth/],
  ['of a public CA, for servers only', { publicCa: true, extendedKeyUsage: both.slice(0, 1) }, 'good', /^Expires/],
  ['weak', { weak: ['signed with SHA-1'] }, 'watch', /Weak: signed with SHA-1\./],
  ['replaced', { notAfter: now - day, superseded: true }, 'good', /newer certificate/],
];

for (const [title, part, severity, words] of cases) {
  test(`forecast of a certificate: ${title}`, () => {
    const made = forecast(facts(part), now);
    assert.equal(made.severity, severity);
    assert.match(made.words.join(' '), words);
  });
}

test('the next certificate is expected when it usually came, else at the end', () => {
  assert.equal(expectedRenewal(facts()), now + 100 * day);
  assert.equal(expectedRenewal(facts({ renewedBeforeDays: [10, 30, 31] })), now + 70 * day);
});

test('renewals are read from the certificates that follow each other, peer by peer', () => {
  const row = (fingerprint: string, who: string, notAfter: number, firstSeen: number) => ({
    fingerprint,
    who,
    not_after: now + notAfter * day,
    first_seen: now + firstSeen * day,
  });
  const { before, superseded } = renewalsOf([
    row('a1', 'a', 100, 0),
    row('a2', 'a', 190, 70),
    row('a3', 'a', 280, 155),
    row('b1', 'b', 50, 0),
  ]);
  assert.deepEqual(before.get('a3'), [30, 35]);
  assert.deepEqual([...superseded].sort(), ['a1', 'a2']);
  assert.deepEqual(before.get('b1'), []);
});
