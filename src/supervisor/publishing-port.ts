/**
 * The port for CRLs, CA certificates and OCSP answers: bound once something is published, served by a process of its
 * own, which is started again when it ends. It goes on while the administration is away.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { BoundSocket } from 'node:net';
import type { Log, LogLevel } from '../lib/log.ts';
import { spawnPublishing } from '../pki-http/launch.ts';
import type { PublishReport, PublishStart } from '../pki-http/messages.ts';
import { publishedPath } from '../storage/publication/publication-paths.ts';
import { createBackoff } from './backoff.ts';
import { exitReason } from './exit-reason.ts';

/** What the administration is told about it. */
export interface PublishingPortState {
  readonly type: 'publishing';
  readonly state: 'off' | 'starting' | 'running' | 'failed';
  readonly port: number;
  /** Why it does not run. */
  readonly reason: string;
  readonly report: Omit<PublishReport, 'type'> | null;
}

export interface PublishingPlace {
  /** The data folder, absolute. */
  readonly folder: string;
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The process' entry file. */
  readonly entry: string;
  readonly logLevel: LogLevel;
}

export interface PublishingPort {
  /** Something is published: opens the port unless it is open. */
  open(): void;
  readonly pid: number | undefined;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** As it was told last. */
  readonly state: PublishingPortState;
  stop(): void;
}

/** Opens at once when something was published before. `onChange` is called with every new state. */
export function keepPublishingPort(
  place: PublishingPlace,
  onChange: (state: PublishingPortState) => void,
  log: Log,
): PublishingPort {
  const backoff = createBackoff();
  let socket: BoundSocket | undefined;
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  let stopped = false;
  let state: PublishingPortState = { type: 'publishing', state: 'off', port: 0, reason: '', report: null };

  const tell = (change: Partial<PublishingPortState>) => {
    state = { ...state, ...change };
    onChange(state);
  };
  const startLater = (reason: string, startedAt: number) => {
    const waitMs = backoff.next(performance.now() - startedAt);
    tell({ state: 'failed', reason, report: null });
    log.error('CRLs and OCSP answers are not served; starting again', { reason, waitMs });
    timer = setTimeout(() => void start(), waitMs);
  };

  const start = async (): Promise<void> => {
    if (stopped || child !== undefined) return;
    const startedAt = performance.now();
    try {
      socket ??= bind(place.address, place.port);
      const key = await publicationKey(place.folder);
      const own = spawnPublishing(place.entry, place.folder, socket.fd());
      child = own;
      tell({ state: 'starting', port: portOf(socket) ?? place.port, reason: '' });
      own.on('message', (message: PublishReport | { readonly type: 'ready' }) => {
        if (message.type === 'ready') {
          const { folder, logLevel } = place;
          own.send({ type: 'start', folder, key, logLevel } satisfies PublishStart);
        } else {
          const { type: _, ...report } = message;
          tell({ state: 'running', reason: '', report });
        }
      });
      own.on('error', (error) => log.error('the process that serves CRLs cannot be reached', { error }));
      own.on('exit', (code, signal) => {
        child = undefined;
        if (!stopped) startLater(`the process that serves them ended: ${exitReason(code, signal)}.`, startedAt);
      });
    } catch (error) {
      startLater(error instanceof Error ? error.message : String(error), startedAt);
    }
  };

  const open = () => {
    if (wanted || stopped) return;
    wanted = true;
    void start();
  };
  if (existsSync(publishedPath(place.folder))) open();
  // certificates name the port, so it must be known before the first is issued
  else if (place.port === 0) socket = bind(place.address, 0);

  return {
    open,
    get pid() {
      return child?.pid;
    },
    get port() {
      return (socket && portOf(socket)) ?? place.port;
    },
    get state() {
      return state;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      child?.kill();
      socket?.close();
    },
  };
}

/** Hexadecimal. The vault is opened here, so that the serving process never sees the master key. */
async function publicationKey(folder: string): Promise<string> {
  const { openVault } = await import('../storage/vault.ts');
  const { readPublicationKey } = await import('../storage/publication/publication-key.ts');
  const key = await readPublicationKey(folder, await openVault(folder));
  if (key === undefined) throw new Error('pki/sealed-key is missing in the data folder.');
  const text = Buffer.from(key).toString('hex');
  key.fill(0);
  return text;
}

function portOf(socket: BoundSocket): number | undefined {
  const address = socket.address();
  return typeof address === 'string' ? undefined : address.port;
}

function bind(address: string, port: number): BoundSocket {
  try {
    return new BoundSocket({ host: address, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // a machine without IPv6
    if (address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return bind('0.0.0.0', port);
    const why = code === 'EADDRINUSE' ? 'another program listens there' : String(error);
    throw new Error(`port ${port} cannot be opened: ${why}.`, { cause: error });
  }
}
