/** Runs the opening of PKCS#12 files in processes of their own, with limits on memory, time and number. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { err, type Result } from '../../lib/result.ts';
import { maxPkcs12Bytes, type Pkcs12Contents } from '../../pki/container/pkcs12.ts';
import type { Pkcs12Error } from '../../pki/container/pkcs12-error.ts';

/** What the child is asked. */
export interface Pkcs12Question {
  readonly file: Uint8Array;
  readonly password: string;
}

export type Pkcs12Failure =
  | Pkcs12Error
  | { readonly code: 'pkcs12.busy' | 'pkcs12.gave-up'; readonly message: string; readonly offset: 0 };

/** Opens a file within two seconds or kills the attempt. Two run at once, sixteen wait; more are turned away. */
export async function openPkcs12(file: Uint8Array, password: string): Promise<Result<Pkcs12Contents, Pkcs12Failure>> {
  if (file.length > maxPkcs12Bytes) {
    const message = `the file has ${file.length} octets; PKCS#12 files are read up to ${maxPkcs12Bytes}`;
    return err({ code: 'pkcs12.too-large', message, offset: 0 });
  }
  if (waiting.length >= maxWaiting) {
    return err({ code: 'pkcs12.busy', message: 'too many PKCS#12 files are being opened at this moment', offset: 0 });
  }
  while (running >= maxRunning) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await ask({ file, password });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

const maxRunning = 2;
const maxWaiting = 16;
const maxStartMilliseconds = 10_000;
/** With the start of the process this stays within two seconds. */
const maxMilliseconds = 1800;
const waiting: (() => void)[] = [];
let running = 0;

function ask(question: Pkcs12Question): Promise<Result<Pkcs12Contents, Pkcs12Failure>> {
  return new Promise((resolve) => {
    const child = startChild();
    let timer = setTimeout(() => finish(gaveUp('could not be started')), maxStartMilliseconds);
    const finish = (answer: Result<Pkcs12Contents, Pkcs12Failure>): void => {
      clearTimeout(timer);
      resolve(answer);
      child.kill('SIGKILL');
    };
    // The child says that it is up before it is asked: a busy machine starts it slowly, and no file can help that.
    child.once('message', () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(gaveUp('took longer than two seconds')), maxMilliseconds);
      child.once('message', (answer) => finish(answer as Result<Pkcs12Contents, Pkcs12Failure>));
      child.send(question, (problem) => {
        if (problem) finish(gaveUp('could not be asked'));
      });
    });
    child.once('error', () => finish(gaveUp('could not be started')));
    child.once('exit', () => finish(gaveUp('used more memory than it may')));
  });
}

function startChild(): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const program = fileURLToPath(new URL(`./pkcs12-child.${extension}`, import.meta.url));
  return fork(program, [], {
    execArgv: [
      '--max-old-space-size=256',
      '--permission',
      `--allow-fs-read=${fileURLToPath(new URL('../../', import.meta.url))}`,
      '--disable-sigusr1',
      '--no-warnings',
    ],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}

function gaveUp(why: string): Result<never, Pkcs12Failure> {
  return err({ code: 'pkcs12.gave-up', message: `the process that opens the file ${why}`, offset: 0 });
}
