/** `tollgate serve`: hands over to the supervisor. */
import type { Command, CommandOptions } from '../lib/command.ts';
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
      process.exitCode = await serve(parseServeArguments([`--data=${data()}`, ...serveWords(options)]));
    },
  };
}

/** The flags as the supervisor reads them. */
export function serveWords(options: CommandOptions): string[] {
  return serveFlags.flatMap(({ flag }) => {
    const value = options[flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    return value === undefined ? [] : [`--${flag}=${value}`];
  });
}
