/** How long a process is away from its sockets at most. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Pauses {
  /** Milliseconds, since the last time this was asked. */
  longest(): number;
}

const everyMs = 10;

/** A timer inside Node that looks at the clock a hundred times a second. */
export function watchPauses(): Pauses {
  const delays = monitorEventLoopDelay({ resolution: everyMs });
  delays.enable();
  return {
    longest() {
      const longest = Math.max(0, delays.max / 1e6 - everyMs);
      delays.reset();
      return Math.round(longest * 10) / 10;
    },
  };
}
