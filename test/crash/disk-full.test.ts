/** A full disk: a real one of 10 MB, in a mount namespace of its own that ends with the test. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needs } from '../support/needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-full-'));
after(() => rmSync(folder, { recursive: true }));
const mount = 'mount -t tmpfs -o size=10m,mode=0700 tmpfs "$1"';
const namespace = process.geteuid?.() === 0 ? ['-m'] : ['-r', '-m'];
const mayNotMount = () =>
  spawnSync('unshare', [...namespace, 'sh', '-c', mount, 'sh', folder]).status !== 0 &&
  'this user may not mount a file system in a namespace of its own';
const skip = needs('unshare') || mayNotMount();

test('On a full disk every change is refused with "no space", nothing is half-written, and freed space is enough to go on', {
  skip,
}, () => {
  const child = join(import.meta.dirname, 'disk-full-child.ts');
  const script = `${mount} && shift && exec "$@"`;
  const words = [...namespace, 'sh', '-c', script, 'sh', folder, process.execPath, child, folder];
  const output = execFileSync('unshare', words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 540_000,
  });
  assert.equal(output, '');
});
