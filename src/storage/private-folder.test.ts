import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Problem } from '../lib/problem.ts';
import { lockFolder } from './folder-lock.ts';
import { openStorage } from './storage.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-modes-'));
after(() => rmSync(base, { recursive: true }));

test('A new data folder and everything in it is private, whatever the umask was', async () => {
  process.umask(0);
  const folder = join(base, 'deep', 'new');
  const lock = lockFolder(folder);
  const storage = await openStorage(folder);
  await storage.db.insertInto('settings').values({ key: 'a', value: '1', version: 1 }).execute();
  for (const name of ['', 'keys', 'run', 'snapshot']) assert.equal(mode(join(folder, name)), 0o700, name);
  for (const name of ['tollgate.db', 'tollgate.db-wal', 'tollgate.db-shm', 'keys/master.key', 'run/gateway.lock']) {
    assert.equal(mode(join(folder, name)), 0o600, name);
  }
  await storage.close();
  lock.release();
});

test('A data folder that is a file, or would lie in one, is refused in words', () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'in')]) {
    assert.throws(
      () => lockFolder(folder),
      (error) => error instanceof Problem && error.details.code === 'storage.folder' && error.message.includes(folder),
    );
  }
});

const wide: readonly [string, number][] = [
  ['', 0o750],
  ['keys', 0o711],
  ['tollgate.db', 0o640],
  ['keys/master.key', 0o604],
  ['run/gateway.lock', 0o620],
];
for (const [name, bits] of wide) {
  test(`A start is refused when ${name || 'the data folder'} has mode ${bits.toString(8)}, and its mode stays`, async () => {
    const folder = await made(`wide-${bits}`);
    const path = join(folder, name);
    chmodSync(path, bits);
    await assert.rejects(openStorage(folder), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.details.code, 'storage.mode');
      assert.ok(error.message.includes(`${path.replace(/\/$/, '')} has mode 0${bits.toString(8)}`), error.message);
      return true;
    });
    assert.throws(() => lockFolder(folder), Problem);
    assert.equal(mode(path), bits);
  });
}

test('A file that another user owns is refused', { skip: process.geteuid?.() !== 0 && 'needs root' }, async () => {
  const folder = await made('owner');
  chownSync(join(folder, 'keys', 'master.key'), 12345, 12345);
  await assert.rejects(openStorage(folder), /belongs to user id 12345/);
});

test('A symbolic link inside the data folder is refused, a link to the data folder is not', async () => {
  const folder = await made('links');
  symlinkSync(folder, join(base, 'link'));
  await (await openStorage(join(base, 'link'))).close();
  writeFileSync(join(base, 'elsewhere'), '');
  symlinkSync(join(base, 'elsewhere'), join(folder, 'snapshot', 'edge.snapshot'));
  await assert.rejects(openStorage(folder), /edge\.snapshot is a symbolic link/);
});

test('A folder that exists with mode 0755 is refused with the command that mends it', async () => {
  const folder = join(base, 'plain');
  const umask = process.umask(0o022);
  mkdirSync(folder);
  process.umask(umask);
  await assert.rejects(openStorage(folder), (error) => {
    assert.ok(error instanceof Problem);
    assert.equal(error.details.hint?.startsWith(`Run: chmod 700 '${folder}'.`), true);
    return true;
  });
});

async function made(name: string): Promise<string> {
  const folder = join(base, name);
  lockFolder(folder).release();
  await (await openStorage(folder)).close();
  return folder;
}

function mode(path: string): number {
  return statSync(path).mode & 0o777;
}
