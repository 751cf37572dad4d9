/** How long to wait before a process that ended is started again: at once the first time, slower when it keeps dying. */

const steps = [0, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
const healthyMs = 10_000;

export interface Backoff {
  /** Tells that the process ended after `livedMs`; answers how many milliseconds to wait. */
  next(livedMs: number): number;
}

/** A life of ten seconds counts as healthy and starts the count anew. */
export function createBackoff(): Backoff {
  let failures = 0;
  return {
    next(livedMs) {
      failures = livedMs >= healthyMs ? 1 : failures + 1;
      return steps[Math.min(failures, steps.length) - 1]!;
    },
  };
}
