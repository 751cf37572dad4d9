/** The commands of the README's path from nothing to mutual TLS, after `npm start`, in their order. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const section = /^## From nothing to mutual TLS\n([\s\S]*?)(?=^## )/m.exec(readme)?.[1] ?? '';

export const pathCommands: readonly string[] = [...section.matchAll(/^```\n([\s\S]*?)^```$/gm)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => line !== '' && line !== 'npm start');
