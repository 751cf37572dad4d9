/** The README's path: from a new gateway to a SIP peer with mutual TLS whose certificate certbot keeps fresh. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mayNotRunInside, runInside } from '../../scripts/demo/namespace.ts';
import { needs } from '../support/needs.ts';
import type { Step } from './path-stage.ts';
import { pathCommands } from './readme-path.ts';

const skip = needs('unshare', 'ip', 'certbot', 'pebble-challtestsrv', 'openssl', 'curl') || mayNotRunInside();

test('the commands of the README lead to a peer that is accepted by its certificate', { skip }, (t) => {
  assert.ok(pathCommands.length >= 9, 'the README has the commands');
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-path-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.equal(runInside(join(import.meta.dirname, 'path-stage.ts'), folder), 0);
  const { steps, page } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as {
    readonly steps: readonly Step[];
    readonly page: Step;
  };
  for (const { command, status, output } of steps) assert.equal(status, 0, `${command}\n${output}`);
  assert.equal(page.status, 0, `a browser that trusts the root: ${page.output}`);
  assert.match(page.output, /<title>/i);
  const [shaken, listed] = steps.slice(-2);
  assert.match(shaken?.output ?? '', /Verification: OK/);
  assert.match(listed?.output ?? '', /peer\.example\.com/);
  assert.match(listed?.output ?? '', /accepted/);
  const seconds = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
  t.diagnostic(`${steps.length} commands took ${seconds.toFixed(1)} s`);
});
