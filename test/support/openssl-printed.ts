/**
 * What OpenSSL prints of an object, made comparable. Two things are normalised and nothing else: the lines of its error
 * queue, which hold a thread number and stand in the text below "Unable to load Public Key"; and line breaks inside
 * extensions it does not know, which it passes through so that an extension can forge lines: ours are dots.
 */
import { execFile } from 'node:child_process';

/** Standard output of `openssl COMMAND -text` for DER, without the lines of the error queue. */
export function opensslText(command: 'x509' | 'req' | 'crl', der: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [command, '-inform', 'DER', '-text', '-noout'];
    const child = execFile('openssl', args, { maxBuffer: 64 << 20 }, (error, stdout) => {
      if (error !== null) reject(error);
      else resolve(stdout.replace(/^[0-9A-F]+:error:.*\n/gm, ''));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(der);
  });
}

/** Turns line breaks inside these extensions' octets into dots, as our text has them. */
export function sameButForBreaks(text: string, extensions: readonly { readonly value: Uint8Array }[]): string {
  let same = text;
  for (const { value } of extensions) {
    if (!value.includes(0x0a) && !value.includes(0x0d)) continue;
    const raw = Array.from(value, (o) =>
      o === 10 || o === 13 || (o >= 0x20 && o < 0x7f) ? String.fromCharCode(o) : '.',
    );
    same = same.replaceAll(raw.join(''), raw.join('').replace(/[\n\r]/g, '.'));
  }
  return same;
}

/** Works through a list two at a time: most of the work is starting `openssl`. */
export async function eachInTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
