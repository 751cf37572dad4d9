/** What stays in memory of a secret that was sealed, opened and overwritten: nothing, in all that the process holds. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const base = mkdtempSync(join(tmpdir(), 'tollgate-memory-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(base, { recursive: true });
});
const skip = !canReadMemory(process.pid) && 'the memory of a process cannot be read here';

test('A secret that was overwritten after use is nowhere in the memory of the process', { skip }, async () => {
  const secret = randomBytes(1200);
  writeFileSync(join(base, 'secret'), secret, { mode: 0o600 });
  const pid = await run('plain.fill(0); opened.fill(0);');
  assert.equal(occurrences(pid, secret.subarray(100, 132)), 0);
});

test('The search finds a secret that was not overwritten', { skip }, async () => {
  const secret = randomBytes(1200);
  writeFileSync(join(base, 'secret'), secret, { mode: 0o600 });
  const pid = await run('globalThis.kept = [plain, opened];');
  assert.ok(occurrences(pid, secret.subarray(100, 132)) >= 2);
});

/** A process that seals and opens the secret, runs `then` and stays. */
async function run(then: string): Promise<number> {
  const code = `
    import { closeSync, openSync, readSync } from 'node:fs';
    import { openVault } from ${JSON.stringify(import.meta.resolve('./vault.ts'))};
    const vault = await openVault(${JSON.stringify(join(base, 'data'))});
    const plain = Buffer.alloc(1200);
    const file = openSync(${JSON.stringify(join(base, 'secret'))}, 'r');
    readSync(file, plain, 0, 1200, 0);
    closeSync(file);
    const sealed = vault.seal({ id: 'a', version: 1 }, plain);
    const opened = vault.open({ id: 'a', version: 1 }, sealed);
    if (!plain.equals(opened)) process.exit(3);
    ${then}
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const words = ['--input-type=module', '-e', code];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

function occurrences(pid: number, wanted: Buffer): number {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const chunk = Buffer.alloc(1 << 20);
  let count = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (from === undefined || to === undefined) continue;
    // User addresses have 47 bits, exact in a number.
    const end = Number.parseInt(to, 16);
    for (let at = Number.parseInt(from, 16); at < end; at += chunk.length - wanted.length) {
      const got = chunk.subarray(0, read(memory, chunk, Math.min(end - at, chunk.length), at));
      for (let hit = got.indexOf(wanted); hit >= 0; hit = got.indexOf(wanted, hit + 1)) count += 1;
    }
  }
  closeSync(memory);
  return count;
}

/** Parts of a mapping that the kernel does not hand out are passed over. */
function read(memory: number, into: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, into, 0, length, at);
  } catch {
    return 0;
  }
}

function canReadMemory(pid: number): boolean {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, 'r'));
    return true;
  } catch {
    return false;
  }
}
