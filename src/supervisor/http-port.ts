/** Port 80: bound and served by a process of its own while the administration wants it, closed when it does not. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { BoundSocket } from 'node:net';
import { dirname, join } from 'node:path';
import type { FromHttp01, ToHttp01 } from '../edge/http-01.ts';
import type { Log } from '../lib/log.ts';

/** What the administration wants served; without tokens, redirect and `always`, the port is closed. */
export interface HttpPortWish {
  readonly answers: Readonly<Record<string, string>>;
  readonly redirect: { readonly httpsPort: number; readonly names: readonly string[] } | null;
  readonly always: boolean;
}

export interface HttpPortPlace {
  readonly address: string;
  readonly port: number;
  /** The process' entry file. */
  readonly entry: string;
}

export interface HttpPort {
  /** Resolves when it is served, or closed; rejects with the reason. */
  set(wish: HttpPortWish): Promise<void>;
  readonly pid: number | undefined;
  stop(): void;
}

interface Open {
  readonly child: ChildProcess;
  readonly socket: BoundSocket;
  readonly waiting: Map<number, PromiseWithResolvers<void>>;
}

/** Nothing is bound before the first wish. A process that ends is started again with the next wish, or after a second. */
export function keepHttpPort(place: HttpPortPlace, onChange: () => void, log: Log): HttpPort {
  let open: Open | undefined;
  let wish: HttpPortWish = { answers: {}, redirect: null, always: false };
  let serial = 0;
  let stopped = false;
  /** Settles when the process that was told to end is gone: until then the port is taken. */
  let gone: Promise<unknown> = Promise.resolve();

  const launch = (): Open => {
    const socket = bind(place);
    const child = fork(place.entry, [], {
      execArgv: childFlags(place.entry),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', socket.fd()],
      // nothing of the surroundings: no variables, no way to other programs
      env: {},
    });
    const started: Open = { child, socket, waiting: new Map() };
    child.on('message', ({ serial: told }: FromHttp01) => started.waiting.get(told)?.resolve());
    child.on('error', (error) => log.error('the process of port 80 cannot be reached', { error }));
    child.on('exit', (code, signal) => {
      for (const { reject } of started.waiting.values()) reject(new Error('the process of port 80 ended'));
      // one that was told to end has given its socket back already
      if (open !== started) return;
      socket.close();
      open = undefined;
      onChange();
      log.error('the process of port 80 ended', { code, signal });
      if (!stopped) setTimeout(() => void tell().catch(() => undefined), 1000).unref();
    });
    return started;
  };

  const close = (): void => {
    if (open === undefined) return;
    const { child, socket } = open;
    open = undefined;
    gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 1000);
    child.once('exit', () => clearTimeout(late));
    socket.close();
  };

  const tell = async (): Promise<void> => {
    const wanted = wish.always || wish.redirect !== null || Object.keys(wish.answers).length > 0;
    if (!wanted || stopped) {
      close();
      onChange();
      return;
    }
    if (open === undefined) {
      await gone;
      // another wish may have opened or closed it meanwhile: the newest counts
      open ??= launch();
      onChange();
    }
    const { child, waiting } = open;
    const mine = ++serial;
    const served = Promise.withResolvers<void>();
    waiting.set(mine, served);
    const late = setTimeout(() => served.reject(new Error('the process of port 80 does not answer')), 5_000);
    const { answers, redirect } = wish;
    child.send({ serial: mine, answers, redirect } satisfies ToHttp01);
    await served.promise.finally(() => {
      clearTimeout(late);
      waiting.delete(mine);
    });
  };

  return {
    set: (next) => {
      wish = next;
      return tell();
    },
    get pid() {
      return open?.child.pid;
    },
    stop: () => {
      stopped = true;
      close();
    },
  };
}

function bind({ address, port }: HttpPortPlace): BoundSocket {
  try {
    return new BoundSocket({ host: address, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
      return bind({ address: '0.0.0.0', port, entry: '' });
    }
    const why: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there',
      EACCES: 'ports below 1024 need the right CAP_NET_BIND_SERVICE',
    };
    throw new Error(`Port ${port} for HTTP cannot be opened: ${why[code] ?? String(error)}.`, { cause: error });
  }
}

/** It may read the program and nothing else, and neither write files nor start processes. */
function childFlags(entry: string): string[] {
  const program = join(dirname(entry), '..', '..');
  return [
    '--permission',
    `--allow-fs-read=${join(program, 'src')}`,
    `--allow-fs-read=${join(program, 'dist')}`,
    `--allow-fs-read=${join(program, 'package.json')}`,
    '--disable-sigusr1',
    '--max-semi-space-size=1',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}
