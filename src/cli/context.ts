/** What a command gets to work with: the gateway, files, standard streams. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../lib/command.ts';
import { printable } from '../lib/printable.ts';
import { Problem } from '../lib/problem.ts';
import { fileReason } from './file-reason.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import type { GlobalOptions } from './program.ts';
import { readSecret } from './read-secret.ts';

const maxInput = 64 * 1024 * 1024;

/** The connection is made when a command first calls: local commands need none. */
export function createContext(options: GlobalOptions): CommandContext {
  let client: GatewayClient | undefined;
  const send = (method: string, path: string, body?: unknown) => {
    client ??= createGatewayClient(options);
    return client.send(method, path, body);
  };
  return {
    async call(method, path, body) {
      const bytes = await send(method, path, body);
      return bytes.length === 0 ? undefined : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
    },
    download: (path, body) => send(body === undefined ? 'GET' : 'POST', path, body),
    readInput: (path) => (path === '-' ? readStandardInput() : readFileInput(path)),
    readSecret: (path, prompt) =>
      readSecret(path, prompt, path === '-' || path === undefined ? readStandardInput : () => readFileInput(path)),
    async writeOutput(bytes, path) {
      if (path === undefined) process.stdout.write(bytes);
      else writeNewFile(path, bytes);
    },
    print(value, text) {
      const printed = options.json ? JSON.stringify(value, null, 2) : harmless(text());
      process.stdout.write(printed.endsWith('\n') ? printed : `${printed}\n`);
    },
    tell: (line) => void process.stderr.write(`${harmless(line)}\n`),
    confirm: (question) => (options.yes ? Promise.resolve(true) : ask(question)),
  };
}

/** Lines and tabs stay; what could steer a terminal is escaped once more, whatever a command forgot. */
function harmless(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : printable(part, Number.POSITIVE_INFINITY)))
    .join('');
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += chunk.length;
    if (length > maxInput) throw fileProblem('standard input', ...tooLarge);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readFileInput(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > maxInput) throw fileProblem(path, ...tooLarge);
    return await readFile(path);
  } catch (error) {
    throw error instanceof Problem ? error : fileProblem(path, ...fileReason(error));
  }
}

/** Mode 0600 from the first moment; an existing file is never replaced. */
function writeNewFile(path: string, bytes: Uint8Array | string): void {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileProblem(path, ...fileReason(error));
  }
}

function fileProblem(path: string, reason: string, hint: string): Problem {
  const detail = `${path}: ${reason}.`;
  return new Problem({ code: 'cli.file', status: 400, title: 'A file cannot be used', detail, hint });
}

const tooLarge = ['it is larger than 64 MiB', 'Name the file that is meant: nothing here is as large.'] as const;

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Problem({
      code: 'cli.usage',
      status: 400,
      title: 'Wrong usage',
      detail: `${question} Nobody is there to answer.`,
      hint: 'Say --yes.',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
