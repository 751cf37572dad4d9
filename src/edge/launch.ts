/** How an edge process is started: detached, with the bound sockets as descriptors 3 (HTTPS), 4 (SIP TLS), 5 and on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { LogLevel } from '../lib/log.ts';

/** A port beside HTTPS and SIP TLS, or one of these two. */
export interface EdgePort {
  readonly kind: 'https' | 'sip' | 'sip-mutual' | 'relay';
  /** Of the relay; else as the kind. */
  readonly name: string;
  readonly port: number;
}

/** The edge's only argument, as JSON. */
export interface EdgeLaunch {
  readonly folder: string;
  /** Address and real ports of the descriptors. */
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  /** In the order of their descriptors; an older gateway knows none. */
  readonly furtherPorts?: readonly EdgePort[];
  readonly logLevel: LogLevel;
  /** Of the package. */
  readonly version: string;
}

/** Every port with the descriptor that the edge inherits. */
export function portsOf({
  httpsPort,
  sipPort,
  furtherPorts = [],
}: Omit<EdgeLaunch, 'folder' | 'logLevel' | 'version'>): readonly (EdgePort & {
  readonly descriptor: number;
})[] {
  const all: readonly EdgePort[] = [
    { kind: 'https', name: 'https', port: httpsPort },
    { kind: 'sip', name: 'sip', port: sipPort },
    ...furtherPorts,
  ];
  return all.map((port, i) => ({ ...port, descriptor: 3 + i }));
}

/**
 * Starts an edge that outlives this process: a session of its own, so that no signal of a terminal reaches it. It
 * writes its log where this process writes its own. `descriptors` stay open here.
 */
export function spawnEdge(entry: string, launch: EdgeLaunch, descriptors: readonly number[]): ChildProcess {
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
