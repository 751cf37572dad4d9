/** Failures of disk and database in the words of the person who has to mend them. */
import { Problem } from '../lib/problem.ts';

/**
 * The Problem for an error of the file system or of SQLite; anything else (a broken constraint, a Problem, a
 * programming mistake) comes back as it was.
 */
export function toStorageProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const kind = kindOf(error);
  if (kind === undefined) return error;
  const { status, title, detail, hint } = words[kind];
  return new Problem({ code: `storage.${kind}`, status, title, detail, hint }, error);
}

/** Runs `work`; what it throws leaves as `toStorageProblem` words it. */
export function withStorageWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStorageProblem(error);
  }
}

/** Whether the disk refused to make a write durable: what it holds now is unknown, and a second try may lie. */
export function isSyncFailure(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === IOERR_FSYNC || code === IOERR_DIR_FSYNC;
}

type Kind = 'no-space' | 'read-only' | 'disk-error' | 'sync-failed' | 'busy' | 'damaged' | 'too-many-files' | 'denied';

const words: Readonly<Record<Kind, { status: number; title: string; detail: string; hint: string }>> = {
  'no-space': {
    status: 507,
    title: 'No space left.',
    detail: 'There is no space left on the disk of the data folder. Nothing was changed.',
    hint: 'Free some space (df -h shows how full it is), then try again. A restart is not needed.',
  },
  'read-only': {
    status: 503,
    title: 'The disk is read-only.',
    detail: 'The data folder cannot be written to, its disk is read-only. Nothing was changed.',
    hint: 'Look at dmesg for disk errors, mount the disk read-write again, then try again. A restart is not needed.',
  },
  'disk-error': {
    status: 503,
    title: 'The disk reports an error.',
    detail: 'The disk of the data folder answered with an input/output error. The change was not made.',
    hint: 'Look at dmesg and the health of the disk, then try again.',
  },
  'sync-failed': {
    status: 503,
    title: 'The disk did not confirm a write.',
    detail:
      'The disk could not make a write durable. Nothing more is written, because a second try might only seem to work.',
    hint: 'Look at dmesg and the health of the disk. The administration process starts again by itself and writes anew what it reads back; then look whether the change was made.',
  },
  busy: {
    status: 503,
    title: 'The database is in use.',
    detail: 'Another program holds the lock of the database. Nothing was changed.',
    hint: 'Close other programs that have tollgate.db open, such as the sqlite3 shell or a copy job, then try again.',
  },
  damaged: {
    status: 500,
    title: 'The database is damaged.',
    detail: 'tollgate.db is not a sound SQLite database.',
    hint: 'Keep a copy of the data folder as it is now, check the disk, then restore the last backup.',
  },
  'too-many-files': {
    status: 503,
    title: 'Too many open files.',
    detail: 'The process has no file descriptor left. Nothing was changed.',
    hint: 'Raise the limit of open files (ulimit -n), then try again.',
  },
  denied: {
    status: 503,
    title: 'Access to the data folder is denied.',
    detail: 'The gateway may not write to a file of its data folder. Nothing was changed.',
    hint: 'Make the user that runs the gateway the owner of the data folder and everything in it.',
  },
};

/** https://sqlite.org/rescode.html: the low byte is the primary code. */
const primary: Readonly<Record<number, Kind>> = {
  3: 'denied',
  5: 'busy',
  8: 'read-only',
  10: 'disk-error',
  11: 'damaged',
  13: 'no-space',
  14: 'denied',
  26: 'damaged',
};
const IOERR_FSYNC = 1034;
const IOERR_DIR_FSYNC = 1290;
/** Extending the shared memory file failed, which is what a full disk does to it. */
const IOERR_SHMSIZE = 4874;

const byErrno: Readonly<Record<string, Kind>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EROFS: 'read-only',
  EIO: 'disk-error',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
  EACCES: 'denied',
  EPERM: 'denied',
};

function kindOf(error: Error): Kind | undefined {
  const code = sqliteCode(error);
  if (code === undefined) return byErrno[String('code' in error ? error.code : '')];
  if (isSyncFailure(error)) return 'sync-failed';
  if (code === IOERR_SHMSIZE) return 'no-space';
  return primary[code & 0xff];
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
