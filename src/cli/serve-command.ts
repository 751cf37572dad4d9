/** `tollgate serve`: hands over to the supervisor. */
import type { Command } from '../lib/command.ts';
import { parseServeArguments, serve, serveFlags } from '../supervisor.ts';

/** `--data` is a global option; the rest of the supervisor's flags are the command's. */
export function serveCommand(data: () => string): Command {
  const flags = serveFlags.filter(({ flag }) => flag !== 'data');
  return {
    path: ['serve'],
    summary: 'Run the gateway',
    options: flags.map(({ flag, value, text, default: standard }) => ({
      flags: `--${flag} <${value}>`,
      description: text,
      ...(standard === '' ? {} : { default: standard }),
    })),
    examples: ['tollgate serve', 'tollgate serve --data /var/lib/tollgate --https-port 443'],
    async run(_context, _args, options) {
      const words = flags.flatMap(({ flag }) => (options[flag] === undefined ? [] : [`--${flag}=${options[flag]}`]));
      process.exitCode = await serve(parseServeArguments([`--data=${data()}`, ...words]));
    },
  };
}
