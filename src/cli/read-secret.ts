/** Passwords for commands: from a file, from standard input, or typed on the terminal without being shown. */
import { Problem } from '../lib/problem.ts';

/** `read` gives the bytes when there is a path or nobody sits at the terminal. */
export async function readSecret(
  path: string | undefined,
  prompt: string,
  read: () => Promise<Uint8Array>,
): Promise<string> {
  if (path === undefined && process.stdin.isTTY) return typed(prompt);
  const text = new TextDecoder().decode(await read());
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function typed(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stdin.setRawMode(true).setEncoding('utf8').resume();
  stderr.write(`${prompt}: `);
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (act: () => void) => {
      stdin.off('data', onData).setRawMode(false).pause();
      stderr.write('\n');
      act();
    };
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return end(() => resolve(text));
        if (character === '\u0003' || character === '\u0004') return end(() => reject(cancelled()));
        text = character === '\u007f' || character === '\b' ? [...text].slice(0, -1).join('') : text + character;
      }
      return undefined;
    };
    stdin.on('data', onData);
  });
}

function cancelled(): Problem {
  return new Problem({ code: 'cli.cancelled', status: 400, title: 'Cancelled', detail: 'Nothing was changed.' });
}
