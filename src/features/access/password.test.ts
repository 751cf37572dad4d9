import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../lib/secret.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { checkPassword } from './password-rules.ts';

test('common, product and own words, rows of keys and repetitions are no passwords', () => {
  const refused = [
    'admin',
    'password1234567',
    'Password!Password!',
    'tollgate-gateway-2026',
    'administrator123456',
    'aaaaaaaaaaaaaaaaaaaa',
    'abababababababababab',
    'qwertyuiopasdfghjkl',
    '123456789012345678',
    '                    ',
    'ada.lovelace.ada.lovelace',
    'P@ssw0rdP@ssw0rd!!',
    'Correct-Horse-Battery-Staple',
  ];
  for (const password of refused) assert.throws(() => checkPassword(password, 'ada.lovelace'), /password/i, password);
  const good = [
    'plum orbit canvas 47 lantern',
    'gxq7!Vn2-LmZ0rTb',
    'пять зелёных крокодилов',
    '正しい馬の電池ホチキス青い空と海の色',
  ];
  for (const password of good) checkPassword(password, 'ada.lovelace');
});

test('the same text in another Unicode form is the same password', async () => {
  const stored = await hashPassword(new Secret('Caf\u00e9 au lait by the sea'));
  assert.equal((await verifyPassword(new Secret('Cafe\u0301 au lait by the sea'), stored)).right, true);
  assert.equal((await verifyPassword(new Secret('Cafe au lait by the sea'), stored)).right, false);
});

test('a hash holds its parameters and a salt of its own; other parameters are noticed', async () => {
  const password = new Secret('plum orbit canvas 47 lantern');
  const [one, two] = await Promise.all([hashPassword(password), hashPassword(password)]);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(one, two);
  assert.deepEqual(await verifyPassword(password, one), { right: true, outdated: false });
  assert.deepEqual(await verifyPassword(password, undefined), { right: false, outdated: false });
  const { argon2Sync } = await import('node:crypto');
  const salt = Buffer.alloc(16, 7);
  const weak = argon2Sync('argon2id', {
    message: password.reveal(),
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: 8192,
    passes: 1,
  });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const stored = `$argon2id$v=19$m=8192,t=1,p=1$${text(salt)}$${text(weak)}`;
  assert.deepEqual(await verifyPassword(password, stored), { right: true, outdated: true });
});

test('an unknown user costs as much work as a known one', async () => {
  const stored = await hashPassword(new Secret('plum orbit canvas 47 lantern'));
  // processor time, which a busy machine does not lengthen
  const time = async (hash: string | undefined) => {
    const started = process.cpuUsage();
    await verifyPassword(new Secret('wrong'), hash);
    const { user, system } = process.cpuUsage(started);
    return user + system;
  };
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let i = 0; i < 9; i++) {
    known.push(await time(stored));
    unknown.push(await time(undefined));
  }
  const [usual, other] = [known, unknown].map((times) => times.sort((a, b) => a - b)[4] ?? 0) as [number, number];
  assert.ok(other > usual / 3 && other < usual * 3, `${usual} µs and ${other} µs`);
});
