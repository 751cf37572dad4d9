/** The demonstration of certificates that renew themselves is a test, with few runs and a third of a year. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { needs } from './support/needs.ts';

test('Pebble at its meanest and months of renewals show everything they promise', {
  skip: needs('pebble', 'pebble-challtestsrv'),
}, () => {
  const words = ['--disable-warning=ExperimentalWarning', 'scripts/demo-acme.ts', '--runs', '4', '--years', '0.3'];
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 560_000 });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^(\d+) of \1 shown$/m);
});
