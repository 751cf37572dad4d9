/** An order at our ACME server, killed at each point, ends with exactly one certificate after a restart. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acmeServerFailPoints } from '../../src/lib/fail-point.ts';

// copied folders are as closed as the first
process.umask(0o077);
const base = mkdtempSync(join(tmpdir(), 'tollgate-acme-crash-'));
after(() => rmSync(base, { recursive: true, force: true }));

interface Ended {
  readonly signal: string | undefined;
  readonly printed: { readonly status: string; readonly serials: readonly string[] } | undefined;
  readonly output: string;
}

function run(folder: string, fail = '', ...more: readonly string[]): Promise<Ended> {
  const script = join(import.meta.dirname, 'acme-server-child.ts');
  const words = ['--disable-warning=ExperimentalWarning', script, folder, ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env: { ...process.env, TOLLGATE_FAIL: fail } }, (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? '';
      const printed = last.startsWith('{') ? (JSON.parse(last) as Ended['printed']) : undefined;
      resolve({ signal: error?.signal ?? undefined, printed, output: stdout + stderr });
    });
  });
}

const points = [
  ...acmeServerFailPoints,
  // those of the CA in the midst of the order
  ...['private-ca.sign', 'private-ca.signed', 'private-ca.record', 'private-ca.record-written', 'private-ca.recorded'],
];

test('killed at any point, the order is gone on with and has one certificate in the end', async () => {
  const prepared = join(base, 'prepared');
  await run(prepared, '', 'prepare');
  const left = points.values();
  const worker = async () => {
    for (const point of left) {
      const folder = join(base, point);
      cpSync(prepared, folder, { recursive: true });
      const killed = await run(folder, `${point}:kill`);
      assert.equal(killed.signal, 'SIGKILL', `${point}: ${killed.output}`);
      const again = await run(folder);
      assert.equal(again.printed?.status, 'valid', `${point}: ${again.output}`);
      assert.equal(again.printed?.serials.length, 1, point);
    }
  };
  await Promise.all([worker(), worker()]);
  // asked once more, nothing is issued
  const folder = join(base, 'acme-server.issued');
  assert.deepEqual((await run(folder)).printed, (await run(folder)).printed);
});
