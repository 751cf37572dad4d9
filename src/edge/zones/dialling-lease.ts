/**
 * Which edge of a data folder calls the peers of zones: the one that holds a name in the kernel's table of abstract
 * sockets, which is free again the moment its process ends, however it ends.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

export interface DiallingLease {
  /** Gives it back; another edge takes it within a second or two. */
  release(): void;
}

const tryEveryMs = 1_000;

/** Calls `onHeld` once the lease is this process'. */
export function awaitDiallingLease(folder: string, onHeld: () => void): DiallingLease {
  const name = `\0tollgate-dialling-${secretOf(folder)}`;
  let server: Server | undefined;
  let timer: NodeJS.Timeout | undefined;
  const attempt = () => {
    const next = createServer((socket) => socket.destroy());
    next.unref();
    next.once('error', () => {
      timer = setTimeout(attempt, tryEveryMs);
      timer.unref();
    });
    next.listen(name, () => {
      server = next;
      onHeld();
    });
  };
  attempt();
  return {
    release() {
      clearTimeout(timer);
      server?.close();
    },
  };
}

/** Chance that is the same for every edge of the folder, so that no other user can take the name before them. */
function secretOf(folder: string): string {
  const path = join(folder, 'run', 'dialling');
  try {
    writeFileSync(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch {
    // another edge was first
  }
  return createHash('sha256').update(folder).update(readFileSync(path)).digest('hex').slice(0, 40);
}
