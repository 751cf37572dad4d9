/**
 * The command line. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the gateway cannot be reached. Errors go to
 * standard error as words, with `--json` as a problem document.
 */
import { CommanderError } from 'commander';
import type { Command } from '../lib/command.ts';
import { printable } from '../lib/printable.ts';
import { Problem, type ProblemDetails } from '../lib/problem.ts';
import { commandTable } from './command-table.ts';
import { createContext } from './context.ts';
import { createProgram, type GlobalOptions, globalOptions, type Runner, seeHelp } from './program.ts';

/** Runs one command line (without the program's name); answers the exit code. Never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  try {
    const commands = await commandsFor(words, () => program.opts<GlobalOptions>().data);
    const run: Runner = (command, args, options) =>
      command.run(createContext(program.opts<GlobalOptions>()), args, options).catch((error: unknown) => {
        throw aboutCommand(command, error);
      });
    const program = createProgram(commands, run, json);
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || !json)) return error.exitCode === 0 ? 0 : 2;
    const details = error instanceof Problem ? error.details : unexpected(error);
    process.stderr.write(json ? `${JSON.stringify(flat(details), null, 2)}\n` : problemText(details));
    return exitCodeOf(details);
  }
}

/** Only the modules that the first word needs; all of them for help and for words nobody knows. */
async function commandsFor(words: readonly string[], data: () => string): Promise<readonly Command[]> {
  const first = firstWord(words);
  const group = commandTable.find((entry) => entry.words.includes(first ?? ''));
  if (group !== undefined) return group.load();
  const { serveCommand } = await import('./serve-command.ts');
  if (first === 'serve') return [serveCommand(data)];
  const all = await Promise.all(commandTable.map((entry) => entry.load()));
  return [serveCommand(data), ...all.flat()];
}

/** Past the global options and their values. */
function firstWord(words: readonly string[]): string | undefined {
  const withValue = globalOptions.map(([flags]) => flags.split(' ')[0]);
  for (let i = 0; i < words.length; i++) {
    if (withValue.includes(words[i])) i++;
    else if (!words[i]?.startsWith('-')) return words[i];
  }
  return undefined;
}

function exitCodeOf(details: ProblemDetails): number {
  if (details.code === 'cli.unreachable') return 3;
  return details.code === 'cli.usage' || details.code === 'serve.usage' ? 2 : 1;
}

function problemText({ title, detail, hint, errors }: ProblemDetails): string {
  const further = (errors ?? []).filter(
    (error) => ![error.detail, `${error.field}: ${error.detail}`].includes(detail ?? ''),
  );
  const lines = [
    detail === undefined ? title : headline(title, detail),
    ...further.map((error) => {
      const own = error.hint === undefined ? '' : ` ${error.hint}`;
      return `  ${error.field === undefined ? '' : `${error.field}: `}${error.detail}${own}`;
    }),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ];
  return `${lines.map((line) => printable(line, 4000)).join('\n')}\n`;
}

/** A failed upload reads `File upload failed.: reason`, the words operators search for. */
function headline(title: string, detail: string): string {
  return title.endsWith('.') && title !== 'File upload failed.' ? `${title} ${detail}` : `${title}: ${detail}`;
}

function flat({ extra, ...details }: ProblemDetails): object {
  return { ...extra, ...details };
}

/** What is wrong with a request of ours is wrong with the words of the command: its help tells more than the API's. */
function aboutCommand(command: Command, error: unknown): unknown {
  if (!(error instanceof Problem) || error.details.code !== 'http.invalid-request') return error;
  return new Problem({ ...error.details, hint: `${seeHelp(command.path)}.` });
}

function unexpected(error: unknown): ProblemDetails {
  if (error instanceof CommanderError) {
    const missing = error.code === 'commander.help';
    const detail = missing ? 'a further word is missing' : error.message.replace(/^error: /, '').replace(/\s+/g, ' ');
    return { code: 'cli.usage', status: 400, title: 'Wrong usage', detail, hint: `${seeHelp([])}.` };
  }
  return {
    code: 'cli.internal',
    status: 500,
    title: 'An error in the command line',
    detail: error instanceof Error ? error.message : String(error),
  };
}

// a reader that has seen enough, such as `head`, is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runCommandLine(process.argv.slice(2));
