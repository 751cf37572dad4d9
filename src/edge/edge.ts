/**
 * The edge process: ends all TLS of the gateway on the listening sockets it was given, lives on the sealed snapshot,
 * obeys its control socket. It needs neither the supervisor nor the administration process to go on serving.
 */
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createLog } from '../lib/log.ts';
import type { EdgeCommand, EdgeStatus, StartedSibling } from './control/protocol.ts';
import { controlProtocol } from './control/protocol.ts';
import { serveControl } from './control/server.ts';
import { type EdgeLaunch, spawnEdge } from './launch.ts';
import { siblingPorts } from './sibling-ports.ts';

process.umask(0o077);
const launch = JSON.parse(process.argv[2] ?? '{}') as EdgeLaunch;
const log = createLog(launch.logLevel, 'edge');

/** What running HTTPS requests get when the gateway is stopped. */
const stopMs = 2_000;

const control = await serveControl(
  join(launch.folder, 'run', `edge-${process.pid}.sock`),
  {
    hello: 'tollgate-edge',
    protocol: controlProtocol,
    version: launch.version,
    pid: process.pid,
    address: launch.address,
    httpsPort: launch.httpsPort,
    sipPort: launch.sipPort,
    furtherPorts: launch.furtherPorts ?? [],
  },
  obey,
  log,
);
// the engine takes a moment to load, and whoever looks for edges must find this one before
const started = import('./serving.ts').then(({ createServing }) => createServing(launch, log));

process.on('uncaughtException', (error) => {
  log.error('unexpected failure, ending', { error });
  control.close();
  process.exit(70);
});
process.on('SIGTERM', () => void end(stopMs));
process.on('SIGINT', () => void end(stopMs));
process.on('SIGHUP', () => void started.then((serving) => serving.load()).catch(() => undefined));
await (await started).load().catch(() => undefined);
// a process that lives for weeks, or is killed, would never write what it compiled; it takes a tenth of a second
const flushing = setInterval(async () => {
  if ((await started).open > 0) return;
  clearInterval(flushing);
  flushCompileCache();
}, 5_000);
flushing.unref();

async function obey(command: EdgeCommand): Promise<EdgeStatus | StartedSibling> {
  const serving = await started;
  switch (command.command) {
    case 'status':
      return serving.status();
    case 'load':
      await serving.load(command.serial);
      return serving.status();
    case 'drain':
      await end(command.ms);
      return serving.status();
    case 'stop':
      serving.endSip();
      await end(stopMs);
      return serving.status();
    case 'sibling': {
      if (serving.draining) throw new Error('this edge is draining and has given up its sockets');
      const { descriptors, next, unbound, close } = siblingPorts(launch, command.furtherPorts);
      const child = spawnEdge(command.entry, next, descriptors);
      child.on('error', (error) => log.error('a sibling could not be started', { error }));
      close();
      return { pid: child.pid ?? 0, unbound };
    }
    default:
      throw new Error('this edge does not know that command');
  }
}

/** Stops accepting; the process ends with the last connection or after `ms`, whichever is first. */
async function end(ms: number): Promise<void> {
  const serving = await started;
  serving.stopAccepting(ms);
  const deadline = performance.now() + ms;
  const check = setInterval(() => {
    const late = performance.now() >= deadline;
    if (!late && serving.open > 0) return;
    clearInterval(check);
    serving.destroyAll();
    control.close();
    log.info('ended', { serial: serving.status().serial });
    process.exit(0);
  }, 50);
}
