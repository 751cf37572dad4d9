import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gatedRoutes } from '../../test/support/gated-routes.ts';
import { type SmallGateway, startSmallGateway } from '../../test/support/small-gateway.ts';

/** Each operation of the product with what each caller gets; a new operation must be added here by hand. */
const table = readFileSync(new URL('../../test/fixtures/operation-by-role.txt', import.meta.url), 'utf8');
const callers = ['nobody', 'auditor', 'administrator', 'old log-in', 'read', 'write', 'security-write'] as const;
const rates = { perMinute: 1_000_000, expensivePerMinute: 1_000_000, expensiveAtOnce: 1000 };
let gateway: SmallGateway;

const routes = gatedRoutes();

before(async () => {
  gateway = await startSmallGateway({ routes, rates });
});
after(() => gateway.close());

test('every operation lets in exactly the callers that the table names', async () => {
  const administrator = await gateway.logIn('ada');
  const token = async (scope: string) => {
    const body = { name: scope, scopes: [scope] };
    return String((await gateway.call('POST', '/api/v1/tokens', { session: administrator, body })).json['secret']);
  };
  const tokens = { read: await token('read'), write: await token('write'), security: await token('security-write') };
  const old = await gateway.logIn('eve');
  gateway.time.now += 5 * 60_000 + 1;
  const credentials = {
    nobody: {},
    auditor: { session: await gateway.logIn('bob', 'auditor') },
    administrator: { session: await gateway.logIn('ada') },
    'old log-in': { session: old },
    read: { token: tokens.read },
    write: { token: tokens.write },
    'security-write': { token: tokens.security },
  };
  const lines: string[] = [];
  for (const each of routes) {
    const results: string[] = [];
    for (const caller of callers) {
      const path = `/api/v1${each.path.replace(/\{\w+\}/g, 'x')}`;
      const answer = await gateway.call(each.method, path, credentials[caller]);
      results.push(answer.json['reached'] === true ? 'yes' : String(answer.json['code'] ?? answer.status));
    }
    lines.push([`${each.method} ${each.path.replace('/gated', '')}`, ...results.map(shorten)].join(' | '));
  }
  const expected = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(lines.sort(), expected.map((line) => line.replace(/ *\| */g, ' | ').trim()).sort());
});

function shorten(result: string): string {
  const words: Readonly<Record<string, string>> = {
    'access.not-logged-in': 'log in',
    'access.forbidden': 'no',
    'access.confirm-needed': 'confirm',
    'access.scope-missing': 'no',
  };
  return words[result] ?? result;
}
