/** Starts a real gateway on free ports in a folder of its own, for tests, demonstrations and measurements. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningGateway } from '../../src/supervisor.ts';

export interface GatewayOptions {
  /** An existing data folder; a new temporary one unless told. */
  readonly folder?: string;
  readonly edges?: number;
  readonly address?: string;
  /** Free ports unless told. */
  readonly httpsPort?: number;
  readonly sipPort?: number;
  /** Where HTTP-01 challenges are answered. */
  readonly httpPort?: number;
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Further environment, such as a fail point. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestGateway {
  readonly folder: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  /** `https://localhost:PORT`. */
  readonly url: string;
  /** The token of the one-time set-up link, when one was printed. */
  readonly setupToken: string | undefined;
  /** The supervisor. */
  readonly process: ChildProcess;
  /** What was written to standard output and standard error so far. */
  output(): string;
  /** Process ids as `run/gateway.json` tells them now. */
  running(): RunningGateway;
  /** Ends the gateway in order; with `remove`, the folder goes too. */
  stop(options?: { readonly remove?: boolean }): Promise<void>;
}

const started = new Set<TestGateway>();

/** Resolves when the administration process answers. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tollgate-'));
  const words = [
    '--data',
    folder,
    '--address',
    options.address ?? '127.0.0.1',
    '--https-port',
    String(options.httpsPort ?? 0),
    '--sip-port',
    String(options.sipPort ?? 0),
    '--pki-port',
    '0',
  ];
  if (options.httpPort !== undefined) words.push('--http-port', String(options.httpPort));
  if (options.edges !== undefined) words.push('--edges', String(options.edges));
  if (options.logLevel !== undefined) words.push('--log-level', options.logLevel);
  const root = join(import.meta.dirname, '..', '..');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src', 'supervisor.ts'), ...words],
    { cwd: root, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const ready = Promise.withResolvers<void>();
  const read = (chunk: Buffer) => {
    output += chunk;
    if (output.includes('Tollgate runs.') && output.includes('Data folder')) ready.resolve();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  child.once('exit', (code) => ready.reject(new Error(`the gateway ended with ${code}:\n${output}`)));
  const late = setTimeout(
    () => ready.reject(new Error(`the gateway did not start in two minutes:\n${output}`)),
    120_000,
  );
  try {
    await ready.promise;
  } catch (error) {
    // what is left of it would hold our pipes open, and this process with them
    child.kill('SIGKILL');
    endEdges(folder);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
  // the set-up link is printed by the administration process about the time it becomes ready
  const note = JSON.parse(readFileSync(join(folder, 'run', 'gateway.json'), 'utf8')) as RunningGateway;
  const gateway: TestGateway = {
    folder,
    httpsPort: note.httpsPort ?? 0,
    sipPort: note.sipPort ?? 0,
    url: `https://localhost:${note.httpsPort}`,
    get setupToken() {
      return /\/setup#([A-Za-z0-9_-]+)/.exec(output)?.[1];
    },
    process: child,
    output: () => output,
    running: () => JSON.parse(readFileSync(join(folder, 'run', 'gateway.json'), 'utf8')) as RunningGateway,
    async stop({ remove = options.folder === undefined } = {}) {
      started.delete(gateway);
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      if (remove) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  started.add(gateway);
  return gateway;
}

/** Edges outlive their supervisor on purpose; those of a gateway that never came up are nobody's. */
function endEdges(folder: string): void {
  const sockets = existsSync(join(folder, 'run')) ? readdirSync(join(folder, 'run')) : [];
  for (const name of sockets) {
    const pid = Number(/^edge-(\d+)\.sock$/.exec(name)?.[1] ?? 0);
    try {
      if (pid > 0) process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
}

process.on('exit', () => {
  for (const gateway of started) gateway.process.kill('SIGTERM');
});
