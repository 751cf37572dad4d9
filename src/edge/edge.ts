/**
 * The edge process: ends all TLS of the gateway on the listening sockets it was given, lives on the sealed snapshot,
 * obeys its control socket. It needs neither the supervisor nor the administration process to go on serving.
 */
import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createLog } from '../lib/log.ts';
import type { EdgeCommand, EdgeStatus } from './control/protocol.ts';
import { controlProtocol } from './control/protocol.ts';
import { serveControl } from './control/server.ts';
import { forwardHttps } from './forward.ts';
import { type EdgeLaunch, httpsDescriptor, sipDescriptor, spawnEdge } from './launch.ts';
import { createListener } from './listener.ts';
import { serveSip } from './sip/connection.ts';
import { defaultEdgeSettings, type EdgeSnapshot, readSnapshot, snapshotPath } from './snapshot.ts';

process.umask(0o077);
const launch = JSON.parse(process.argv[2] ?? '{}') as EdgeLaunch;
const log = createLog(launch.logLevel, 'edge');
const administration = join(launch.folder, 'run', 'admin.sock');
let settings = defaultEdgeSettings;
let serial = 0;
let state: EdgeStatus['state'] = 'waiting';
let problem: string | undefined;
let loading: Promise<void> = Promise.resolve();
/** What running HTTPS requests get when the gateway is stopped. */
const stopMs = 2_000;

const https = createListener(
  {
    name: 'https',
    asksClientCertificate: false,
    alpn: ['http/1.1'],
    halfOpen: true,
    limits: (s) => s.https,
    firstByteMs: () => 0,
    serve: (socket, touch) => forwardHttps(socket, administration, touch),
  },
  settings,
  log,
);
const sip = createListener(
  {
    name: 'sip',
    // asked for so that peers can present one; nothing here judges it yet, and nothing is granted for it
    asksClientCertificate: true,
    halfOpen: false,
    limits: (s) => s.sip,
    firstByteMs: (s) => s.sip.firstByteMs,
    serve: (socket, touch) => serveSip(socket, () => settings.hostNames[0], touch, log),
  },
  settings,
  log,
);

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
  },
  obey,
  log,
);
process.on('SIGTERM', () => end(stopMs));
process.on('SIGINT', () => end(stopMs));
process.on('SIGHUP', () => void load().catch(() => undefined));
process.on('uncaughtException', (error) => {
  log.error('unexpected failure, ending', { error });
  control.close();
  process.exit(70);
});
await load().catch(() => undefined);
// a process that lives for weeks, or is killed, would never write what it compiled
setTimeout(flushCompileCache, 5_000).unref();

async function obey(command: EdgeCommand): Promise<EdgeStatus | { readonly pid: number }> {
  switch (command.command) {
    case 'status':
      return status();
    case 'load':
      await load(command.serial);
      return status();
    case 'drain':
      end(command.ms);
      return status();
    case 'stop':
      sip.endAll();
      end(stopMs);
      return status();
    case 'sibling': {
      if (state === 'draining') throw new Error('this edge is draining and has given up its sockets');
      const child = spawnEdge(command.entry, launch, [httpsDescriptor, sipDescriptor]);
      child.on('error', (error) => log.error('a sibling could not be started', { error }));
      return { pid: child.pid ?? 0 };
    }
    default:
      throw new Error('this edge does not know that command');
  }
}

function status(): EdgeStatus {
  const { heapUsed, external } = process.memoryUsage();
  const own = {
    pid: process.pid,
    state,
    serial,
    memory: heapUsed + external,
    https: https.status(),
    sip: sip.status(),
  };
  return problem === undefined ? own : { ...own, problem };
}

/** One load at a time, in the order they were asked for. A failed one leaves everything as it was. */
function load(atLeast?: number): Promise<void> {
  const next = loading.then(() => loadNow(atLeast));
  loading = next.catch(() => undefined);
  return next;
}

async function loadNow(atLeast = 0): Promise<void> {
  try {
    const snapshot = await readWhole();
    if (snapshot.serial < atLeast) throw new Error(`the snapshot on disk is ${snapshot.serial}, not ${atLeast}`);
    const prepared = [https.prepare(snapshot), sip.prepare(snapshot)];
    for (const part of prepared) part.commit();
    settings = snapshot.settings;
    serial = snapshot.serial;
    problem = undefined;
    if (state === 'waiting') await accept();
    log.info('serving', {
      serial,
      identities: snapshot.identities.map((i) => `${i.slot} ${i.fingerprint.slice(0, 16)}`),
    });
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    const fields = { serial, reason: problem };
    const first = !existsSync(snapshotPath(launch.folder));
    if (first) log.info('waiting for the first snapshot; nothing is accepted until there is one');
    else if (state === 'waiting') log.error('the snapshot cannot be served; nothing is accepted until one can', fields);
    else log.error('the new snapshot cannot be served; the old one stays', fields);
    throw error;
  }
}

async function readWhole(): Promise<EdgeSnapshot> {
  // before the first snapshot there may be no master key either, and an edge must not be the one to make it
  if (!existsSync(snapshotPath(launch.folder))) throw new Error('there is no snapshot in the data folder');
  const { openVault } = await import('../storage/vault.ts');
  return readSnapshot(launch.folder, await openVault(launch.folder));
}

async function accept(): Promise<void> {
  await Promise.all([https.listen(httpsDescriptor), sip.listen(sipDescriptor)]);
  state = 'serving';
}

/** Stops accepting; ends with the last connection or after `ms`, whichever is first. */
function end(ms: number): void {
  https.stopAccepting();
  sip.stopAccepting();
  const first = state !== 'draining';
  state = 'draining';
  if (first) log.info('draining', { ms, https: https.open, sip: sip.open });
  const deadline = performance.now() + ms;
  const check = setInterval(() => {
    const late = performance.now() >= deadline;
    if (!late && https.open + sip.open > 0) return;
    clearInterval(check);
    https.destroyAll();
    sip.destroyAll();
    control.close();
    log.info('ended', { serial });
    process.exit(0);
  }, 50);
}
