import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { armFailPoint } from '../lib/fail-point.ts';
import { Problem } from '../lib/problem.ts';
import { removeLeftovers, writeDurably } from './durable-file.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-file-'));
after(() => rmSync(base, { recursive: true }));
const noStrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status !== 0 && 'strace cannot trace here';

test('A file is written with mode 0600 and replaced as a whole', async () => {
  const path = join(base, 'replaced');
  assert.equal(await writeDurably(path, Buffer.from('old, and longer')), true);
  assert.equal(await writeDurably(path, Buffer.from('new')), true);
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('An exclusive write leaves an existing file alone', async () => {
  const path = join(base, 'exclusive');
  assert.equal(await writeDurably(path, Buffer.from('first'), { exclusive: true }), true);
  assert.equal(await writeDurably(path, Buffer.from('second'), { exclusive: true }), false);
  assert.equal(readFileSync(path, 'utf8'), 'first');
  assert.deepEqual(leftovers(), []);
});

test('Empty files and files of several megabytes are written whole', async () => {
  for (const size of [0, 1, 5_000_001]) {
    await writeDurably(join(base, 'size'), Buffer.alloc(size, 1));
    assert.equal(statSync(join(base, 'size')).size, size);
  }
});

for (const point of ['file.create', 'file.write', 'file.write-half', 'file.sync', 'file.rename'] as const) {
  test(`An input/output error at ${point} leaves the old file and no temporary one`, async () => {
    const path = join(base, 'error');
    await writeDurably(path, Buffer.from('old'));
    armFailPoint(`${point}:error`);
    await assert.rejects(
      writeDurably(path, Buffer.from('new')),
      (error) => error instanceof Problem && error.details.code === 'storage.disk-error',
    );
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(leftovers(), []);
    await writeDurably(path, Buffer.from('new'));
    assert.equal(readFileSync(path, 'utf8'), 'new');
  });
}

test('Temporary files of dead processes are removed, those of living ones and other files stay', () => {
  const folder = join(base, 'leftovers');
  mkdirSync(folder);
  const alive = `.edge.snapshot.${process.ppid}.0123456789ab.tmp`;
  const names = [`.edge.snapshot.4194305.0123456789ab.tmp`, alive, 'edge.snapshot', '.x.tmp'];
  for (const name of names) writeFileSync(join(folder, name), '');
  assert.equal(removeLeftovers(folder), 1);
  assert.deepEqual(readdirSync(folder).sort(), ['.x.tmp', alive, 'edge.snapshot'].sort());
});

test('The system calls come in the order that survives a power cut', { skip: noStrace }, () => {
  const path = join(base, 'traced');
  const calls = trace(`
    const { writeDurably } = await import(${JSON.stringify(import.meta.resolve('./durable-file.ts'))});
    await writeDurably(${JSON.stringify(path)}, Buffer.from('0123456789'));`);
  const short = calls
    .filter((call) => call.includes(base) || /^(fsync|write)\(/.test(call))
    .map((call) => call.replaceAll(base, 'DIR').replace(/\.\d+\.[0-9a-f]{12}\.tmp/g, '.TMP'));
  const start = short.findIndex((call) => call.includes('.traced.TMP'));
  const seen = short.slice(start).filter((call) => !/^write\(.*\\1\\0\\0\\0/.test(call));
  const expected = [
    /^openat\(AT_FDCWD, "DIR\/\.traced\.TMP", O_WRONLY\|O_CREAT\|O_EXCL\|O_TRUNC\|O_CLOEXEC, 0600\)/,
    /^write\((\d+).*"01234", 5/,
    /^write\((\d+).*"56789", 5/,
    /^fsync\((\d+)/,
    /^rename\("DIR\/\.traced\.TMP", "DIR\/traced"\)/,
    /^openat\(AT_FDCWD, "DIR", O_RDONLY\|O_CLOEXEC/,
    /^fsync\((\d+)/,
  ];
  let at = 0;
  for (const call of seen) if (expected[at]?.test(call)) at += 1;
  assert.equal(at, expected.length, `missing ${expected[at]} in\n${seen.join('\n')}`);
});

test('A first start creates every file with its final mode and never calls chmod', { skip: noStrace }, () => {
  const folder = join(base, 'first');
  const calls = trace(`
    process.umask(0);
    const { lockFolder } = await import(${JSON.stringify(import.meta.resolve('./folder-lock.ts'))});
    const { openStorage } = await import(${JSON.stringify(import.meta.resolve('./storage.ts'))});
    const lock = lockFolder(${JSON.stringify(folder)});
    const storage = await openStorage(${JSON.stringify(folder)});
    await storage.close();
    lock.release();`).filter((call) => call.includes(folder) || /chmod/.test(call));
  assert.deepEqual(
    calls.filter((call) => /chmod/.test(call)),
    [],
  );
  const made = new Map<string, string>();
  for (const call of calls) {
    const path = /O_CREAT/.test(call) && / = \d+$/.test(call) ? /"([^"]+)"/.exec(call)?.[1] : undefined;
    if (path !== undefined && !made.has(path)) made.set(path, call);
  }
  // SQLite names a mode of its own when it opens what exists already, which is without effect.
  assert.ok(made.size > 4, [...made.keys()].join());
  for (const call of made.values()) assert.match(call, /, 0600\) = /);
  for (const call of calls.filter((c) => c.startsWith('mkdir'))) assert.match(call, /, 0700\)/);
});

/** The file system calls of a child process that runs `code`, finished ones only, in the order they ended. */
function trace(code: string): readonly string[] {
  const output = join(base, 'strace');
  const what =
    'trace=openat,open,creat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,mkdir,chmod,fchmod,fchmodat';
  execFileSync('strace', ['-f', '-qq', '-e', what, '-o', output, process.execPath, '--input-type=module', '-e', code]);
  const begun = new Map<string, string>();
  return readFileSync(output, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
      if (call.endsWith('<unfinished ...>')) {
        begun.set(pid, call.slice(0, -'<unfinished ...>'.length).trimEnd());
        return [];
      }
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
      const whole = resumed === null ? call : (begun.get(pid) ?? '') + (resumed[1] ?? '');
      // the results stand in a column
      return [whole.replace(/\) += /, ') = ')];
    });
}

function leftovers(): readonly string[] {
  return readdirSync(base).filter((name) => name.endsWith('.tmp'));
}
