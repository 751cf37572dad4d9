/**
 * Every fail point of the program is visited: the process is killed there, and the disk fails there. After a restart
 * the folder holds the state before the change or the one after it, never anything between.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemActor } from '../../src/lib/actor.ts';
import { armFailPoint, type FailPoint, failPoints, visitedFailPoints } from '../../src/lib/fail-point.ts';
import { type CrashGateway, changes, openGateway, prepareFolder, runChange } from './crash-gateway.ts';
import { checkFolder, type FolderState } from './invariants.ts';

interface Visited {
  /** `name@n`: the n-th time that the change comes by the point. */
  readonly points: readonly string[];
  readonly before: FolderState;
  readonly after: FolderState;
}

const base = mkdtempSync(join(tmpdir(), 'tollgate-crash-'));
after(() => rmSync(base, { recursive: true }));
const prepared = join(base, 'prepared');
const visited = new Map<string, Visited>();
const reached = new Set<string>();

before(async () => {
  await prepareFolder(prepared);
  for (const change of Object.keys(changes)) visited.set(change, await visit(change));
});

test('Every fail point of the program is passed by some change', () => {
  const passed = new Set(
    [...visited.values()].flatMap(({ points }) => points.map((point) => point.replace(/@.*/, ''))),
  );
  assert.deepEqual(
    failPoints.filter((point) => !passed.has(point)),
    [],
  );
});

for (const change of Object.keys(changes)) {
  test(`An error at any point of "${change}" leaves the old state or the new one, and the gateway goes on`, async () => {
    for (const point of visited.get(change)!.points) await failAt(change, point);
  });
}

// A kill costs a process of its own: each point once, and every visit of the change that matters most.
test('A kill at every point leaves the old state or the new one, and the next start works', async () => {
  const cases: [string, string][] = [];
  for (const [change, { points }] of visited) {
    for (const point of points) {
      const name = point.replace(/@.*/, '');
      if (reached.has(name) && change !== 'upload' && process.env['TOLLGATE_SOAK'] !== '1') continue;
      reached.add(name);
      cases.push([change, point]);
    }
  }
  const next = cases.values();
  const worker = async () => {
    for (const [change, point] of next) await killAt(change, point);
  };
  await Promise.all([worker(), worker()]);
  assert.deepEqual(
    failPoints.filter((point) => !reached.has(point)),
    [],
  );
});

async function visit(change: string): Promise<Visited> {
  const folder = copyFor(change, 'visit');
  const state = change === 'first start' ? emptyState : await checkFolder(folder);
  armFailPoint('all:record');
  const gateway = await openGateway(folder);
  await runChange(gateway, change);
  const names: FailPoint[] = [...visitedFailPoints];
  armFailPoint('');
  await gateway.storage.close();
  const counts = new Map<string, number>();
  const points = names.map((name) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return `${name}@${counts.get(name)}`;
  });
  const done = { points, before: state, after: await checkFolder(folder) };
  rmSync(folder, { recursive: true });
  return done;
}

async function failAt(change: string, point: string): Promise<void> {
  const folder = copyFor(change, point);
  let gateway: CrashGateway | undefined;
  armFailPoint(`${point}:error`);
  try {
    gateway = await openGateway(folder);
    await runChange(gateway, change);
  } catch {
    // What was refused and how is the business of each feature's own tests.
  } finally {
    armFailPoint('');
  }
  if (gateway !== undefined) {
    await stillWorks(gateway);
    await gateway.storage.close();
  }
  await judge(change, point, folder, gateway === undefined ? 0 : 1);
}

async function killAt(change: string, point: string): Promise<void> {
  const folder = copyFor(change, `kill-${point}`);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), folder, change], {
    env: { ...process.env, TOLLGATE_FAIL: `${point}:kill` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', `${change} comes by ${point}: ${output}`);
  await judge(change, point, folder, 0);
}

/** `extra`: audit rows of changes made since, by `stillWorks`. */
async function judge(change: string, point: string, folder: string, extra: number): Promise<void> {
  const words = `${change}, ${point}`;
  const { before: old, after: fresh } = visited.get(change)!;
  if (change === 'first start') {
    // Several transactions: the next start completes what this one began.
    const again = await openGateway(folder);
    await again.identity.ensureTemporary();
    await again.storage.close();
    const state = await checkFolder(folder, stillWorks);
    if (extra === 0) assert.deepEqual([state.auditRows, state.shape], [fresh.auditRows, fresh.shape], words);
  } else {
    const state = await checkFolder(folder, extra === 0 ? stillWorks : undefined);
    const grown = state.auditRows - old.auditRows - extra;
    if (grown === 0 && extra === 0)
      assert.equal(state.rows, old.rows, `${words}: without an audit row nothing changed`);
    else if (grown === 0) assert.equal(state.shape, old.shape, words);
    else {
      assert.equal(grown, fresh.auditRows - old.auditRows, `${words}: all audit rows of the change or none`);
      assert.equal(state.shape, fresh.shape, `${words}: the whole change was made`);
      assert.notEqual(state.rows, old.rows, `${words}: an audit row stands for a change`);
    }
  }
  rmSync(folder, { recursive: true });
}

async function stillWorks({ settings }: CrashGateway): Promise<void> {
  const { version } = await settings.get();
  await settings.update(systemActor('test'), { dnsNames: [`still-${version}.example.com`] }, version);
}

const emptyState: FolderState = { rows: '', auditRows: 0, shape: '{}' };

function copyFor(change: string, point: string): string {
  const folder = join(base, `${change}-${point}`.replaceAll(' ', '-'));
  if (change === 'first start') mkdirSync(folder, { mode: 0o700 });
  else cpSync(prepared, folder, { recursive: true, preserveTimestamps: true, mode: 0 });
  return folder;
}
