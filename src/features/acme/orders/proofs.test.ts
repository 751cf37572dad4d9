/** The proof of each name as a person watches it: how far it is, since when, what the CA said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import { proofStates } from '../schemas.ts';

test('Each name has a row that moves on while the order runs, and stays when it has ended', async (context) => {
  const { acme, ca, clock, ended, identity } = await openAcmePair(context);
  await identity.generateCsr(actor, 'server', { key: 'ec-p256', additionalNames: ['more.example.com'] });
  ca.misbehave.delay = 30;
  const { id } = await acme.slots.sign(actor, 'server');
  const seen = new Set<string>();
  for (let order = await acme.order(id); order.state === 'running'; order = await acme.order(id)) {
    for (const { name, state } of order.challenges) seen.add(`${name} ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  const { challenges, state } = await ended(id);
  assert.equal(state, 'done');
  assert.deepEqual(challenges.map(({ name }) => name).toSorted(), ['gateway.example.com', 'more.example.com']);
  for (const row of challenges) {
    const { name: _, ...rest } = row;
    const since = new Date(clock.now()).toISOString();
    assert.deepEqual(rest, { type: 'http-01', state: 'proven', since, answer: 'valid' });
  }
  // both waited in their places before the first was decided
  for (const state of ['in-place', 'asked']) assert.ok(seen.has(`more.example.com ${state}`), state);
  assert.ok([...seen].every((one) => proofStates.some((state) => one.endsWith(` ${state}`))));
});

test('A name that was proven before says so', async (context) => {
  const { sign } = await openAcmePair(context);
  await sign();
  const { challenges } = await sign();
  assert.deepEqual(
    challenges.map(({ name, state, answer }) => [name, state, answer]),
    [['gateway.example.com', 'proven', 'valid, proven before']],
  );
});

test('What the CA said when it refused stands in the row of the name, after the order has failed too', async (context) => {
  const absent = async () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  const nameServer = { addresses: absent, texts: absent, alias: absent, caa: absent };
  const { sign } = await openAcmePair(context, { ca: { validation: 'real', nameServer, pauses: [] } });
  const { state, challenges, problem } = await sign();
  assert.equal(state, 'failed');
  const [row] = challenges;
  assert.equal(row?.state, 'refused');
  assert.match(row?.answer ?? '', /^invalid: .*gateway\.example\.com/);
  assert.match(problem?.detail ?? '', /gateway\.example\.com/);
});
