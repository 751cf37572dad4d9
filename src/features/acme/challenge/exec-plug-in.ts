/**
 * A program of the operator that shows proofs: started with a fixed list of arguments, never by a shell, in a clean
 * environment. What it is told was made here, or checked to be a name or base64url.
 */
import { spawn } from 'node:child_process';
import { printable } from '../../../lib/printable.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import type { ChallengeSolver } from './challenge-solver.ts';
import { type PlugInTask, plugInTask } from './plug-in-task.ts';

export interface ExecPlugInOptions {
  readonly challenge: 'dns-01' | 'http-01';
  /** Absolute path of the program, then arguments that stand before ours; nothing in them is replaced. */
  readonly command: readonly [program: string, ...arguments: readonly string[]];
  /** Milliseconds that one call may take; a minute unless told. */
  readonly within?: number;
}

/** Calls `program arguments… present|remove WHERE VALUE`; exit code 0 is success. */
export function createExecPlugIn({ challenge, command, within = 60_000 }: ExecPlugInOptions): ChallengeSolver {
  const call = (task: PlugInTask, signal?: AbortSignal): Promise<void> => run(command, task, within, signal);
  return {
    type: challenge,
    covers: ({ type, value }) => (challenge === 'dns-01' ? type === 'dns' : !value.startsWith('*.')),
    present: async (identifier, token, proof, signal) =>
      call(plugInTask('present', challenge, identifier, token, proof), signal),
    remove: async (...about) => call(plugInTask('remove', challenge, ...about)),
  };
}

/** What a program may say; more is not kept. */
const mostOutput = 4_096;

function run(
  [program, ...fixed]: readonly [string, ...string[]],
  task: PlugInTask,
  within: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { action, challenge, identifier, where, value } = task;
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new AcmeProblem('acme.plug-in', `${printable(program)}: ${why}.`));
    if (!program.startsWith('/')) return fail('the path of the program is not absolute');
    // a group of its own, so that its children end with it
    const child = spawn(program, [...fixed, action, where, value], {
      shell: false,
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        TOLLGATE_ACTION: action,
        TOLLGATE_CHALLENGE: challenge,
        TOLLGATE_IDENTIFIER: identifier,
        TOLLGATE_WHERE: where,
        TOLLGATE_VALUE: value,
      },
    });
    let output = '';
    let ended: string | undefined;
    const keep = (chunk: Buffer): void => {
      if (output.length < mostOutput) output += chunk.toString('utf8').slice(0, mostOutput - output.length);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (why: string): void => {
      ended = why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end(`it was ended after ${within / 1_000} s`), within);
    const stop = (): void => end('it was ended, because the order was stopped');
    signal?.addEventListener('abort', stop, { once: true });
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    child.once('error', ({ message }) => {
      forget();
      fail(printable(message));
    });
    child.once('exit', (code, killedBy) => {
      forget();
      const settle = (): void => {
        clearTimeout(grace);
        child.stdout.destroy();
        child.stderr.destroy();
        const said = output.trim() === '' ? '' : `: ${printable(output.trim(), 500)}`;
        if (ended !== undefined) fail(ended);
        else if (code === 0) resolve();
        else fail(`it ended with ${code === null ? `signal ${killedBy}` : `exit code ${code}`}${said}`);
      };
      // its last words may still be in the pipes; but what it left running may hold them for ever
      const grace = setTimeout(settle, 500);
      child.once('close', settle);
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
