/** Starts the administration process and starts it again when it ends. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ListenerState } from '../features/settings/settings.ts';
import type { Log, LogLevel } from '../lib/log.ts';
import { createBackoff } from './backoff.ts';
import { exitReason } from './exit-reason.ts';
import type { HttpPortWish } from './http-port.ts';
import type { HttpPortAnswer, HttpPortMessage } from './http-port-client.ts';
import type { PublishingPortState } from './publishing-port.ts';

/** The first message the administration process gets. It ends by itself when this channel closes. */
export interface StartMessage {
  readonly type: 'start';
  /** The data folder, absolute. */
  readonly folder: string;
  readonly options: {
    readonly address: string;
    /** Real ports, also where 0 was asked for. */
    readonly httpsPort: number;
    readonly sipPort: number;
    /** Where HTTP-01 challenges are answered. */
    readonly httpPort: number;
    /** Where CRLs, CA certificates and OCSP answers are served once there are any. */
    readonly pkiPort: number;
    readonly logLevel: LogLevel;
    readonly version: string;
  };
}

/** What else it may be told: `reload` stands for SIGHUP; `listeners`, how each listener fares now. */
export type ToAdministration =
  | StartMessage
  | { readonly type: 'reload' }
  | HttpPortAnswer
  | PublishingPortState
  | { readonly type: 'listeners'; readonly listeners: readonly ListenerState[] };

/**
 * What it says: that it answers on its socket, a line for the person who started the gateway, that there is something
 * to publish, or that `snapshot/listeners.json` names other ports than before.
 */
export type FromAdministration =
  | { readonly type: 'ready' }
  | { readonly type: 'print'; readonly text: string }
  | HttpPortMessage
  | { readonly type: 'publish' }
  | { readonly type: 'listeners' };

export interface Administration {
  readonly pid: number | undefined;
  reload(): void;
  /** Tells how the port for CRLs and OCSP answers fares. */
  tellPublishing(state: PublishingPortState): void;
  tellListeners(): void;
  /** Closes the channel, waits for the process to end, kills it after five seconds. */
  stop(): Promise<void>;
}

export interface AdministrationHooks {
  readonly onReady: () => void;
  readonly onPrint: (text: string) => void;
  /** What port 80 shall serve; rejects with the reason when it does not. */
  readonly onHttpPort: (wish: HttpPortWish) => Promise<void>;
  /** There is something to publish. Answers how that fares now. */
  readonly onPublish: () => PublishingPortState;
  /** How the listeners fare. */
  readonly listeners: () => readonly ListenerState[];
  /** `snapshot/listeners.json` names other ports than before. */
  readonly onListeners: () => void;
  /** The process was started or ended. */
  readonly onChange: () => void;
}

/** Keeps one running until `stop`. */
export function keepAdministration(
  entry: string,
  start: StartMessage,
  hooks: AdministrationHooks,
  log: Log,
): Administration {
  const backoff = createBackoff();
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;

  const launch = () => {
    const startedAt = performance.now();
    // detached: a key press in the terminal reaches the supervisor alone, which then ends everything in order
    const own = fork(entry, [], { detached: true, execArgv: administrationFlags });
    child = own;
    own.on('message', (message: FromAdministration) => {
      if (message.type === 'ready') hooks.onReady();
      else if (message.type === 'print') hooks.onPrint(message.text);
      else if (message.type === 'publish') own.send(hooks.onPublish());
      else if (message.type === 'listeners') hooks.onListeners();
      else if (message.type === 'http-port') {
        const answer = (error: string | null) => {
          if (own.connected) own.send({ type: 'http-port', serial: message.serial, error });
        };
        hooks.onHttpPort(message).then(
          () => answer(null),
          (error: unknown) => answer(error instanceof Error ? error.message : String(error)),
        );
      }
    });
    own.on('error', (error) => log.error('the administration process cannot be reached', { error }));
    own.on('exit', (code, signal) => {
      child = undefined;
      hooks.onChange();
      if (stopping) return;
      const waitMs = backoff.next(performance.now() - startedAt);
      log.error('the administration process ended; starting it again', { reason: exitReason(code, signal), waitMs });
      timer = setTimeout(launch, waitMs);
    });
    own.send(start);
    own.send({ type: 'listeners', listeners: hooks.listeners() });
    hooks.onChange();
  };
  launch();

  return {
    get pid() {
      return child?.pid;
    },
    reload: () => {
      if (child?.connected === true) child.send({ type: 'reload' });
    },
    tellPublishing: (state) => {
      if (child?.connected === true) child.send(state);
    },
    tellListeners: () => {
      if (child?.connected === true) child.send({ type: 'listeners', listeners: hooks.listeners() });
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const own = child;
      if (own === undefined) return;
      const ended = once(own, 'exit');
      if (own.connected) own.disconnect();
      const late = setTimeout(() => own.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The inspector never opens on a signal; a small young generation keeps an idle administration small. */
const administrationFlags = ['--disable-sigusr1', '--max-semi-space-size=4', '--disable-warning=ExperimentalWarning'];
