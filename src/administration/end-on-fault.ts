/** When the administration process ends by itself: the supervisor starts it again. */
import type { Log } from '../lib/log.ts';

/** Exit code after an error nobody expected. */
const fault = 70;

/** An unexpected error may have left anything half done in memory; what is stored is whole. */
export function endOnFault(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('an unexpected error ends the administration process', { error });
      process.exit(fault);
    });
  }
}

/** What the disk holds is unknown. The refusal goes out, then a new process reads back what there is and writes it anew. */
export function endAfterSyncFailure(log: Log): void {
  log.error('the disk did not confirm a write; the administration process starts again');
  setTimeout(() => process.exit(fault), 500);
}
