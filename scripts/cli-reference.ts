/**
 * Writes the reference part of docs/cli.md from the commands themselves, or with `--check` says whether it is what they
 * would give.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandTable } from '../src/cli/command-table.ts';
import { globalOptions } from '../src/cli/program.ts';
import { serveCommand } from '../src/cli/serve-command.ts';
import type { Command } from '../src/lib/command.ts';

const path = 'docs/cli.md';
const mark = '<!-- What follows is written by scripts/cli-reference.ts from the commands. -->\n';
const commands = (await Promise.all(commandTable.map((group) => group.load()))).flat();
const reference = [globalSection(), ...[serveCommand(() => './data'), ...commands].map(section)].join('\n');

const present = readFileSync(path, 'utf8');
const end = present.indexOf(mark);
if (end === -1) throw new Error(`${path} has no line that says where the reference begins`);
const wanted = `${present.slice(0, end)}${mark}\n${reference}`;

if (process.argv.includes('--check')) {
  if (present !== wanted)
    console.error(`${path} is not what the commands give: node scripts/cli-reference.ts writes it`);
  process.exitCode = present === wanted ? 0 : 1;
} else writeFileSync(path, wanted);

function globalSection(): string {
  const rows = globalOptions.map(([flags, description, env, standard]) => {
    const fallback = standard === undefined ? '' : `; \`${standard}\` unless told`;
    return `| \`${flags}\` | ${description} (or \`${env}\`${fallback}) |`;
  });
  const switches = ['| `--json` | print JSON |', '| `--yes` | answer every question with yes |'];
  return ['### Every command', '', ...table([...switches, ...rows]), ''].join('\n');
}

function section(command: Command): string {
  const usage = ['tollgate', ...command.path, ...(command.arguments ?? []).map((argument) => argument.name)].join(' ');
  const rows = [
    ...(command.arguments ?? []).map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`),
    ...(command.options ?? []).map(({ flags, description, choices, default: standard }) => {
      const which = choices === undefined ? '' : `: ${choices.join(', ')}`;
      const fallback = standard === undefined || standard === false ? '' : ` (\`${standard}\` unless told)`;
      return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(description)}${which}${fallback} |`;
    }),
  ];
  return [
    `### ${usage.replace(/[<[]/g, '\\$&')}`,
    '',
    `${command.summary}.${command.local ? ' Needs no running gateway.' : ''}`,
    '',
    ...(rows.length === 0 ? [] : [...table(rows), '']),
    ...(command.examples === undefined ? [] : ['```sh', ...command.examples, '```', '']),
  ].join('\n');
}

function table(rows: readonly string[]): string[] {
  return ['| | |', '|---|---|', ...rows];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
