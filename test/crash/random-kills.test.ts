/**
 * A gateway that changes all the time is killed at random moments. 20 times in the ordinary run, 1,000 times with
 * TOLLGATE_SOAK=1. TOLLGATE_SEED repeats the moments of an earlier run as far as the machine allows.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { prepareFolder } from './crash-gateway.ts';
import { checkFolder } from './invariants.ts';

const kills = process.env['TOLLGATE_SOAK'] === '1' ? 1000 : 20;
const seed = Number(process.env['TOLLGATE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const base = mkdtempSync(join(tmpdir(), 'tollgate-kills-'));
after(() => rmSync(base, { recursive: true }));

test(`${kills} kills at random moments lose no change that was reported done (seed ${seed})`, async () => {
  const folder = join(base, 'data');
  await prepareFolder(folder);
  const random = mulberry32(seed);
  let changesDone = 0;
  // more of them where the machine leaves little time for changes
  for (let kill = 1; kill <= kills || changesDone <= kills; kill += 1) {
    const told = await killedAfter(folder, random() * 150);
    changesDone += told.done;
    const state = await checkFolder(folder);
    assert.ok(
      state.auditRows >= told.auditRows,
      `kill ${kill}: ${told.auditRows} changes were promised, ${state.auditRows} are there`,
    );
    assert.ok(
      state.auditRows <= told.auditRows + 1 || told.auditRows === 0,
      `kill ${kill}: one change at most was under way`,
    );
  }
});

/** Lets a child change things for `delay` ms and kills it; answers what it had reported until then. */
async function killedAfter(folder: string, delay: number): Promise<{ done: number; auditRows: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), folder, 'everything'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), delay);
    output += chunk;
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', output);
  const lines = output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line.startsWith('done '));
  return { done: lines.length, auditRows: Number(lines.at(-1)?.split(' ')[1] ?? 0) };
}

/** A small repeatable generator of numbers from 0 to 1. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
