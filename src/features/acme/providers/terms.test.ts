/** A CA that changes its terms, or wants something else of a person: what is told, what is tried, how it goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryOf } from '../../../../test/acme/scripted-acme.ts';
import { openScriptedGateway } from '../../../../test/support/scripted-gateway.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';

const hour = 3_600_000;
const first = 'https://ca.example.com/terms-1';
const second = 'https://ca.example.com/terms-2';
const userActionRequired = 'urn:ietf:params:acme:error:userActionRequired';

test('New terms: reason, link and next step are told, waiting is not tried, and accepting them goes on at once', async (context) => {
  const { ca, acme, provider, clock, storage } = await openScriptedGateway(context);
  let terms = first;
  ca.scripts.set('directory', () => {
    return { body: { ...directoryOf(ca.origin), meta: { termsOfService: terms } } };
  });
  await acme.accounts.create(actor, provider, first);
  ca.scripts.set('new-order', () => ({
    status: 403,
    headers: { link: `<${second}>;rel="terms-of-service"` },
    body: { type: userActionRequired, detail: 'Terms of service have changed', instance: '/agree?account=1' },
  }));
  await acme.slots.change(actor, 'server', { version: 1, scheduler: true });
  await acme.tick();
  const { lastSign, renewal } = await acme.slots.get('server');
  assert.equal(lastSign?.code, 'acme.terms-not-accepted');
  assert.match(lastSign?.words ?? '', /Terms of service have changed/);
  assert.ok(lastSign?.words.includes(`Terms of service: ${second} What to do: ${ca.origin}/agree?account=1`));
  assert.match(lastSign?.hint ?? '', /accept them at the provider/);
  assert.ok(Date.parse(renewal.nextAttempt ?? '') > clock.now() + 12 * hour, 'no quick attempts');
  const [alarm] = await acme.conditions(clock.now());
  assert.deepEqual([alarm?.code, alarm?.severity], ['acme.sign-failed', 'alert']);
  assert.ok(alarm?.message.includes(second));
  assert.equal((await acme.providers.get(provider)).account?.terms, null, 'none are accepted any more');
  terms = second;
  const check = (await acme.slots.preFlight('server')).find((row) => row.check === 'account');
  assert.deepEqual([check?.outcome, check?.words.endsWith(second)], ['warning', true]);
  await acme.tick();
  assert.equal((await acme.orders('server')).length, 1);
  await assert.rejects(
    acme.accounts.create(actor, provider, first),
    (error: Problem) => error.details.code === 'acme.terms' && error.details.extra?.['terms'] === second,
  );
  ca.scripts.delete('new-order');
  clock.advance(1);
  const account = await acme.accounts.create(actor, provider, second);
  assert.deepEqual([account.status, account.terms], ['valid', second]);
  const told = ca.asked.filter(({ endpoint }) => endpoint === 'account').map(({ payload }) => payload);
  assert.deepEqual(told, ['{"termsOfServiceAgreed":true}']);
  await acme.tick();
  const orders = await acme.orders('server');
  assert.deepEqual([orders.length, orders[0]?.state], [2, 'done'], JSON.stringify(orders[0]?.problem));
  assert.equal((await storage.db.selectFrom('acme_accounts').selectAll().execute()).length, 1);
});

test('Something else that a person has to do is told with its page; links that lead nowhere are left out', async (context) => {
  const { ca, sign } = await openScriptedGateway(context);
  const cases = [
    ['https://ca.example.com/do', '', 'acme.action-needed', / What to do: https:\/\/ca\.example\.com\/do$/],
    [
      'javascript:alert(1)',
      '<file:///etc/passwd>;rel="terms-of-service"',
      'acme.terms-not-accepted',
      /status 403: Act\.$/,
    ],
    [
      7,
      '<$(id)>;rel=terms-of-service',
      'acme.terms-not-accepted',
      /status 403: Act\. Terms of service: .*\/%24\(id\)$|\(id\)$/,
    ],
  ] as const;
  for (const [instance, link, code, words] of cases) {
    ca.scripts.set('new-order', () => ({
      status: 403,
      ...(link !== '' && { headers: { link } }),
      body: { type: userActionRequired, detail: 'Act', instance },
    }));
    const { problem } = await sign();
    assert.equal(problem?.code, code);
    assert.match(problem?.detail ?? '', words);
  }
});
