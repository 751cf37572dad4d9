/**
 * Files that are old or new after any crash, never half: temporary file beside the target, all bytes, fsync, rename,
 * fsync of the folder. A failed fsync is never tried again on the same file: the kernel may have dropped the dirty
 * pages and would then report success for bytes that are gone; the next write starts with a fresh file.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failPoint } from '../lib/fail-point.ts';
import { toStorageProblem } from './storage-problem.ts';

/**
 * Writes `bytes` to `path` (mode 0600 from its first moment) and returns when they are on the disk. With `exclusive`
 * an existing file is left alone and the answer is false. A Problem is thrown when the disk refuses; then the old file
 * is still there, unless only the last step (fsync of the folder) failed, when it may be either.
 */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  options?: { exclusive?: boolean },
): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeTemporary(temporary, bytes);
    failPoint('file.rename');
    if (options?.exclusive === true) {
      if (!(await linkNew(temporary, path))) return false;
    } else {
      await rename(temporary, path);
    }
    failPoint('file.sync-folder');
    await syncFolder(dirname(path));
    failPoint('file.done');
    return true;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw toStorageProblem(error);
  }
}

/**
 * Removes temporary files that a killed process left in `folder` and answers how many there were. Those of processes
 * that still run are kept; call it before this process writes its first file there.
 */
export function removeLeftovers(folder: string): number {
  let removed = 0;
  for (const name of readdirSync(folder)) {
    const owner = /^\..+\.(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    if (owner === undefined || (Number(owner) !== process.pid && isAlive(Number(owner)))) continue;
    unlinkSync(join(folder, name));
    removed += 1;
  }
  return removed;
}

async function writeTemporary(path: string, bytes: Uint8Array): Promise<void> {
  failPoint('file.create');
  const file = await open(path, 'wx', 0o600);
  try {
    failPoint('file.write');
    const half = bytes.length >> 1;
    await writeAll(file, bytes.subarray(0, half));
    failPoint('file.write-half');
    await writeAll(file, bytes.subarray(half));
    failPoint('file.sync');
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
}

/** A hard link, unlike a rename, never replaces what is there. */
async function linkNew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
