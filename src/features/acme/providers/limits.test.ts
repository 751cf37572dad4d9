/** Limits of a CA, counted here: what would be over one is not even sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScriptedGateway } from '../../../../test/support/scripted-gateway.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import { createHttpsTransport } from '../client/wire/https-transport.ts';

test('A name whose proof failed four times within an hour is not tried a fifth time, at whatever CA', async (context) => {
  const { ca, sign, clock } = await openScriptedGateway(context);
  ca.scripts.set('authorization', () => {
    const status = ca.asked.at(-2)?.endpoint === 'challenge' ? 'invalid' : 'pending';
    const challenge = { type: 'http-01', url: `${ca.origin}/challenge/1`, status: 'pending', token: 'x'.repeat(22) };
    return { body: { status, identifier: { type: 'dns', value: 'gateway.example.com' }, challenges: [challenge] } };
  });
  const orders = () => ca.asked.filter(({ endpoint }) => endpoint === 'new-order').length;
  for (let i = 0; i < 4; i++) assert.equal((await sign()).problem?.code, 'acme.authorization-failed');
  const fifth = await sign();
  assert.equal(fifth.problem?.code, 'acme.rate-limited');
  assert.match(fifth.problem?.detail ?? '', /4 failed authorizations of one name .*gateway\.example\.com.*Not before/);
  assert.equal(orders(), 4);
  clock.advance(3_600_001);
  assert.equal((await sign()).problem?.code, 'acme.authorization-failed');
  assert.equal(orders(), 5);
});

test('Orders, accounts and certificates at the CA that publishes its limits are counted, and the sixth of a set waits', async (context) => {
  // its directory is here; all else is asked where the directory says
  const gateway = await openScriptedGateway(context, (there) => (options) => {
    const real = createHttpsTransport(options);
    return {
      send: (request) => {
        const { hostname } = request.url;
        const url = hostname === 'acme-v02.api.letsencrypt.org' ? new URL(there.directoryUrl) : request.url;
        return real.send({ ...request, url });
      },
      close: () => real.close(),
    };
  });
  const { acme, ca, sign, clock, storage } = gateway;
  await acme.start();
  const { version } = await acme.providers.get('letsencrypt');
  const host = new URL(ca.origin).host;
  const caPem = ca.ca + ca.root.pem;
  await acme.providers.change(actor, 'letsencrypt', { version, approvedHosts: [host, '127.0.0.1'], caPem });
  await acme.slots.change(actor, 'server', { version: 1, providers: ['letsencrypt'] });
  for (let i = 0; i < 5; i++) {
    const order = await sign();
    assert.equal(order.state, 'done', JSON.stringify(order.problem));
    clock.advance(60_000);
  }
  const used = (await acme.providers.get('letsencrypt')).limits.map((one) => [one.used, one.allowed]);
  assert.deepEqual(used, [
    [5, 300],
    [1, 10],
  ]);
  const room = (await acme.slots.preFlight('server')).find(({ check }) => check === 'limits');
  assert.deepEqual(
    [room?.outcome, room?.words],
    ['bad', '5 of 5 certificates of exactly these names in 7 days are used up: gateway.example.com.'],
  );
  const sixth = await sign();
  assert.equal(sixth.problem?.code, 'acme.rate-limited');
  assert.match(sixth.problem?.detail ?? '', /exactly these names/);
  assert.equal(ca.asked.filter(({ endpoint }) => endpoint === 'new-order').length, 5);
  const near = async () => (await acme.conditions(clock.now())).filter(({ code }) => code === 'acme.limit-near');
  assert.deepEqual(await near(), []);
  const { directoryUrl } = await acme.providers.get('letsencrypt');
  const accounts = { directory: directoryUrl ?? '', what: 'account', key: '', at: clock.now() } as const;
  await storage.db
    .insertInto('acme_counts')
    .values(Array.from({ length: 7 }, () => accounts))
    .execute();
  assert.match((await near())[0]?.message ?? '', /8 of 10 new accounts/, 'warned before, at four fifths');
});
