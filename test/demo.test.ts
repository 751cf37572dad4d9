/** The demonstration is a test: real OpenSSL, curl, baresip and sipsak, each with a control that must fail. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { needs } from './support/needs.ts';

test('the demonstration shows everything it promises', { skip: needs('openssl', 'curl', 'baresip', 'sipsak') }, () => {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/demo.ts'], {
    encoding: 'utf8',
    timeout: 560_000,
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^(\d+) of \1 shown$/m);
});
