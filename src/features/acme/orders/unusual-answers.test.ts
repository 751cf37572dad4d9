/** What a CA may answer by RFC 8555 but seldom does: taken where it is good, else told with its reason and the next step. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Asked, directoryOf, type Script } from '../../../../test/acme/scripted-acme.ts';
import { openScriptedGateway, type ScriptedGateway } from '../../../../test/support/scripted-gateway.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';

const name = 'gateway.example.com';
const identifiers = [{ type: 'dns', value: name }];
const problem = (type: string, detail: string, more: object = {}) => {
  return { type: `urn:ietf:params:acme:error:${type}`, detail, ...more };
};

test('Authorizations that the CA has ended, and orders that it gives up, have their reason and a next step', async (context) => {
  const gateway = await openScriptedGateway(context);
  const { ca, sign, clock } = gateway;
  const challenge = (more: object) => ({
    type: 'http-01',
    url: `${ca.origin}/challenge/1`,
    token: 'x'.repeat(22),
    ...more,
  });
  const authorization = (status: string, more: object = {}) => {
    return { body: { identifier: identifiers[0], status, challenges: [challenge({ status: 'pending', ...more })] } };
  };
  const order = (status: string, more: object = {}) => ({ body: { ...orderOf(gateway), status, ...more } });
  const twice = problem('compound', 'two reasons', {
    subproblems: [problem('dns', 'no such name', { identifier: identifiers[0] }), problem('caa', 'not you')],
  });
  const cases: readonly (readonly [Partial<Record<'authorization' | 'order', Script>>, string, RegExp, RegExp])[] = [
    ...['expired', 'revoked', 'deactivated'].flatMap((status) => [
      [
        { authorization: () => authorization(status) },
        'acme.authorization-failed',
        new RegExp(`is ${status}`),
        /Sign again/,
      ] as const,
      [
        { authorization: afterChallenge(gateway, () => authorization(status)) },
        'acme.authorization-failed',
        new RegExp(`is ${status}`),
        /Sign again/,
      ] as const,
    ]),
    [
      { authorization: () => authorization('invalid', { error: problem('connection', 'refused') }) },
      'acme.authorization-failed',
      /: refused\./,
      /leads to this gateway/,
    ],
    [
      { authorization: afterChallenge(gateway, () => authorization('invalid', { status: 'invalid', error: twice })) },
      'acme.authorization-failed',
      /two reasons \(gateway\.example\.com: no such name; not you\)/,
      /leads to this gateway/,
    ],
    [
      { order: afterFinalize(gateway, () => order('invalid', { error: problem('caa', 'CAA forbids') })) },
      'acme.order-failed',
      /CAA forbids/,
      /Read the CA/,
    ],
    [
      { order: afterFinalize(gateway, () => order('invalid')) },
      'acme.order-failed',
      /invalid, and not why/,
      /sign again/,
    ],
    [{ order: afterFinalize(gateway, () => order('valid')) }, 'acme.answer', /names no certificate/, /ACME server/],
    [
      { order: afterFinalize(gateway, () => order('cancelled')) },
      'acme.answer',
      /status is “cancelled”/,
      /ACME server/,
    ],
  ];
  for (const [scripts, code, words, hint] of cases) {
    ca.reset();
    for (const [endpoint, script] of Object.entries(scripts)) ca.scripts.set(endpoint as 'order', script);
    const failed = await sign();
    assert.equal(failed.problem?.code, code, JSON.stringify(failed.problem));
    assert.match(failed.problem?.detail ?? '', words);
    assert.match(failed.problem?.hint ?? '', hint);
    assert.equal(gateway.tokens.size, 0, 'no proof is left');
    // so that failed authorizations of the hour before do not count
    clock.advance(3_600_001);
  }
  assert.deepEqual(gateway.errors, []);
});

test('A CA that takes its time says so in any way that RFC 8555 has, and gets what is sent only once', async (context) => {
  const { ca, sign, acme } = await openScriptedGateway(context);
  const seen = new Map<string, number>();
  const first = (asked: Asked) => {
    seen.set(asked.endpoint, (seen.get(asked.endpoint) ?? 0) + 1);
    return seen.get(asked.endpoint) === 1;
  };
  const soon = () => new Date(Date.now() + 1_000).toUTCString();
  const processing = (more: object): Answer => ({
    headers: { 'retry-after': soon() },
    body: { status: 'processing', ...more },
  });
  const base = () => ({
    identifiers,
    authorizations: [`${ca.origin}/authorization/1`],
    finalize: `${ca.origin}/finalize/1`,
  });
  // a refusal brings the nonce of the next try (RFC 8555 6.5)
  ca.scripts.set('new-account', (asked) =>
    first(asked)
      ? { status: 400, headers: { 'replay-nonce': 'YmFkTm9uY2U' }, body: problem('badNonce', 'old') }
      : undefined,
  );
  let finalized = 0;
  ca.scripts.set('order', (asked) => (finalized > 0 && first(asked) ? processing(base()) : undefined));
  ca.scripts.set('finalize', () => {
    finalized++;
    return undefined;
  });
  const order = await sign();
  assert.equal(order.state, 'done', JSON.stringify(order.problem));
  assert.equal(finalized, 1);
  const accounts = ca.asked.filter(({ endpoint }) => endpoint === 'new-account');
  assert.equal(accounts[1]?.header['nonce'], 'YmFkTm9uY2U');
  const nonces = ca.asked.flatMap(({ header }) => header['nonce'] ?? []);
  assert.equal(new Set(nonces).size, nonces.length, 'no nonce twice');
  const reads = ca.asked.filter(({ endpoint }) => /^(order|authorization|certificate)$/.test(endpoint));
  assert.ok(
    reads.every(({ method, payload }) => method === 'POST' && payload === ''),
    'POST-as-GET',
  );
  assert.ok((await acme.slots.deploy(actor, 'server')).served);
});

test('A renewal names what it replaces to the CA that issued it, and only when that CA knows renewal information', async (context) => {
  const { ca, acme, sign, addProvider } = await openScriptedGateway(context);
  const replaced = async () => {
    ca.asked.length = 0;
    const order = await sign();
    assert.equal(order.state, 'done', JSON.stringify(order.problem));
    await acme.slots.deploy(actor, 'server');
    const { payload = '{}' } = ca.asked.find(({ endpoint }) => endpoint === 'new-order') ?? {};
    return 'replaces' in (JSON.parse(payload) as object);
  };
  assert.equal(await replaced(), false, 'the first one');
  assert.equal(await replaced(), true);
  const { renewalInfo: _, ...without } = directoryOf(ca.origin);
  ca.scripts.set('directory', () => ({ body: without }));
  assert.equal(await replaced(), false);
  ca.scripts.delete('directory');
  assert.equal(await replaced(), true);
  await acme.slots.change(actor, 'server', { version: 1, providers: [await addProvider('Another')] });
  assert.equal(await replaced(), false, 'another CA does not know it');
});

test('A process that has lost its lease keeps nothing of a step that it was in', async (context) => {
  const { ca, acme, storage, asked, errors } = await openScriptedGateway(context);
  const late: (() => void)[] = [];
  ca.scripts.set('new-order', (_, response) => {
    late.push(() => {
      response.writeHead(201, { 'content-type': 'application/json', location: `${ca.origin}/order/1` });
      response.end(JSON.stringify({ ...orderOf({ ca }), status: 'pending' }));
    });
    return 'written';
  });
  const { id } = await acme.slots.sign(actor, 'server');
  await asked('new-order');
  await storage.db
    .updateTable('leases')
    .set(({ eb }) => ({ holder: 'another', epoch: eb('epoch', '+', 1) }))
    .execute();
  for (const answer of late) answer();
  while (errors.length === 0 && (await acme.order(id)).step === 'order') {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.match(String(errors[0]), /Another process has taken over|too slow/);
  const { state, step, url } = await acme.order(id);
  assert.deepEqual([state, step, url], ['running', 'order', null]);
});

function orderOf({ ca }: Pick<ScriptedGateway, 'ca'>) {
  return { identifiers, authorizations: [`${ca.origin}/authorization/1`], finalize: `${ca.origin}/finalize/1` };
}

function afterChallenge({ ca }: ScriptedGateway, answer: () => Answer): Script {
  return () => (ca.asked.some(({ endpoint }) => endpoint === 'challenge') ? answer() : undefined);
}

function afterFinalize({ ca }: ScriptedGateway, answer: () => Answer): Script {
  return () => (ca.asked.some(({ endpoint }) => endpoint === 'finalize') ? answer() : undefined);
}
