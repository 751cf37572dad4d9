/**
 * `snapshot/listeners.json` in the data folder: where the gateway shall listen, for the process that binds the ports and knows no
 * database. Read at the next start; a flag of `serve` goes first.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../storage/durable-file.ts';
import type { Settings } from './settings.ts';

/** Writes the file when it does not say the same already; answers whether it was written. */
export async function writeListeners(folder: string, { listeners, sip, relays }: Settings): Promise<boolean> {
  const path = join(folder, 'snapshot', 'listeners.json');
  const further = {
    ...(sip.mutualTlsPort !== null && { sipMutualTlsPort: sip.mutualTlsPort }),
    ...(relays.length > 0 && { relays: relays.map(({ name, port }) => `${name}=${port}`).join(',') }),
  };
  const text = `${JSON.stringify({ ...listeners, ...further })}\n`;
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present === text) return false;
  await writeDurably(path, Buffer.from(text));
  return true;
}
