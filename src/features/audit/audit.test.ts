import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { goodPassword, type SmallGateway, startSmallGateway } from '../../../test/support/small-gateway.ts';
import { type Actor, systemActor } from '../../lib/actor.ts';
import { Secret } from '../../lib/secret.ts';
import { recordAudit } from './audit.ts';

let gateway: SmallGateway;
const root = systemActor('test');

before(async () => {
  gateway = await startSmallGateway();
});
after(() => gateway.close());

test('a change whose row cannot be written does not happen', async () => {
  const { db } = gateway.storage;
  await sql`create trigger full before insert on audit begin select raise(abort, 'the log is full'); end`.execute(db);
  const user = { name: 'ada', role: 'administrator', password: new Secret(goodPassword) } as const;
  await assert.rejects(gateway.access.users.create(root, user));
  assert.deepEqual(await gateway.access.users.list(), []);
  await sql`drop trigger full`.execute(db);
  await gateway.access.users.create(root, user);
  assert.equal((await gateway.access.users.list()).length, 1);
});

test('an auditor changes nothing, even where every other check is left out', async () => {
  const auditor: Actor = { ...root, kind: 'user', id: 'x', name: 'eve', role: 'auditor' };
  const before = await gateway.access.users.list();
  const attempts = [
    () => gateway.access.users.create(auditor, { name: 'x', role: 'auditor', password: new Secret(goodPassword) }),
    () => gateway.access.users.update(auditor, before[0]?.id ?? '', { role: 'auditor' }),
    () => gateway.access.users.setPassword(auditor, before[0]?.id ?? '', new Secret(`${goodPassword} 2`)),
    () => gateway.access.tokens.create(auditor, { name: 'x', role: 'auditor', scopes: ['read'], days: 1, ranges: [] }),
  ];
  for (const attempt of attempts) await assert.rejects(attempt);
  assert.deepEqual(await gateway.access.users.list(), before);
  assert.deepEqual(await gateway.access.tokens.list(), []);
});

test('a row says who, when to the microsecond, what, and keeps only hashes of the states', async () => {
  const actor: Actor = { ...root, address: '192.0.2.1', requestId: 'abc' };
  await gateway.storage.transaction((trx) =>
    recordAudit(trx, actor, {
      action: 'test.change',
      object: 'it',
      before: 'secret before',
      after: new Uint8Array([1]),
    }),
  );
  const { rows } = await gateway.audit.list({ limit: 1 });
  const [row] = rows;
  assert.match(row?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.ok(Math.abs(Date.parse(row?.at ?? '') - Date.now()) < 10_000);
  assert.equal(row?.beforeHash?.length, 64);
  assert.equal(row?.afterHash, '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a');
  assert.deepEqual([row?.address, row?.requestId, row?.object, row?.result], ['192.0.2.1', 'abc', 'it', 'done']);
  assert.ok(!JSON.stringify(rows).includes('secret before'));
});

test('pages follow one another without gap or overlap, filters hold on every page', async () => {
  for (let i = 0; i < 25; i++)
    await gateway.audit.record(root, { action: i % 2 ? 'page.odd' : 'page.even', object: String(i) });
  const seen: string[] = [];
  let before: number | undefined;
  do {
    const page = await gateway.audit.list({ limit: 4, before, action: 'page.' });
    seen.push(...page.rows.map((row) => row.object));
    before = page.next ?? undefined;
  } while (before !== undefined);
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, i) => String(24 - i)),
  );
  const odd = await gateway.audit.list({ limit: 100, action: 'page.odd' });
  assert.equal(odd.rows.length, 12);
  assert.equal(odd.next, null);
  assert.equal((await gateway.audit.list({ limit: 100, action: 'pag' })).rows.length, 0);
});

test('long details are cut and say so', async () => {
  await gateway.audit.record(root, { action: 'test.long', object: '', detail: { text: 'x'.repeat(10_000) } });
  const [row] = (await gateway.audit.list({ limit: 1 })).rows;
  assert.ok(Number((row?.detail as { length: number } | undefined)?.length) > 10_000);
});
