/** The measurements of the edge run and print what they promise: small counts, no judgement about speed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

async function bench(name: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const file = join(import.meta.dirname, '..', '..', 'bench', `${name}.ts`);
  const run = promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args]);
  return JSON.parse((await run).stdout) as Record<string, unknown>;
}

test('what checking for revocation adds to a handshake is measured beside a control', async () => {
  const figures = await bench('revocation', '--rounds', '1', '--handshakes', '10');
  assert.deepEqual(Object.keys(figures), [
    ...['rounds', 'handshakes', 'cpu_ms', 'median_ms', 'p99_ms', 'on_off', 'control_on'],
  ]);
});

test('SIP requests through an edge are counted for each second of its time', async () => {
  const { ops_s: requests } = await bench('sip-relay', '--connections', '2', '--seconds', '1');
  assert.ok(Number(requests) > 0);
});
