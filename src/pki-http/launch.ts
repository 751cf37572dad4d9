/** How the serving process is started: with the right to read the program and what is published, and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { publicationFolder } from '../storage/publication/publication-paths.ts';

/** `descriptor`: of the bound port; it stays open here. The channel for messages is descriptor 3. */
export function spawnPublishing(entry: string, folder: string, descriptor: number): ChildProcess {
  // detached: a key press in the terminal reaches the supervisor alone
  return spawn(process.execPath, [...flags(entry, folder), entry], {
    detached: true,
    env: {},
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', descriptor],
  });
}

function flags(entry: string, folder: string): readonly string[] {
  return [
    '--disable-sigusr1',
    '--max-semi-space-size=4',
    '--no-warnings',
    '--permission',
    `--allow-fs-read=${dirname(dirname(entry))}/`,
    `--allow-fs-read=${publicationFolder(folder)}/`,
  ];
}
