#!/usr/bin/env node
// Starts the command line under Node 24 or newer: with the Node that runs this, or with the one npm installed beside us.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const words = process.argv.slice(2);
// the gateway itself starts without the parts of the command line that it does not need
const serves = words[0] === 'serve' && !words.some((word) => ['--help', '-h', '--json'].includes(word));
const entry = program(serves ? 'supervisor' : 'cli/tollgate');
const rest = serves ? words.slice(1) : words;
// what runs here is small: a small young generation keeps it so
const flags = ['--disable-warning=ExperimentalWarning', '--disable-sigusr1', '--max-semi-space-size=1'];

// kept beside the program, not in a folder that others can write to
const cache = join(root, 'node_modules', '.cache', 'tollgate');
if (Number(process.versions.node.split('.')[0]) >= 24) {
  // what runs for long gets the flags that only a fresh start takes
  const fresh = process.execArgv.includes('--disable-sigusr1');
  if (words.includes('serve') && !fresh && process.execve) {
    const env = { NODE_COMPILE_CACHE: cache, ...process.env };
    // a crash must not write the memory, and so the keys, to disk
    const withoutCore = ['sh', '-c', 'ulimit -c 0; exec "$0" "$@"', process.execPath, ...flags, entry, ...rest];
    process.execve('/bin/sh', withoutCore, env);
  }
  modules.enableCompileCache(cache);
  process.removeAllListeners('warning');
  const started = await import(pathToFileURL(entry).href);
  if (serves) process.exitCode = await started.runSupervisor(rest);
} else {
  const node = installedNode(root);
  if (node === undefined) {
    console.error(`Tollgate needs Node 24 or newer; this is Node ${process.versions.node}.`);
    console.error('Run npm ci in the folder of Tollgate: it brings Node 24 with it.');
    process.exit(2);
  }
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  const child = spawn(node, [...flags, entry, ...rest], { stdio: 'inherit', env });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** A module of ours: compiled in a release, as it is in a clone. */
function program(name) {
  const built = join(root, 'dist', 'src', `${name}.js`);
  return existsSync(built) ? built : join(root, 'src', `${name}.ts`);
}

/** `node_modules/.bin/node` of this folder or one above it. */
function installedNode(folder) {
  const candidate = join(folder, 'node_modules', '.bin', 'node');
  if (existsSync(candidate)) return candidate;
  return dirname(folder) === folder ? undefined : installedNode(dirname(folder));
}
