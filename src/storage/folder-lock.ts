/**
 * One gateway per data folder. The lock is an exclusive SQLite transaction on run/gateway.lock: a file lock that the
 * kernel gives back when the process dies, however it dies, so that nothing stale can stay behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../lib/problem.ts';
import { checkDataFolder, createEmpty, makeDataFolder } from './private-folder.ts';
import { toStorageProblem } from './storage-problem.ts';

export interface FolderLock {
  /** Gives the folder free. May be called twice. */
  release(): void;
}

/**
 * Takes the data folder for this process, making it if it is missing; refuses one that other users can read. Throws
 * Problem `storage.locked`, which names the process that has it, when another gateway runs on it.
 */
export function lockFolder(folder: string): FolderLock {
  makeDataFolder(folder);
  checkDataFolder(folder);
  const run = join(folder, 'run');
  const database = takeLock(join(run, 'gateway.lock'), () => holder(join(run, 'gateway.pid')), folder);
  held.add(database);
  notePid(join(run, 'gateway.pid'));
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

/** Keeps the lock of a caller who forgets its FolderLock: a connection that is garbage is closed, and its lock gone. */
const held = new Set<DatabaseSync>();

function takeLock(path: string, holderPid: () => string, folder: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    createEmpty(path);
    database = new DatabaseSync(path, { timeout: 0 });
    // Nothing is ever written, so no journal file is needed.
    database.exec('pragma journal_mode = memory; begin exclusive');
    return database;
  } catch (error) {
    database?.close();
    const problem = toStorageProblem(error);
    if (!(problem instanceof Problem) || problem.details.code !== 'storage.busy') throw problem;
    const pid = holderPid();
    throw new Problem(
      {
        code: 'storage.locked',
        status: 409,
        title: 'Another gateway runs on this data folder.',
        detail: `${folder} is in use by ${pid === '' ? 'another process' : `the process ${pid}`}.`,
        hint: `Stop it first${pid === '' ? '' : ` (kill ${pid})`}, or give this gateway a folder of its own with --data.`,
      },
      error,
    );
  }
}

/** The number is only shown to people, so a full disk must not keep the gateway from starting. */
function notePid(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    const problem = toStorageProblem(error);
    if (!(problem instanceof Problem)) throw error;
  }
}

function holder(path: string): string {
  try {
    return /^(\d{1,10})\n$/.exec(readFileSync(path, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}
