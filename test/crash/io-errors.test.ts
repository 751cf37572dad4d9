/**
 * The kernel refuses the first, the second, the third … write, flush or open of a change, until one run has seen no
 * refusal: each time the folder holds the old state or the new one. Injected by strace into the real system calls.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { needs } from '../support/needs.ts';
import { prepareFolder } from './crash-gateway.ts';
import { checkFolder, type FolderState } from './invariants.ts';

const mayNotTrace = () =>
  spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0 && 'tracing is not allowed here';
const skip = needs('strace') || mayNotTrace();
const base = mkdtempSync(join(tmpdir(), 'tollgate-io-'));
after(() => rmSync(base, { recursive: true }));
const prepared = join(base, 'prepared');
let old: FolderState;
before(async () => {
  if (skip !== false) return;
  await prepareFolder(prepared);
  old = await checkFolder(prepared);
});

const faults: readonly [change: string, call: string, error: string][] = [
  ['settings', 'pwrite64', 'ENOSPC'],
  ['settings', 'ftruncate', 'EROFS'],
  ['settings', 'openat', 'EMFILE'],
  ['upload', 'fsync', 'EIO'],
];
for (const [change, call, error] of faults) {
  test(`${error} at any ${call} of "${change}" leaves the old state or the new one`, { skip }, async () => {
    let n = 0;
    let refusals = 0;
    let seenAll = false;
    const worker = async () => {
      while (!seenAll) {
        n += 1;
        const run = await runWith([change], `${call}:error=${error}:when=${n}`, n);
        if (!run.injected) seenAll = true;
        if (run.output.includes('refused')) refusals += 1;
        assert.doesNotMatch(run.output, /refused +(?!storage)\S/, `${call} ${n}: a refusal names the disk`);
      }
    };
    await Promise.all([worker(), worker()]);
    assert.ok(refusals > 0, 'some refusal reached the caller');
  });
}

test('After the disk did not confirm a write, nothing more is written until a restart', { skip }, async () => {
  // The second flush is the one that commits; the first belongs to the head of a new log.
  const { output } = await runWith(['settings', 'settings'], 'fsync:error=EIO:when=2', 0);
  assert.deepEqual(output.match(/storage\.\S+|done/g), ['storage.sync-failed', 'storage.sync-failed'], output);
});

async function runWith(
  changes: readonly string[],
  inject: string,
  n: number,
): Promise<{ injected: boolean; output: string }> {
  const folder = join(base, `run-${n}`);
  const log = `${folder}.strace`;
  cpSync(prepared, folder, { recursive: true });
  const paths = ['tollgate.db', 'tollgate.db-wal', 'tollgate.db-shm', 'snapshot', 'snapshot/edge.snapshot'];
  const child = spawn(
    'strace',
    ['-f', '-qq', '-o', log, '-e', `trace=${inject.split(':')[0]}`, '-e', `inject=${inject}`]
      .concat(paths.flatMap((path) => ['-P', join(folder, path)]))
      .concat([process.execPath, join(import.meta.dirname, 'crash-child.ts'), folder, ...changes]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  assert.ok(code === 0 || output.includes('refused'), `${inject}: ended with ${code}\n${output}`);
  const state = await checkFolder(folder);
  if (state.auditRows === old.auditRows) assert.equal(state.rows, old.rows, `${inject}: nothing changed unrecorded`);
  else assert.notEqual(state.rows, old.rows, `${inject}: the audit row stands for a change`);
  if (output.includes('done')) assert.ok(state.auditRows > old.auditRows, `${inject}: what was promised is there`);
  const injected = readFileSync(log, 'utf8').includes('INJECTED');
  rmSync(folder, { recursive: true });
  return { injected, output };
}
