/** CAA before an order: the nearest records decide, by challenge and account too, and what cannot be looked up is not called good. */
import assert from 'node:assert/strict';
import type { CaaRecord } from 'node:dns';
import { test } from 'node:test';
import type { ChallengeSettings } from '../schemas.ts';
import { caaRow } from './caa-check.ts';

type Zone = Readonly<Record<string, readonly CaaRecord[] | string>>;

function ask(zone: Zone, names: string[], more: { challenge?: ChallengeSettings['type']; accountUrl?: string } = {}) {
  return caaRow({
    names,
    identities: ['ca.example'],
    challenge: more.challenge ?? 'http-01',
    accountUrl: more.accountUrl,
    lookUp: async (name) => {
      const found = zone[name] ?? 'ENODATA';
      if (typeof found !== 'string') return found;
      throw Object.assign(new Error(`queryCaa ${found} ${name}`), { code: found });
    },
  });
}

const issue = (value: string): CaaRecord => ({ critical: 0, issue: value });

test('The nearest name with records decides', async () => {
  const zone = { 'a.example.com': [issue('ca.example')], 'example.com': [issue('other.example')] };
  assert.equal((await ask(zone, ['a.example.com'])).outcome, 'good');
  assert.equal((await ask(zone, ['deep.a.example.com'])).outcome, 'good');
  const refused = await ask(zone, ['a.example.com', 'b.example.com']);
  assert.equal(refused.outcome, 'bad');
  assert.match(refused.words, /b\.example\.com: example\.com has .* do not name this CA: .*other\.example/);
  assert.match(refused.hint, /0 issue "ca\.example"/);
  assert.equal((await ask({}, ['b.example.com'])).outcome, 'good');
  assert.equal((await ask({ com: [issue(';')] }, ['b.example.com'])).outcome, 'bad', 'nobody may issue');
});

test('A record without issue allows everybody, issuewild counts for wildcards alone', async () => {
  const zone = {
    'example.com': [{ critical: 0, iodef: 'mailto:a@example.com' }],
    'example.net': [issue('other.example'), { critical: 0, issuewild: 'ca.example' }],
  };
  assert.equal((await ask(zone, ['example.com'])).outcome, 'good');
  assert.equal((await ask(zone, ['*.example.net'])).outcome, 'good');
  assert.equal((await ask(zone, ['example.net'])).outcome, 'bad');
});

test('Challenge and account that a record demands are held against ours', async () => {
  const byDns = { 'example.com': [issue('ca.example; validationmethods=dns-01')] };
  assert.equal((await ask(byDns, ['example.com'])).outcome, 'bad');
  assert.equal((await ask(byDns, ['example.com'], { challenge: 'dns-01' })).outcome, 'good');
  const byAccount = { 'example.com': [issue('ca.example; accounturi=https://ca.example/acct/1')] };
  assert.equal((await ask(byAccount, ['example.com'], { accountUrl: 'https://ca.example/acct/1' })).outcome, 'good');
  assert.equal((await ask(byAccount, ['example.com'], { accountUrl: 'https://ca.example/acct/2' })).outcome, 'bad');
});

test('A critical property that is not known stops every CA', async () => {
  const answered = { critical: 128, type: 'CAA', issue: 'ca.example' } as CaaRecord;
  assert.equal((await ask({ 'example.com': [answered] }, ['example.com'])).outcome, 'good');
  const odd = { critical: 128, tbs: 'unknown' } as unknown as CaaRecord;
  assert.equal((await ask({ 'example.com': [issue('ca.example'), odd] }, ['example.com'])).outcome, 'bad');
});

test('Records that cannot be looked up are not good', async () => {
  const row = await ask({ 'example.com': 'ESERVFAIL' }, ['a.example.com']);
  assert.equal(row.outcome, 'unknown');
  assert.match(row.words, /ESERVFAIL/);
});
