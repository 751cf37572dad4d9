/** A gateway in a folder of its own, for tests: started as a process, found through run/gateway.json, ended by pid. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEdge, controlSockets } from '../../src/edge/control/client.ts';
import type { EdgeStatus } from '../../src/edge/control/protocol.ts';
import { publishSnapshot } from '../../src/edge/control/publish.ts';
import {
  defaultEdgeSettings,
  type EdgeIdentity,
  type EdgeSettings,
  type EdgeSnapshot,
  writeSnapshot,
} from '../../src/edge/snapshot.ts';
import { type EdgePeers, noPeers } from '../../src/edge/snapshot-peers.ts';
import { openVault } from '../../src/storage/vault.ts';
import type { RunningGateway } from '../../src/supervisor.ts';

export interface TestGateway {
  readonly folder: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  /** What the gateway wrote to standard error and output so far. */
  readonly output: () => string;
  readonly supervisor: () => ChildProcess;
  /** As run/gateway.json says now. */
  note(): RunningGateway;
  /** Writes the snapshot and makes every edge serve it. */
  publish(identities: readonly EdgeIdentity[], serial: number, settings?: Partial<EdgeSettings>): Promise<void>;
  /** The same identities and settings with other peers; a serial of its own. */
  publishPeers(peers: TestPeers): Promise<void>;
  statuses(): Promise<EdgeStatus[]>;
  /** Starts `serve` again on the same folder, after the supervisor was killed. */
  serveAgain(flags?: readonly string[], edges?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly edges?: number;
  readonly identities: readonly EdgeIdentity[];
  readonly settings?: Partial<EdgeSettings>;
  readonly peers?: TestPeers;
  /** Further flags of `serve`. */
  readonly flags?: readonly string[];
  /** Any free port unless told. */
  readonly sipPort?: number;
}

/** What a snapshot says about peers; the rest is as without any. */
export type TestPeers = Partial<EdgePeers & Pick<EdgeSnapshot, 'trust'>>;

/** Starts on free ports of 127.0.0.1 with a snapshot of serial 1; returns once every edge serves it. */
export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-edge-'));
  const vault = await openVault(folder);
  const count = options.edges ?? 1;
  let output = '';
  let child: ChildProcess;
  let ended = false;
  const store = (identities: readonly EdgeIdentity[], serial: number, settings?: Partial<EdgeSettings>) => {
    const all = { ...defaultEdgeSettings, hostNames: ['gw.example.com'], ...options.settings, ...settings };
    const snapshot: EdgeSnapshot = { ...noPeers, trust: [], ...peers, format: 2, serial, identities, settings: all };
    return writeSnapshot(folder, vault, snapshot);
  };
  let peers = options.peers ?? {};
  let lastSerial = 1;
  let outputBefore = 0;
  const run = (flags: readonly string[]) => {
    outputBefore = output.length;
    const own = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'serve-for-test.ts'), folder, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = own;
    ended = false;
    own.once('close', () => {
      if (child === own) ended = true;
    });
    for (const stream of [own.stdout, own.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
  };
  const note = () => JSON.parse(readFileSync(join(folder, 'run', 'gateway.json'), 'utf8')) as RunningGateway;
  const statusOf = async (path: string) => {
    const edge = await connectEdge(path, patientMs);
    return edge.send({ command: 'status' }, patientMs).finally(() => edge.close()) as Promise<EdgeStatus>;
  };
  const statuses = async () => {
    const paths = await controlSockets(folder);
    // those of edges that have ended, or are about to, say nothing
    const told = await Promise.all(paths.map((path) => statusOf(path).catch(() => undefined)));
    return told.filter((status) => status !== undefined);
  };
  const settled = async (edges = count) =>
    eventually(`${edges} serving edges`, async () => {
      if (ended) return true;
      const serving = (await statuses()).filter((status) => status.state === 'serving');
      return serving.length === edges && note().pid === child.pid && output.includes('Tollgate runs.', outputBefore);
    })
      .then(() => assert.ok(!ended, 'the gateway ended'))
      .catch((error: Error) => {
        throw new Error(`${error.message}\n${output}`);
      });

  await store(options.identities, 1);
  const flags = [
    '--address',
    '127.0.0.1',
    '--https-port',
    '0',
    '--sip-port',
    String(options.sipPort ?? 0),
    '--edges',
    String(count),
    ...(options.flags ?? []),
  ];
  run(flags);
  await settled();
  const { httpsPort = 0, sipPort = 0 } = note();
  return {
    folder,
    httpsPort,
    sipPort,
    output: () => output,
    supervisor: () => child,
    note,
    statuses,
    async publish(identities, serial, settings) {
      await store(identities, serial, settings);
      await publishSnapshot(folder, serial);
    },
    async publishPeers(next) {
      peers = next;
      lastSerial += 1;
      await store(options.identities, lastSerial);
      await publishSnapshot(folder, lastSerial);
    },
    async serveAgain(more = flags, edges = count) {
      run(more);
      await settled(edges);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      for (const status of await statuses()) process.kill(status.pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A limit costs nothing where nothing is wrong, and other programs may have the processors. */
const patientMs = 60_000;

/** Waits until `ask` answers true; what it throws counts as no. Throws after `ms`, naming what was waited for. */
export async function eventually(what: string, ask: () => boolean | Promise<boolean>, ms = patientMs): Promise<void> {
  for (const deadline = performance.now() + ms; ; ) {
    if (await (async () => ask())().catch(() => false)) return;
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
