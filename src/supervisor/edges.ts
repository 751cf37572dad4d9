/**
 * Keeps the wanted number of edge processes: adopts those that a former supervisor left running, replaces those of
 * another version or on other ports after draining, starts what is missing, starts again what ended.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { canBind, sameListener, type UnboundPort } from '../edge/bind-port.ts';
import { connectEdge, controlSockets, type EdgeControl, isLeftOver } from '../edge/control/client.ts';
import { controlProtocol, type StartedSibling } from '../edge/control/protocol.ts';
import { type EdgeLaunch, type EdgePort, spawnEdge } from '../edge/launch.ts';
import type { Log, LogLevel } from '../lib/log.ts';
import { Problem } from '../lib/problem.ts';
import { createBackoff } from './backoff.ts';
import { exitReason } from './exit-reason.ts';
import { type BoundPorts, bindPorts, type PortWish } from './ports.ts';

export interface EdgesOptions {
  readonly folder: string;
  readonly entry: string;
  readonly wish: PortWish;
  /** How many processes. */
  readonly count: number;
  readonly logLevel: LogLevel;
  readonly version: string;
}

export interface Edges {
  /** As they are now. */
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  readonly furtherPorts: readonly EdgePort[];
  readonly pids: readonly number[];
  /** Further ports that are wanted and not listened on. */
  readonly unbound: readonly UnboundPort[];
  /**
   * Listens on these ports beside HTTPS and SIP TLS: new edges are started on the old sockets and the new, the former
   * ones accept no more and end with their last connection. Settles when the new ones serve; rejects when they do not.
   */
  setFurther(wanted: readonly EdgePort[]): Promise<void>;
  reload(): void;
  /** Ends every edge; returns when all are gone. */
  stop(): Promise<void>;
}

/** How long connections of a replaced edge may go on: one of another version, and one that had other ports. */
const replaceMs = 600_000;
const otherPortsMs = 86_400_000;

/** Returns when the ports are bound or adopted; edges may still be starting. Throws a Problem when a port is taken. */
export async function keepEdges(options: EdgesOptions, onChange: () => void, log: Log): Promise<Edges> {
  const live = new Map<number, EdgeControl | undefined>();
  const retired = new Map<number, EdgeControl>();
  const backoff = createBackoff();
  let bound: BoundPorts | undefined;
  let stopping = false;
  let ports: Places;
  let unbound: readonly UnboundPort[] = [];
  let changing: Promise<void> = Promise.resolve();
  const starting = new Set<Promise<void>>();

  const launchWith = (): EdgeLaunch => ({
    folder: options.folder,
    address: ports.address,
    httpsPort: ports.httpsPort,
    sipPort: ports.sipPort,
    furtherPorts: ports.furtherPorts,
    logLevel: options.logLevel,
    version: options.version,
  });

  /** Watches an edge until it ends; then, unless it was meant to, starts another. */
  const watch = (pid: number, control: EdgeControl, startedAt: number) => {
    live.set(pid, control);
    onChange();
    void control.closed.then(() => {
      live.delete(pid);
      retired.delete(pid);
      // one that was killed leaves its socket behind
      rmSync(join(options.folder, 'run', `edge-${pid}.sock`), { force: true });
      onChange();
      if (!stopping && live.size < options.count) startLater(pid, startedAt);
    });
  };

  const startLater = (pid: number, startedAt: number) => {
    const waitMs = backoff.next(performance.now() - startedAt);
    log.error('an edge process ended; starting another', { edge: pid, waitMs });
    setTimeout(() => void start(), waitMs).unref();
  };

  /** One more edge: on our sockets, else through an edge that has them, else on sockets bound anew. */
  const start = (): Promise<void> => {
    const begun = startNow().finally(() => starting.delete(begun));
    starting.add(begun);
    return begun;
  };
  const startNow = async (): Promise<void> => {
    if (stopping || live.size >= options.count) return;
    const startedAt = performance.now();
    let pid = 0;
    try {
      pid = (bound === undefined ? await viaSibling() : 0) || viaOwnSockets();
      live.set(pid, undefined);
      watch(pid, await reach(options.folder, pid), startedAt);
    } catch (error) {
      live.delete(pid);
      if (!stopping) {
        log.error('an edge process could not be started', { error });
        startLater(pid, startedAt);
      }
    }
  };

  /** An adopted edge shares its listening sockets with a process it starts itself: no moment without a listener. */
  const viaSibling = async (): Promise<number> => {
    for (const control of live.values()) {
      const result = await control?.send({ command: 'sibling', entry: options.entry }).catch(() => undefined);
      if (result !== undefined && result.pid > 0) return result.pid;
    }
    return 0;
  };

  const viaOwnSockets = (): number => {
    bound ??= bindPorts({ ...ports, furtherPorts: ports.furtherPorts.map((one) => ({ ...one, optional: true })) });
    const child = spawnEdge(options.entry, launchWith(), bound.descriptors);
    child.on('error', (error) => log.error('an edge process could not be started', { error }));
    child.on('exit', (code, signal) => {
      if (!stopping) log.info('an edge process is gone', { edge: child.pid, reason: exitReason(code, signal) });
    });
    return child.pid ?? 0;
  };

  const retire = async (control: EdgeControl, ms = replaceMs) => {
    live.delete(control.hello.pid);
    retired.set(control.hello.pid, control);
    void control.closed.then(() => retired.delete(control.hello.pid));
    await control.send({ command: 'drain', ms }).catch(() => undefined);
  };

  /** Nothing to do: what is wanted is there, or its port is still another program's. */
  const sameWish = (wanted: readonly EdgePort[]) => {
    const blocked = (one: EdgePort) =>
      unbound.some((other) => sameListener(one, other)) && !canBind(ports.address, one.port);
    return wishKept(
      wanted.filter((one) => !blocked(one)),
      ports.furtherPorts,
    );
  };

  const changeFurther = async (wanted: readonly EdgePort[]): Promise<void> => {
    await Promise.all(starting);
    const former = [...live.values()].filter((control) => control !== undefined);
    const { bound: before, ports: portsBefore, unbound: unboundBefore } = { bound, ports, unbound };
    const next = bound?.withFurther(wanted);
    if (next !== undefined) {
      bound = next.ports;
      ports = next.ports;
      unbound = next.ports.unbound;
      if (samePorts(portsBefore.furtherPorts, ports.furtherPorts)) return onChange();
    }
    const started: EdgeControl[] = [];
    try {
      while (started.length < options.count) {
        const startedAt = performance.now();
        const told = next === undefined ? await siblingWith(former, options.entry, wanted) : { pid: viaOwnSockets() };
        const control = await reach(options.folder, told.pid);
        await serving(control);
        started.push(control);
        watch(told.pid, control, startedAt);
        if (next !== undefined) continue;
        ports = { ...ports, furtherPorts: control.hello.furtherPorts ?? [] };
        unbound = told.unbound ?? [];
      }
    } catch (error) {
      for (const control of started) await retire(control);
      ({ bound, ports, unbound } = { bound: before, ports: portsBefore, unbound: unboundBefore });
      throw error;
    }
    for (const control of former) await retire(control, otherPortsMs);
    next?.letGo();
    log.info('other ports are listened on now', { ports: ports.furtherPorts, unbound });
    onChange();
  };

  const found: EdgeControl[] = [];
  for (const edge of await findEdges(options.folder, log)) {
    const status = await edge.send({ command: 'status' }).catch(() => undefined);
    const draining = status !== undefined && 'state' in status && status.state === 'draining';
    // it was replaced already and has given up its sockets
    if (draining) retired.set(edge.hello.pid, edge);
    else found.push(edge);
    if (draining) void edge.closed.then(() => retired.delete(edge.hello.pid));
  }
  const first = found[0]?.hello;
  const kept = first === undefined ? undefined : portsKept(first, options.wish);
  if (first === undefined) {
    bound = bindPorts(options.wish);
    ports = bound;
    unbound = bound.unbound;
  } else if (kept === undefined) {
    log.info('the running edges listen elsewhere; they are replaced after draining', { edges: found.length });
    for (const edge of found) await retire(edge);
    bound = bindPorts(options.wish);
    ports = bound;
    unbound = bound.unbound;
  } else {
    ports = kept;
    const current = found.filter((e) => e.hello.protocol === controlProtocol && e.hello.version === options.version);
    const older = found.filter((edge) => !current.includes(edge));
    for (const edge of current.slice(0, options.count)) watch(edge.hello.pid, edge, performance.now());
    if (current.length > 0) log.info('running edges adopted', { edges: [...live.keys()] });
    // older ones start their own successors on the sockets they hold, then drain
    if (live.size === 0) await replaceOlder(older, options, watch, log);
    for (const edge of [...current.slice(options.count), ...older]) await retire(edge);
  }
  for (let missing = options.count - live.size; missing > 0; missing--) void start();

  const setFurther = (wanted: readonly EdgePort[]): Promise<void> => {
    const next = changing.then(() => (stopping || sameWish(wanted) ? undefined : changeFurther(wanted)));
    changing = next.catch(() => undefined);
    return next;
  };
  if (kept !== undefined && !wishKept(options.wish.furtherPorts, ports.furtherPorts)) {
    setFurther(options.wish.furtherPorts).catch((error: unknown) =>
      log.error('the ports could not be changed', { error }),
    );
  }
  const { address, httpsPort, sipPort } = ports;
  return {
    address,
    httpsPort,
    sipPort,
    get furtherPorts() {
      return ports.furtherPorts;
    },
    get unbound() {
      return unbound;
    },
    get pids() {
      return [...live.keys()];
    },
    setFurther,
    reload: () => {
      for (const control of live.values()) {
        control?.send({ command: 'load' }).catch((error: unknown) => log.error('reload failed', { error }));
      }
    },
    async stop() {
      stopping = true;
      bound?.close();
      await Promise.all([...live, ...retired].map(([pid, control]) => endEdge(pid, control)));
    },
  };
}

type Places = Pick<BoundPorts, 'address' | 'httpsPort' | 'sipPort' | 'furtherPorts'>;

/** The ports of running edges where HTTPS and SIP TLS are what is asked for; 0 asks for whatever there is. */
function portsKept(
  running: Omit<Places, 'furtherPorts'> & Partial<Pick<Places, 'furtherPorts'>>,
  wish: PortWish,
): Places | undefined {
  const { address, httpsPort, sipPort, furtherPorts = [] } = running;
  const same =
    (wish.address === running.address || (wish.address === '::' && running.address === '0.0.0.0')) &&
    (wish.httpsPort === 0 || wish.httpsPort === running.httpsPort) &&
    (wish.sipPort === 0 || wish.sipPort === running.sipPort);
  return same ? { address, httpsPort, sipPort, furtherPorts } : undefined;
}

function wishKept(wanted: readonly EdgePort[], there: readonly EdgePort[]): boolean {
  return (
    wanted.length === there.length && wanted.every((one, i) => there[i] !== undefined && sameListener(one, there[i]))
  );
}

function samePorts(a: readonly EdgePort[], b: readonly EdgePort[]): boolean {
  return a.length === b.length && wishKept(a, b);
}

/** A process that one of these starts, which may bind ports of its own. */
async function siblingWith(
  edges: readonly EdgeControl[],
  entry: string,
  furtherPorts: readonly EdgePort[],
): Promise<StartedSibling> {
  for (const edge of edges) {
    const told = await edge.send({ command: 'sibling', entry, furtherPorts }).catch(() => undefined);
    if (told !== undefined && told.pid > 0) return told;
  }
  throw new Error('no running edge could start another');
}

/** Every edge that answers on a control socket of this data folder; sockets without a process are removed. */
async function findEdges(folder: string, log: Log): Promise<EdgeControl[]> {
  const found: EdgeControl[] = [];
  for (const path of await controlSockets(folder)) {
    try {
      found.push(await connectEdge(path));
    } catch (error) {
      if (!isLeftOver(error)) log.error('an edge process does not answer; end it by hand', { path, error });
      else rmSync(path, { force: true });
    }
  }
  return found;
}

async function replaceOlder(
  older: readonly EdgeControl[],
  options: EdgesOptions,
  watch: (pid: number, control: EdgeControl, startedAt: number) => void,
  log: Log,
): Promise<void> {
  log.info('running edges are of another version; they are replaced after draining', { edges: older.length });
  for (const edge of older) {
    try {
      const { pid } = await edge.send({ command: 'sibling', entry: options.entry });
      const control = await reach(options.folder, pid);
      await serving(control);
      watch(pid, control, performance.now());
      return;
    } catch (error) {
      log.warn('an older edge could not hand over its sockets', { edge: edge.hello.pid, error });
    }
  }
}

/** Connects to an edge that is just starting. Gives up after ten seconds or when the process is gone. */
async function reach(folder: string, pid: number): Promise<EdgeControl> {
  const path = join(folder, 'run', `edge-${pid}.sock`);
  for (const deadline = performance.now() + 10_000; ; ) {
    try {
      return await connectEdge(path, 2_000);
    } catch (error) {
      // on a machine with too much to do it may be there and not have said hello in time
      if (performance.now() > deadline || !isAlive(pid)) {
        kill(pid, 'SIGKILL');
        throw notStarted(pid, error);
      }
    }
    await sleep(20);
  }
}

async function serving(control: EdgeControl): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const status = await control.send({ command: 'status' });
    if ('state' in status && status.state === 'serving') return;
    await sleep(20);
  }
}

async function endEdge(pid: number, control: EdgeControl | undefined): Promise<void> {
  if (control === undefined) {
    kill(pid, 'SIGTERM');
    return;
  }
  const late = setTimeout(() => kill(pid, 'SIGKILL'), 4_000);
  await control.send({ command: 'stop' }).catch(() => undefined);
  await control.closed;
  clearTimeout(late);
}

function notStarted(pid: number, cause: unknown): Problem {
  const detail = `The edge process ${pid} did not open its control socket.`;
  const hint = 'Its own log lines, just above, say why.';
  return new Problem(
    { code: 'serve.edge-not-started', status: 500, title: 'An edge did not start.', detail, hint },
    cause,
  );
}

function isAlive(pid: number): boolean {
  return kill(pid, 0);
}

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid > 0 && process.kill(pid, signal);
  } catch {
    return false;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
