/** How a feature adds itself to the command line: read by `cli`, which owns parsing, output and exit codes. */
export interface CommandContext {
  /** Calls the running gateway's API: the answer's JSON, or a Problem; exit code 3 when it cannot be reached. */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** The same for an answer that is not JSON; with a body it is a POST. */
  download(path: string, body?: unknown): Promise<Uint8Array>;
  /** Reads a file named on the command line, `-` for standard input. */
  readInput(path: string): Promise<Uint8Array>;
  /** First line of a file or, with `-`, of standard input; without a path asked for on the terminal, unseen. */
  readSecret(path: string | undefined, prompt: string): Promise<string>;
  /** Writes to standard output or, with `path`, into a new file of mode 0600. */
  writeOutput(bytes: Uint8Array | string, path?: string): Promise<void>;
  /** Prints `value` as JSON with `--json`, else what `text` makes of it. */
  print(value: unknown, text: () => string): void;
  /** A line for a person while the command goes on: to standard error, so that the output stays what it is. */
  tell(line: string): void;
  /** True with `--yes`, or when the person answers yes. */
  confirm(question: string): Promise<boolean>;
}

export interface CommandOption {
  /** As commander writes it: `--name <value>`, `--key <file>`, `--force`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly default?: string | boolean;
}

/** As they were typed; several in the place of `<file...>`. */
export type CommandArguments = readonly (string | readonly string[])[];

/** By name in camel case: `--password-file` is `passwordFile`. */
export type CommandOptions = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  /** Words after `tollgate`: `['trusted-ca', 'append']`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  /** As commander writes them: `<file...>`, `[name]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly options?: readonly CommandOption[];
  /** Lines that can be copied as they are, shown in `--help`. */
  readonly examples?: readonly string[];
  /** Works without a running gateway. */
  readonly local?: boolean;
  run(context: CommandContext, args: CommandArguments, options: CommandOptions): Promise<void>;
}

/** `https://<this gateway>:8443`, with the port on which HTTPS listens: the beginning of an address for people. */
export async function gatewayOrigin(context: CommandContext): Promise<string> {
  const { listeners } = (await context.call('GET', '/settings/listeners')) as {
    readonly listeners: readonly { readonly kind: string; readonly port: number }[];
  };
  const https = listeners.find(({ kind }) => kind === 'https');
  return `https://<this gateway>${https === undefined ? '' : `:${https.port}`}`;
}
