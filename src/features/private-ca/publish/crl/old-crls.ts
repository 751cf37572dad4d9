/** Removes CRL files that are served no more, but not before the serving process has surely turned to the new ones. */
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crlFolder } from '../../../../storage/publication/published-snapshot.ts';

/** It looks for a new snapshot twice a second; a download that is under way keeps its open file. */
const lateness = 60_000;

export interface OldCrls {
  /** Removes what was not in `served` for a minute. Call it again from time to time. */
  remove(served: ReadonlySet<string>): Promise<void>;
}

/** `monotonic` is in milliseconds. What lies there at the first call and is not served goes at once. */
export function createOldCrls(folder: string, monotonic: () => number): OldCrls {
  const seen = new Map<string, number>();
  let first = true;
  return {
    async remove(served) {
      const names = (await readdir(crlFolder(folder))).filter((name) => name.endsWith('.crl') && !served.has(name));
      for (const name of names) {
        const since = seen.get(name);
        if (since === undefined && !first) seen.set(name, monotonic());
        else if (first || monotonic() - (since ?? 0) >= lateness) {
          await unlink(join(crlFolder(folder), name));
          seen.delete(name);
        }
      }
      first = false;
    },
  };
}
