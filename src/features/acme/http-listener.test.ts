/** How the port of HTTP-01 is used, as the supervisor is told: closed and silent unless a person has it otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../test/support/temporary-storage.ts';
import type { Problem } from '../../lib/problem.ts';
import type { HttpChallenges } from './acme.ts';

test('The port is open while it is needed and redirects nothing; a person has it open always, and redirect to our own names', async (context) => {
  const told: Parameters<HttpChallenges['configure']>[0][] = [];
  const httpChallenges: HttpChallenges = {
    serve: async () => undefined,
    configure: async (settings) => void told.push(settings),
  };
  const { acme } = await openAcmePair(context, { gateway: { more: { httpChallenges } } });
  await acme.start();
  assert.deepEqual(told, [{ always: false, redirect: null }]);
  const { version } = await acme.httpListener.get();
  const view = await acme.httpListener.change(actor, { open: 'always', redirect: true, version });
  assert.deepEqual([view.open, view.redirect], ['always', true]);
  assert.deepEqual(told.at(-1), { always: true, redirect: { httpsPort: 8443, names: ['gateway.example.com'] } });
  await assert.rejects(
    acme.httpListener.change(actor, { redirect: false, version }),
    (error: Problem) => error.details.code === 'acme.stale',
  );
  assert.equal(told.length, 2);
});
