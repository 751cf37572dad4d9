/**
 * The administration process: opens its door, loads what is behind it, starts that, and ends when the supervisor that
 * started it goes away.
 */
import { join } from 'node:path';
import { endOnFault } from './administration/end-on-fault.ts';
import { loadInTurns } from './administration/load-in-turns.ts';
import { createSupervisorLink } from './administration/supervisor-link.ts';
import { createHttpDoor } from './http/http-door.ts';
import { createLog } from './lib/log.ts';
import { Problem } from './lib/problem.ts';
import type { StartMessage } from './supervisor/administration.ts';

process.umask(0o077);
process.once('disconnect', () => process.exit(0));
const link = createSupervisorLink((message) => void administer(message));

async function administer(start: StartMessage): Promise<void> {
  const { folder, options } = start;
  const log = createLog(options.logLevel, 'administration');
  endOnFault(log);
  try {
    const door = createHttpDoor({ webFolder: join(import.meta.dirname, '..', 'web', 'dist') });
    await door.intake.listen({ admin: join(folder, 'run', 'admin.sock'), cli: join(folder, 'run', 'cli.sock') });
    const { startAdministration } = await loadInTurns();
    await startAdministration(start, door, link, log);
  } catch (error) {
    const words =
      error instanceof Problem ? [error.details.title, error.details.detail, error.details.hint] : [String(error)];
    log.error('the administration process cannot start', { error });
    link.tell({ type: 'print', text: words.filter(Boolean).join('\n') });
    process.exit(1);
  }
}
