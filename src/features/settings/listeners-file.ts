/**
 * `snapshot/listeners.json` in the data folder: where the gateway shall listen, for the process that binds the ports and knows no
 * database. Read at the next start; a flag of `serve` goes first.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../storage/durable-file.ts';
import type { Settings } from './settings.ts';

/** Writes the file when it does not say the same already. */
export async function writeListeners(folder: string, { listeners }: Settings): Promise<void> {
  const path = join(folder, 'snapshot', 'listeners.json');
  const text = `${JSON.stringify(listeners)}\n`;
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present !== text) await writeDurably(path, Buffer.from(text));
}
