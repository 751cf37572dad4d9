import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Problem } from '../lib/problem.ts';
import { lockFolder } from './folder-lock.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-lock-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(base, { recursive: true });
});

test('A second gateway is refused and told the process id of the first, until that is killed', async () => {
  const folder = join(base, 'second');
  const holder = await lockInChild(folder);
  assert.throws(
    () => lockFolder(folder),
    (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.details.code, 'storage.locked');
      assert.ok(error.message.includes(`${folder} is in use by the process ${holder.pid}.`), error.message);
      assert.ok(error.details.hint?.includes(`kill ${holder.pid}`));
      return true;
    },
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockFolder(folder).release();
});

test('The lock holds against a second try in the same process and is free after release', () => {
  const folder = join(base, 'same');
  const lock = lockFolder(folder);
  for (let i = 0; i < 2; i += 1) assert.throws(() => lockFolder(folder), Problem);
  lock.release();
  lock.release();
  lockFolder(folder).release();
});

test('A refused try in this process does not lose the lock to another process', async () => {
  const folder = join(base, 'keeps');
  const lock = lockFolder(folder);
  assert.throws(() => lockFolder(folder), Problem);
  await assert.rejects(lockInChild(folder), /child ended with 7/);
  lock.release();
  const child = await lockInChild(folder);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('Children of the holder do not keep the lock when the holder dies', async () => {
  const folder = join(base, 'children');
  const holder = await lockInChild(
    folder,
    `
    const { spawn } = await import('node:child_process');
    const child = spawn('sleep', ['20'], { detached: true, stdio: 'ignore' });
    process.stdout.write(child.pid + ' ');`,
  );
  const grandchild = Number(holder.printed.split(' ')[0]);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockFolder(folder).release();
  process.kill(grandchild, 'SIGKILL');
});

async function lockInChild(folder: string, more = ''): Promise<ChildProcess & { printed: string }> {
  const code = `
    const { lockFolder } = await import(${JSON.stringify(import.meta.resolve('./folder-lock.ts'))});
    try { lockFolder(${JSON.stringify(folder)}); } catch { process.exit(7); }
    ${more}
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.endsWith('locked\n')) resolve(Object.assign(child, { printed }));
    });
    child.on('exit', (exitCode) => reject(new Error(`child ended with ${exitCode}`)));
  });
}
