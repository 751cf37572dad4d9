/** Runs on a small file system of its own: `disk-full-child.ts FOLDER`. Ends with code 0 when all held. */
import assert from 'node:assert/strict';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../src/lib/problem.ts';
import { type CrashGateway, openGateway, prepareFolder, runChange } from './crash-gateway.ts';
import { checkFolder } from './invariants.ts';

const folder = process.argv[2] ?? '';
const filler = join(folder, 'filler');
await prepareFolder(folder);
const before = await checkFolder(folder);

const gateway = await openGateway(folder);
fill();
for (const change of ['settings', 'upload', 'append a CA', 'delete a CA', 'roll back', 'discard a request']) {
  await refused(gateway, change);
}
await gateway.identity.overview();
assert.equal((await gateway.identity.forEdge())[0]?.slot, 'server', 'reading goes on');

unlinkSync(filler);
for (const change of ['settings', 'upload', 'append a CA']) await runChange(gateway, change);
await gateway.storage.close();
const done = await checkFolder(folder);
assert.equal(
  done.auditRows,
  before.auditRows + 3,
  'the three changes after space was freed, and nothing of those before',
);

// A start on a full disk, and a first start for which there is no room.
fill();
const full = await openGateway(folder).catch((error: unknown) => error);
if (full instanceof Error) assertNoSpace(full, 'start');
else await (full as CrashGateway).storage.close();
unlinkSync(filler);
assert.deepEqual(await checkFolder(folder), done);

async function refused(open: CrashGateway, change: string): Promise<void> {
  await assert.rejects(runChange(open, change), (error) => assertNoSpace(error, change));
}

function assertNoSpace(error: unknown, change: string): true {
  assert.ok(error instanceof Problem, `${change}: ${error}`);
  assert.equal(error.details.code, 'storage.no-space', change);
  assert.equal(error.details.status, 507);
  assert.match(error.message, /no space left/i);
  assert.match(error.details.hint ?? '', /try again/);
  return true;
}

function fill(): void {
  const file = openSync(filler, 'w', 0o600);
  for (const size of [65_536, 4096, 1]) {
    const block = Buffer.alloc(size);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC');
    }
  }
  closeSync(file);
}
