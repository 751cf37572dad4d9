/** The data folder and who may read it: folders 0700, files 0600, owned by the user that runs the gateway. */
import { closeSync, lstatSync, mkdirSync, opendirSync, openSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../lib/problem.ts';
import { toStorageProblem, withStorageWords } from './storage-problem.ts';

/** Folders inside the data folder. */
export const dataFolders = ['keys', 'run', 'snapshot', 'crl'] as const;

/**
 * Makes the data folder and the folders in it where they are missing, born with mode 0700, and sets the umask of the
 * process to 077, so that whatever a library creates later is private too. What exists is left as it is. Throws
 * `storage.folder` where no folder can be.
 */
export function makeDataFolder(folder: string): void {
  process.umask(0o077);
  withStorageWords(() => {
    makeFolder(folder);
    for (const name of dataFolders) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EEXIST', 'ENOTDIR', 'ENOENT'].includes(code)) throw error;
    throw new Problem({
      code: 'storage.folder',
      status: 500,
      title: 'The data folder cannot be made.',
      detail: `${folder}: it, or something above it, is no folder (${code}).`,
      hint: 'Give a folder, or the path of one that can be made, with --data.',
    });
  }
}

/**
 * Makes an empty file of mode 0600 if there is none, for libraries that choose modes of their own. An existing file is
 * not even opened: closing it would give back the file locks this process holds on it (POSIX fcntl).
 */
export function createEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw toStorageProblem(error);
  }
}

/**
 * Refuses a data folder in which anything is readable, writable or owned by somebody else, and names it. Files are
 * never mended here: who could read a key before it was noticed may have read it.
 */
export function checkDataFolder(folder: string): void {
  withStorageWords(() => {
    checkPrivate(folder, statSync(folder));
    for (const path of walk(folder, 4)) {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats !== undefined) checkPrivate(path, stats);
    }
  });
}

/** The check of one file or folder by its `stat`. */
export function checkPrivate(path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) {
    throw new Problem({
      code: 'storage.symbolic-link',
      status: 500,
      title: 'The data folder holds a symbolic link.',
      detail: `${path} is a symbolic link; whoever controls its target would control the gateway's data.`,
      hint: 'Put the file itself there. The data folder as a whole may be a link.',
    });
  }
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    const right = stats.isDirectory() ? '700' : '600';
    throw new Problem({
      code: 'storage.mode',
      status: 500,
      title: 'The data folder is open to other users.',
      detail: `${path} has mode ${mode.toString(8).padStart(4, '0')}: other users of this machine may get at it.`,
      hint: `Run: chmod ${right} '${path}'. If it is or holds a key, consider the key known and replace it.`,
    });
  }
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) {
    throw new Problem({
      code: 'storage.owner',
      status: 500,
      title: 'The data folder belongs to another user.',
      detail: `${path} belongs to user id ${stats.uid}, the gateway runs as user id ${user}.`,
      hint: `Start the gateway as the owner, or make the folder its own: chown -R ${user} on the data folder.`,
    });
  }
}

function* walk(folder: string, depth: number): Generator<string> {
  const handle = opendirSync(folder);
  try {
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
      const path = join(folder, entry.name);
      yield path;
      // the program compiled, in two thousand files: nothing secret, and nobody gets in past its folder
      if (entry.isDirectory() && depth > 0) yield* walk(path, entry.name === 'cache' ? 0 : depth - 1);
    }
  } finally {
    handle.closeSync();
  }
}
