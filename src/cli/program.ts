/** The command line's words and flags, from the table of commands, under commander. */
import { readFileSync } from 'node:fs';
import { type Command as CliCommand, Command as Commander, Option } from 'commander';
import type { Command, CommandArguments, CommandOptions } from '../lib/command.ts';

export interface GlobalOptions {
  readonly data: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly json?: true;
  readonly yes?: true;
}

export type Runner = (command: Command, args: CommandArguments, options: CommandOptions) => Promise<void>;

export const globalOptions: readonly (readonly [flags: string, description: string, env: string, standard?: string])[] =
  [
    ['--data <folder>', 'data folder of the gateway on this machine', 'TOLLGATE_DATA', './data'],
    ['--url <url>', 'a gateway elsewhere, as in https://gateway.example.com:8443', 'TOLLGATE_URL'],
    ['--token-file <file>', 'file with an API token, for --url', 'TOLLGATE_TOKEN_FILE'],
    ['--ca-file <file>', 'file with the CA certificates that --url is checked against', 'TOLLGATE_CA_FILE'],
  ];

/** `run` is called with the command found; its errors come out of `parseAsync`. With `json` no error is printed. */
export function createProgram(commands: readonly Command[], run: Runner, json = false): CliCommand {
  const program = new Commander('tollgate')
    .description('Certificates of a communications gateway')
    .exitOverride()
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .showHelpAfterError(`(${seeHelp([])})`)
    .configureHelp({ showGlobalOptions: true })
    .version(version(), '--version', 'print the version')
    .option('--json', 'print JSON')
    .option('--yes', 'answer every question with yes');
  for (const [flags, description, env, standard] of globalOptions) {
    const option = new Option(flags, description).env(env);
    program.addOption(standard === undefined ? option : option.default(standard));
  }
  for (const command of commands) add(program, command, run);
  return program;
}

/** The next step after wrong usage of a command or, without words, of the program. */
export function seeHelp(path: readonly string[]): string {
  return `${['tollgate', ...path].join(' ')} --help shows what there is`;
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function add(program: CliCommand, command: Command, run: Runner): void {
  const [last = '', ...groups] = [...command.path].reverse();
  const parent = groups.reverse().reduce(groupOf, program);
  const own = parent
    .command(last)
    .description(command.summary)
    .showHelpAfterError(`(${seeHelp(command.path)})`);
  for (const argument of command.arguments ?? []) own.argument(argument.name, argument.description);
  for (const { flags, description, choices, default: standard } of command.options ?? []) {
    const option = new Option(flags, description);
    if (choices !== undefined) option.choices([...choices]);
    if (standard !== undefined) option.default(standard);
    own.addOption(option);
  }
  if (command.examples !== undefined) {
    own.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
  }
  own.action((...args: unknown[]) => {
    const words = args.slice(0, -2) as (string | readonly string[])[];
    return run(command, words, own.opts());
  });
}

/** The command that holds commands: `tollgate token`. */
function groupOf(parent: CliCommand, name: string): CliCommand {
  const known = parent.commands.find((command) => command.name() === name);
  if (known !== undefined) return known;
  const path = parent.parent === null ? name : `${parent.name()} ${name}`;
  return parent
    .command(name)
    .description(groupSummaries[path] ?? '')
    .showHelpAfterError(`(${seeHelp([path])})`);
}

const groupSummaries: Readonly<Record<string, string>> = {
  identity: 'Server, client and domain certificates',
  'identity csr': 'Certificate signing requests',
  'identity domain': 'Domains with a certificate of their own',
  settings: 'Role, names and limits',
  'trusted-ca': 'The trusted CA list',
  'trust-set': 'Lists of CAs for one zone or listener',
  revocation: 'CRLs, OCSP and what is checked',
  acme: 'Certificates that renew themselves',
  'acme order': 'Orders at a CA',
  'acme provider': 'CAs that issue by ACME',
  'acme account': 'Accounts at these CAs',
  'acme-server': 'The private CA for ACME clients',
  'private-ca': 'The CA of this gateway',
  'private-ca root': 'Root CAs',
  'private-ca intermediate': 'Intermediate CAs',
  'private-ca template': 'What issued certificates look like',
  zone: 'Who may call whom, and with which certificates',
  peer: 'Whoever has shown a certificate',
  alarms: 'What is wrong now',
  user: 'Who may log in',
  token: 'API tokens for programs',
  audit: 'Who did what',
};
