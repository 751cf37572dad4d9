/** Runs the reading of CRL files in processes of their own, with limits on memory, time and number. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CrlJob, CrlJobAnswer, FromCrlChild } from './crl-job.ts';

/** Reads a file; one that takes more than two seconds for a step, or twenty in all, is refused. Two run at once. */
export async function readCrlsApart(job: CrlJob): Promise<CrlJobAnswer> {
  while (running >= maxRunning) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await ask(job);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

const maxRunning = 2;
const startMilliseconds = 10_000;
const stepMilliseconds = 2_000;
const maxMilliseconds = 20_000;
const waiting: (() => void)[] = [];
let running = 0;

function ask(job: CrlJob): Promise<CrlJobAnswer> {
  return new Promise((resolve) => {
    const child = startChild(job.folder);
    const finish = (answer: CrlJobAnswer): void => {
      clearTimeout(step);
      clearTimeout(whole);
      resolve(answer);
      child.kill('SIGKILL');
    };
    let step = setTimeout(() => finish(gaveUp('could not be started')), startMilliseconds);
    const whole = setTimeout(() => finish(gaveUp('took too long')), startMilliseconds + maxMilliseconds);
    child.on('message', (message: FromCrlChild) => {
      if (message.type === 'done') return finish(message.answer);
      clearTimeout(step);
      step = setTimeout(() => finish(gaveUp('took longer than two seconds for one step')), stepMilliseconds);
      // it says that it is up before it is asked: a busy machine starts it slowly, and no file can help that
      if (message.type === 'ready') child.send(job, (problem) => problem && finish(gaveUp('could not be asked')));
    });
    child.once('error', () => finish(gaveUp('could not be started')));
    child.once('exit', () => finish(gaveUp('used more memory than it may')));
  });
}

function startChild(folder: string): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fork(fileURLToPath(new URL(`./crl-child.${extension}`, import.meta.url)), [], {
    execArgv: [
      '--max-old-space-size=256',
      '--permission',
      `--allow-fs-read=${fileURLToPath(new URL('../../../', import.meta.url))}`,
      `--allow-fs-read=${folder}/`,
      `--allow-fs-write=${folder}/`,
      '--disable-sigusr1',
      '--no-warnings',
    ],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}

function gaveUp(why: string): CrlJobAnswer {
  return {
    ok: false,
    refusal: {
      code: 'revocation.gave-up',
      message: `the process that reads the file ${why}`,
      hint: 'Nothing was changed. See whether the file is what it should be; a sound one is read in a second.',
    },
  };
}
