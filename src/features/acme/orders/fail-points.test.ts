/** An error at every point of an order: the order ends or goes on, and the next one comes to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import { armFailPoint, orderFailPoints } from '../../../lib/fail-point.ts';

test('An error at any point leaves what is served alone, no proof behind, and the next order works', async (context) => {
  const { acme, ca, sign, identity, storage, tokens, ended } = await openAcmePair(context);
  // every order comes by every step
  ca.misbehave.reuse = false;
  for (const point of orderFailPoints) {
    armFailPoint(`${point}:error`);
    const begun = await acme.slots.sign(actor, 'server').catch((error: unknown) => String(error));
    const order = typeof begun === 'string' ? undefined : await ended(begun.id);
    armFailPoint('');
    if (order === undefined) assert.match(String(begun), /injected failure/, point);
    // the account is made once: its point is passed in the first order alone
    else if (point !== 'acme.account-made') assert.equal(order.state, 'failed', point);
    assert.equal((await identity.served('server'))?.source, 'temporary', point);
    assert.equal((await storage.db.selectFrom('acme_challenges').selectAll().execute()).length, 0, point);
    assert.equal(tokens.size, 0, point);
    const next = await sign();
    assert.equal(next.state, 'done', `${point}: ${JSON.stringify(next.problem)}`);
    const held = await storage.db
      .selectFrom('identity_versions')
      .select('state')
      .where('slot', '=', 'server')
      .execute();
    assert.equal(held.filter(({ state }) => state === 'pending-acme').length, 1, point);
    assert.equal((await storage.db.selectFrom('acme_accounts').select('id').execute()).length, 1, point);
  }
});
