/** How an edge process is started: detached, with the bound sockets as descriptors 3 (HTTPS) and 4 (SIP TLS). */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { LogLevel } from '../lib/log.ts';

/** The edge's only argument, as JSON. */
export interface EdgeLaunch {
  readonly folder: string;
  /** Address and real ports of the descriptors. */
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  readonly logLevel: LogLevel;
  /** Of the package. */
  readonly version: string;
}

export const httpsDescriptor = 3;
export const sipDescriptor = 4;

/**
 * Starts an edge that outlives this process: a session of its own, so that no signal of a terminal reaches it. It
 * writes its log where this process writes its own. `descriptors` stay open here.
 */
export function spawnEdge(entry: string, launch: EdgeLaunch, descriptors: readonly [number, number]): ChildProcess {
  const child = spawn(
    process.execPath,
    [...edgeFlags, `--openssl-config=${join(dirname(entry), 'openssl.cnf')}`, entry, JSON.stringify(launch)],
    {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', ...descriptors],
    },
  );
  child.unref();
  return child;
}

/** A small young generation costs a TLS edge nothing that can be measured; the inspector never opens on a signal. */
const edgeFlags = ['--disable-sigusr1', '--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];
