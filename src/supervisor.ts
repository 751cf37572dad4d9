/**
 * What `tollgate serve` runs first: takes the data folder, binds the ports, starts the edges and the administration
 * process, starts either again when it ends, passes signals on. Imports little and keeps little in memory: when it is
 * killed, the edges go on serving, and the next `serve` on the same data folder adopts them.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import type { EdgePort } from './edge/launch.ts';
import { createLog, type LogLevel, logLevels } from './lib/log.ts';
import { Problem } from './lib/problem.ts';
import { keepAdministration } from './supervisor/administration.ts';
import { keepEdges } from './supervisor/edges.ts';
import type { WantedPort } from './supervisor/further-ports.ts';
import type { HttpPort } from './supervisor/http-port.ts';
import { furtherWish, keptListeners, relayPorts } from './supervisor/kept-listeners.ts';
import { listenerStates } from './supervisor/listener-states.ts';
import { keepPublishingPort, type PublishingPort } from './supervisor/publishing-port.ts';

export interface ServeOptions {
  /** The data folder; made when missing. */
  readonly data: string;
  /** `::` listens on every address, IPv4 included. */
  readonly address: string;
  /** 0 for any free port. */
  readonly httpsPort: number;
  readonly sipPort: number;
  /** Answers HTTP-01 challenges, open only while there are any. */
  readonly httpPort?: number;
  /** CRLs, CA certificates and OCSP answers of the private CA, open once there is one. */
  readonly pkiPort?: number;
  /** SIP mutual TLS and relays, when there are any. */
  readonly furtherPorts?: readonly WantedPort[];
  /** Edge processes; one less than there are processors when missing. */
  readonly edges?: number;
  readonly logLevel: LogLevel;
  /** The administration process' entry file, when it is not the gateway's own. */
  readonly administration?: string;
}

/** The flags of `tollgate serve`, for its help text and for `parseServeArguments`. */
export const serveFlags = [
  { flag: 'data', value: 'folder', default: './data', text: 'where everything is kept' },
  { flag: 'address', value: 'ip', default: '::', text: 'address to listen on; :: is every address' },
  { flag: 'https-port', value: 'port', default: '8443', text: 'web page and API; 0 takes a free port' },
  { flag: 'sip-port', value: 'port', default: '5061', text: 'SIP over TLS; 0 takes a free port' },
  {
    flag: 'http-port',
    value: 'port',
    default: '8080',
    text: 'HTTP-01 challenges of CAs, open only while there are any; port 80 of the names must lead here',
  },
  {
    flag: 'pki-port',
    value: 'port',
    default: '8082',
    text: 'CRLs, CA certificates and OCSP answers of the private CA, open once there is one',
  },
  {
    flag: 'sip-mutual-port',
    value: 'port',
    default: '',
    text: 'SIP over TLS for peers with a certificate only; none unless told',
  },
  {
    flag: 'relays',
    value: 'name=port,…',
    default: '',
    text: 'ports that pass verified TLS on to the server set up under that name',
  },
  { flag: 'edges', value: 'number', default: '', text: 'processes that end TLS; processors less one unless told' },
  { flag: 'log-level', value: 'level', default: 'info', text: `one of ${logLevels.join(', ')}` },
] as const;

/** Options out of the words after `serve`. Throws Problem `serve.usage`. */
export function parseServeArguments(words: readonly string[]): ServeOptions {
  const flags = Object.fromEntries(serveFlags.map(({ flag }) => [flag, { type: 'string' as const }]));
  const standards: Record<string, string> = Object.fromEntries(serveFlags.map((f) => [f.flag, f.default]));
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({ args: [...words], options: flags, strict: true }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  const kept = keptListeners(resolve(String(values['data'] ?? standards['data'])));
  const text = (name: string) => String(values[name] ?? kept[name] ?? standards[name] ?? '');
  const number = (name: string, least: number, most: number) => {
    const value = /^\d{1,5}$/.test(text(name)) ? Number(text(name)) : -1;
    if (value < least || value > most) throw usage(`--${name} takes a number from ${least} to ${most}`);
    return value;
  };
  // what only the settings ask for does not keep the gateway from starting
  const marked = (flag: string) => (port: EdgePort) => ({ ...port, optional: values[flag] === undefined });
  const logLevel = logLevels.find((level) => level === text('log-level'));
  if (logLevel === undefined) throw usage(`--log-level is one of ${logLevels.join(', ')}`);
  return {
    data: text('data'),
    address: text('address'),
    httpsPort: number('https-port', 0, 65_535),
    sipPort: number('sip-port', 0, 65_535),
    httpPort: number('http-port', 1, 65_535),
    pkiPort: number('pki-port', 0, 65_535),
    furtherPorts: [
      ...(text('sip-mutual-port') === ''
        ? []
        : [{ kind: 'sip-mutual', name: 'sip-mutual', port: number('sip-mutual-port', 0, 65_535) } as const].map(
            marked('sip-mutual-port'),
          )),
      ...relaysOf(text('relays')).map(marked('relays')),
    ],
    ...(text('edges') === '' ? {} : { edges: number('edges', 1, 64) }),
    logLevel,
  };
}

/** `xmpp=5269,ldap=636`. Throws Problem `serve.usage`. */
function relaysOf(text: string): readonly EdgePort[] {
  const ports = relayPorts(text);
  if (ports === undefined) throw usage('--relays takes name=port, several with commas, each name once');
  return ports;
}

/** How often a port that another program has is tried again. */
const retryPortsMs = 5_000;

/**
 * Runs the gateway until it is told to end; answers the exit code. Throws a Problem when it cannot start: another
 * gateway has the folder, a port is taken, the folder is open to other users.
 */
export async function serve(options: ServeOptions): Promise<number> {
  process.umask(0o077);
  const folder = resolve(options.data);
  checkSocketPath(folder);
  const cache = join(folder, 'cache');
  // what is cached needs no type stripping, which costs each process time and memory
  enableCompileCache(cache);
  process.env['NODE_COMPILE_CACHE'] = cache;
  const log = createLog(options.logLevel, 'supervisor');
  const { lockFolder } = await import('./storage/folder-lock.ts');
  const lock = lockFolder(folder);

  const version = packageVersion();
  const settled = Promise.withResolvers<number>();
  try {
    const note = () =>
      noteRunning(folder, {
        version,
        administration: administration?.pid,
        http01: httpPort?.pid,
        ...pkiNote(),
        ...edgesNote(),
      });
    const pkiNote = () => (pki?.pid === undefined ? {} : { pkiHttp: pki.pid, pkiPort: pki.port });
    const edgesNote = () =>
      edges && {
        address: edges.address,
        httpsPort: edges.httpsPort,
        sipPort: edges.sipPort,
        furtherPorts: edges.furtherPorts,
        edges: edges.pids,
      };
    let administration: ReturnType<typeof keepAdministration> | undefined;
    let httpPort: HttpPort | undefined;
    let pki: PublishingPort | undefined;
    let edges: Awaited<ReturnType<typeof keepEdges>> | undefined;
    edges = await keepEdges(
      {
        folder,
        entry: entryFile('edge/edge'),
        wish: {
          address: options.address,
          httpsPort: options.httpsPort,
          sipPort: options.sipPort,
          furtherPorts: options.furtherPorts ?? [],
        },
        count: options.edges ?? Math.max(1, availableParallelism() - 1),
        logLevel: options.logLevel,
        version,
      },
      () => {
        note();
        administration?.tellListeners();
      },
      log,
    );
    const listening = edges;
    const { address, httpsPort, sipPort } = listening;
    const follow = () => {
      listening.setFurther(furtherWish(folder, options.furtherPorts ?? [])).catch((error: unknown) => {
        log.error('the ports could not be changed; the former ones stay', { error });
      });
    };
    // another program may have let go of a port meanwhile
    setInterval(() => {
      if (listening.unbound.length > 0) follow();
    }, retryPortsMs).unref();
    const publishing = keepPublishingPort(
      {
        folder,
        address,
        port: options.pkiPort ?? 8082,
        entry: entryFile('pki-http/pki-http'),
        logLevel: options.logLevel,
      },
      (state) => {
        administration?.tellPublishing(state);
        note();
      },
      log,
    );
    pki = publishing;
    const places = {
      address,
      httpsPort,
      sipPort,
      httpPort: options.httpPort ?? 8080,
      pkiPort: publishing.port,
      logLevel: options.logLevel,
      version,
    };
    const openHttpPort = async (): Promise<HttpPort> => {
      const { keepHttpPort } = await import('./supervisor/http-port.ts');
      httpPort ??= keepHttpPort({ address, port: places.httpPort, entry: entryFile('edge/http-01') }, note, log);
      return httpPort;
    };
    administration = keepAdministration(
      options.administration ?? entryFile('main'),
      { type: 'start', folder, options: places },
      {
        onReady: () => announce(address, httpsPort, sipPort, listening.furtherPorts, folder),
        onPrint: (text) => void process.stdout.write(`${text}\n`),
        onHttpPort: async (wish) => (await openHttpPort()).set(wish),
        onPublish: () => {
          publishing.open();
          return publishing.state;
        },
        listeners: () => listenerStates(listening),
        onListeners: follow,
        onChange: () => note(),
      },
      log,
    );
    note();
    const running = { edges, administration };
    onSignals((signal) => {
      if (signal === 'SIGHUP' && !isatty(0)) {
        log.info('reloading');
        running.edges.reload();
        follow();
        running.administration.reload();
        return;
      }
      log.info('ending', { signal });
      httpPort?.stop();
      publishing.stop();
      void end(running, folder).then(() => settled.resolve(0), settled.reject);
    });
    setTimeout(flushCompileCache, 5_000).unref();
    return await settled.promise;
  } finally {
    lock.release();
  }
}

/** Where the running gateway of a data folder can be found: read by the command line and by tests. */
export interface RunningGateway {
  readonly pid: number;
  readonly version: string;
  readonly address?: string;
  readonly httpsPort?: number;
  readonly sipPort?: number;
  readonly furtherPorts?: readonly EdgePort[];
  readonly edges?: readonly number[];
  readonly administration?: number | undefined;
  /** The process of port 80, while it is open. */
  readonly http01?: number | undefined;
  /** The process that serves CRLs and OCSP answers and its port, once there is one. */
  readonly pkiHttp?: number;
  readonly pkiPort?: number;
}

function noteRunning(folder: string, gateway: Omit<RunningGateway, 'pid'>): void {
  const path = join(folder, 'run', 'gateway.json');
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify({ pid: process.pid, ...gateway })}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // a full disk must not end the gateway; the command line then needs to be told where it is
  }
}

interface Running {
  readonly edges: { stop(): Promise<void> };
  readonly administration: { stop(): Promise<void> };
}

/** Edges first: what they still forward needs the administration process. */
async function end(running: Running, folder: string): Promise<void> {
  await running.edges.stop();
  await running.administration.stop();
  rmSync(join(folder, 'run', 'gateway.json'), { force: true });
}

/** The second request to end is not patient. */
function onSignals(act: (signal: NodeJS.Signals) => void): void {
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending && signal !== 'SIGHUP') process.exit(1);
      if (signal !== 'SIGHUP') ending = true;
      act(signal);
    });
  }
}

function announce(
  address: string,
  httpsPort: number,
  sipPort: number,
  further: readonly EdgePort[],
  folder: string,
): void {
  const everywhere = address === '::' || address === '0.0.0.0';
  const host = everywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address;
  process.stdout.write(`Tollgate runs.\n  Web page and API  https://${host}:${httpsPort}/\n`);
  process.stdout.write(`  SIP over TLS      port ${sipPort}\n`);
  for (const { kind, name, port } of further) {
    const label = kind === 'relay' ? `Relay ${name}` : 'SIP mutual TLS';
    process.stdout.write(`  ${label.padEnd(17)} port ${port}\n`);
  }
  process.stdout.write(`  Data folder       ${folder}\n`);
}

/** `.ts` in a clone, `.js` in a release. */
function entryFile(name: string): string {
  return join(import.meta.dirname, `${name}${extname(import.meta.filename)}`);
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** The kernel takes 107 bytes for the path of a Unix socket. */
function checkSocketPath(folder: string): void {
  if (Buffer.byteLength(join(folder, 'run', 'edge-4194304.sock')) <= 107) return;
  throw new Problem({
    code: 'serve.folder-path',
    status: 500,
    title: 'The path of the data folder is too long.',
    detail: `${folder}: the sockets inside would have paths of more than 107 bytes.`,
    hint: 'Give a folder with a shorter path with --data.',
  });
}

function usage(detail: string): Problem {
  const hint = serveFlags.map((f) => `--${f.flag} <${f.value}>`).join(' ');
  return new Problem({ code: 'serve.usage', status: 400, title: 'Wrong usage.', detail, hint: `Flags: ${hint}` });
}

/** The words after `serve`; answers the exit code and says on standard error why the gateway did not start. */
export async function runSupervisor(words: readonly string[]): Promise<number> {
  try {
    return await serve(parseServeArguments(words));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, title, detail, hint } = error.details;
    process.stderr.write(`${[title, detail, hint].filter(Boolean).join('\n')}\n`);
    return code === 'serve.usage' ? 2 : 1;
  }
}

if (import.meta.main) process.exitCode = await runSupervisor(process.argv.slice(2));
