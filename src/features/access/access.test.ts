import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cookieOf, goodPassword, type SmallGateway, startSmallGateway } from '../../../test/support/small-gateway.ts';
import { systemActor } from '../../lib/actor.ts';
import { Secret } from '../../lib/secret.ts';

let gateway: SmallGateway;
const root = systemActor('test');
const minute = 60_000;

before(async () => {
  gateway = await startSmallGateway({
    rates: { perMinute: 100_000, expensivePerMinute: 100_000, expensiveAtOnce: 50 },
  });
});
after(() => gateway.close());

test('the first user is made through the link and is logged in; the link works once', async () => {
  const link = await gateway.access.setup.renewLink(root);
  const token = link?.path.reveal().split('#')[1];
  assert.match(link?.path.reveal() ?? '', /^\/setup#[\w-]{43}$/);
  const body = { token, name: 'Ada', password: goodPassword };
  assert.equal((await gateway.call('GET', '/api/v1/setup')).json['needed'], true);

  const wrong = await gateway.call('POST', '/api/v1/setup', { body: { ...body, token: 'x'.repeat(43) } });
  assert.equal(wrong.json['code'], 'access.setup-refused');
  const weak = await gateway.call('POST', '/api/v1/setup', { body: { ...body, password: 'admin' } });
  assert.equal(weak.json['code'], 'access.password-refused');

  const done = await gateway.call('POST', '/api/v1/setup', { body });
  assert.equal(done.status, 200, done.text);
  const session = cookieOf(done);
  const me = await gateway.call('GET', '/api/v1/session', { session });
  assert.deepEqual((me.json['user'] as { name: string; role: string }).role, 'administrator');

  const again = await gateway.call('POST', '/api/v1/setup', { body: { ...body, name: 'eve' } });
  assert.equal(again.json['code'], 'access.setup-done');
  assert.equal(await gateway.access.setup.renewLink(root), undefined);
});

test('a set-up link ends after 15 minutes and with the next one', async () => {
  const fresh = await startSmallGateway();
  const linkOf = async () => (await fresh.access.setup.renewLink(root))?.path.reveal().split('#')[1];
  const complete = (token: string | undefined) =>
    fresh.call('POST', '/api/v1/setup', { body: { token, name: 'ada', password: goodPassword } });
  const first = await linkOf();
  const second = await linkOf();
  assert.equal((await complete(first)).status, 403);
  fresh.time.now += 15 * minute;
  assert.equal((await complete(second)).status, 403);
  assert.equal((await complete(await linkOf())).status, 200);
  await fresh.close();
});

test('log-in replaces a session the browser had before, and the old reference is dead', async () => {
  const planted = 'A'.repeat(43);
  const body = { name: 'ada', password: goodPassword };
  const first = await gateway.call('POST', '/api/v1/session', { body, session: planted });
  const token = cookieOf(first);
  assert.notEqual(token, planted);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: planted })).status, 401);

  const second = await gateway.call('POST', '/api/v1/session', { body, session: token });
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: token })).status, 401);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: cookieOf(second) })).status, 200);
  assert.match(second.headers['set-cookie']?.[0] ?? '', /; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
});

test('a session ends after 15 idle minutes, after 8 hours, and at log-out', async () => {
  const idle = await gateway.logIn();
  gateway.time.now += 15 * minute;
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: idle })).status, 200);
  gateway.time.now += 15 * minute + 1;
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: idle })).status, 401);

  const busy = await gateway.logIn();
  for (let i = 0; i < 48; i++) {
    gateway.time.now += 10 * minute;
    assert.equal((await gateway.call('GET', '/api/v1/session', { session: busy })).status, 200);
  }
  gateway.time.now += 1;
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: busy })).status, 401);

  const left = await gateway.logIn();
  const out = await gateway.call('DELETE', '/api/v1/session', { session: left });
  assert.equal(out.status, 204);
  assert.match(out.headers['set-cookie']?.[0] ?? '', /Max-Age=0/);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: left })).status, 401);
});

test('a user has at most five sessions: the one seen longest ago goes', async () => {
  const sessions: string[] = [];
  for (let i = 0; i < 6; i++) {
    gateway.time.now += 1000;
    sessions.push(await gateway.logIn());
  }
  const states = await Promise.all(
    sessions.map(async (session) => (await gateway.call('GET', '/api/v1/session', { session })).status),
  );
  assert.deepEqual(states, [401, 200, 200, 200, 200, 200]);
});

test('disabling, a new role and a new password end the sessions of the user at once', async () => {
  const administrator = await gateway.logIn();
  const change = async (method: string, path: string, body: object) => {
    const session = await gateway.logIn('bob', 'auditor');
    assert.equal((await gateway.call('GET', '/api/v1/session', { session })).status, 200);
    const changed = await gateway.call(method, path, { session: administrator, body });
    assert.ok(changed.status < 300, changed.text);
    assert.equal((await gateway.call('GET', '/api/v1/session', { session })).status, 401);
  };
  await change('PATCH', '/api/v1/users/bob', { role: 'administrator' });
  await change('PUT', '/api/v1/users/bob/password', { password: 'another quiet meadow 12 stones' });
  await gateway.call('PUT', '/api/v1/users/bob/password', { session: administrator, body: { password: goodPassword } });
  await change('PATCH', '/api/v1/users/bob', { disabled: true });
  const refused = await gateway.call('POST', '/api/v1/session', { body: { name: 'bob', password: goodPassword } });
  assert.equal(refused.json['code'], 'access.wrong-password');
});

test('the own password needs the old one; other sessions end, this one gets a new reference', async () => {
  const here = await gateway.logIn();
  const there = await gateway.logIn();
  const next = 'seven wooden bridges & rain';
  const wrong = await gateway.call('POST', '/api/v1/session/password', {
    session: here,
    body: { current: 'not the password at all', next },
  });
  assert.equal(wrong.status, 401);
  const done = await gateway.call('POST', '/api/v1/session/password', {
    session: here,
    body: { current: goodPassword, next },
  });
  assert.equal(done.status, 200, done.text);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: here })).status, 401);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session: there })).status, 401);
  const session = cookieOf(done);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session })).status, 200);
  const back = await gateway.call('POST', '/api/v1/session/password', {
    session,
    body: { current: next, next: goodPassword },
  });
  assert.equal(back.status, 200);
});

test('dangerous changes need a password check of the last five minutes', async () => {
  const session = await gateway.logIn();
  gateway.time.now += 5 * minute + 1;
  const body = { name: 'carol', role: 'auditor', password: goodPassword };
  const old = await gateway.call('POST', '/api/v1/users', { session, body });
  assert.equal(old.status, 401);
  assert.equal(old.json['code'], 'access.confirm-needed');
  const wrong = await gateway.call('POST', '/api/v1/session/confirm', { session, body: { password: 'x' } });
  assert.equal(wrong.json['code'], 'access.wrong-password');
  const confirmed = await gateway.call('POST', '/api/v1/session/confirm', {
    session,
    body: { password: goodPassword },
  });
  assert.equal(confirmed.status, 200);
  assert.equal((await gateway.call('GET', '/api/v1/session', { session })).status, 401, 'the old reference is dead');
  const done = await gateway.call('POST', '/api/v1/users', { session: cookieOf(confirmed), body });
  assert.equal(done.status, 201, done.text);
});

test('nobody changes their own role, state or account, and one administrator is always left', async () => {
  const session = await gateway.logIn();
  const own = (method: string, body?: object) => gateway.call(method, '/api/v1/users/ada', { session, body });
  assert.equal((await own('PATCH', { role: 'auditor' })).json['code'], 'access.own-account');
  assert.equal((await own('PATCH', { disabled: true })).json['code'], 'access.own-account');
  assert.equal((await own('DELETE')).json['code'], 'access.own-account');
  const setOwn = await gateway.call('PUT', '/api/v1/users/ada/password', { session, body: { password: goodPassword } });
  assert.equal(setOwn.json['code'], 'access.own-account');
  const ada = await gateway.access.users.idOf('ada');
  await assert.rejects(gateway.access.users.update(root, ada, { role: 'auditor' }), /Without ada nobody/);
  await assert.rejects(gateway.access.users.remove(root, ada), /Without ada nobody/);
});

test('wrong passwords make the account wait, from whatever address: at most 30 checks an hour', async () => {
  const fresh = await startSmallGateway({ rates: { perMinute: 100_000, expensivePerMinute: 100_000 } });
  await fresh.logIn();
  let checked = 0;
  for (let i = 0; i < 120; i++) {
    fresh.time.now += minute / 2;
    const address = `198.51.100.${i % 100}`;
    const answer = await fresh.call('POST', '/api/v1/session', { address, body: { name: 'ada', password: 'guess' } });
    if (answer.status === 401) checked++;
    else assert.equal(answer.json['code'], 'access.too-many-tries');
    if (answer.status === 429) assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.ok(checked >= 5 && checked <= 30, `${checked} were checked`);
  // delayed, not locked: after the wait the right password works
  fresh.time.now += 15 * minute;
  const right = await fresh.call('POST', '/api/v1/session', { body: { name: 'ada', password: goodPassword } });
  assert.equal(right.status, 200);
  await fresh.close();
});

test('one address that guesses at many names has to wait; its neighbour does not', async () => {
  const fresh = await startSmallGateway({ rates: { perMinute: 100_000, expensivePerMinute: 100_000 } });
  await fresh.logIn();
  const guess = (name: string, address: string) =>
    fresh.call('POST', '/api/v1/session', { address, body: { name, password: 'guess' } });
  for (let i = 0; i < 20; i++) assert.equal((await guess(`user${i}`, '2001:db8::1')).status, 401);
  assert.equal((await guess('user21', '2001:db8::ffff')).status, 429, 'the same /64');
  assert.equal((await guess('user21', '2001:db8:0:1::1')).status, 401);
  await fresh.close();
});

test('an unknown user and a wrong password get the same answer', async () => {
  const fields = ({ json: { requestId: _, ...rest }, status }: { json: Record<string, unknown>; status: number }) => ({
    ...rest,
    status,
  });
  await gateway.logIn('dora', 'auditor');
  const known = await gateway.call('POST', '/api/v1/session', { body: { name: 'dora', password: 'wrong' } });
  const unknown = await gateway.call('POST', '/api/v1/session', { body: { name: 'nobody', password: 'wrong' } });
  assert.deepEqual(fields(known), fields(unknown));
});

test('a name nobody has is not written into the audit log: it may be a password', async () => {
  await gateway.call('POST', '/api/v1/session', { body: { name: 'my secret passphrase', password: 'x' } });
  const { rows } = await gateway.audit.list({ limit: 5, action: 'access.log-in', result: 'refused' });
  assert.equal(rows[0]?.object, '');
  assert.ok(!JSON.stringify(rows).includes('secret passphrase'));
});

test('128 emoji are a password, 129 are not, and none is cut', async () => {
  const emoji = [...'🦀🦊🐙🐳🦉🐝🐢🦋'];
  const long = Array.from({ length: 128 }, (_, i) => emoji[(i * 5 + (i >> 3)) % 8]).join('');
  const user = await gateway.access.users.create(root, { name: 'emoji', role: 'auditor', password: new Secret(long) });
  const logIn = (password: string) => gateway.call('POST', '/api/v1/session', { body: { name: 'emoji', password } });
  assert.equal((await logIn(long)).status, 200);
  assert.equal((await logIn(long.slice(0, -2))).status, 401);
  await assert.rejects(gateway.access.users.setPassword(root, user.id, new Secret(`${long}🦀`)), /at most 128/);
});

test('neither passwords nor references nor tokens stand in the database', async () => {
  const session = await gateway.logIn();
  const body = { name: 'stored', scopes: ['read'] };
  const made = await gateway.call('POST', '/api/v1/tokens', { session, body });
  const secrets = [session, String(made.json['secret']), String(made.json['secret']).slice(3), goodPassword];
  await gateway.storage.db.selectFrom('tokens').select('id').execute();
  const files = readdirSync(gateway.storage.folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const secret of secrets) assert.equal(bytes.indexOf(secret), -1, file.name);
  }
});

test('ten log-ins at once leave room for others', async () => {
  const session = await gateway.logIn();
  const names = Array.from({ length: 10 }, (_, i) => `user${i}`);
  for (const name of names) await gateway.logIn(name, 'auditor');
  const logIns = names.map((name) =>
    gateway.call('POST', '/api/v1/session', { body: { name, password: goodPassword } }),
  );
  let answered = 0;
  let running = true;
  const done = Promise.all(logIns).then((answers) => {
    running = false;
    return answers;
  });
  while (running) {
    await gateway.call('GET', '/api/v1/setup', { session });
    answered += 1;
  }
  assert.ok((await done).every((answer) => answer.status === 200));
  assert.ok(answered > 15, `${answered} others were answered meanwhile`);
});
