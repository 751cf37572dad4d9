/** What an edge serves: its listeners, and the snapshot all of them live on, swapped as a whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../lib/log.ts';
import type { EdgeStatus } from './control/protocol.ts';
import { type EdgeLaunch, portsOf } from './launch.ts';
import { createListener } from './listener.ts';
import { type EdgeState, listenerKind } from './listener-kinds.ts';
import { watchPauses } from './pauses.ts';
import { type Admission, createAdmission } from './peer/admission.ts';
import { createHostAddresses } from './peer/host-addresses.ts';
import { createSipJudge } from './peer/judge-sip.ts';
import { createPeerVerifier } from './peer/peer-verifier.ts';
import { createEvidenceClient } from './reports/evidence-client.ts';
import { evidenceSocket, reportsSocket } from './reports/report.ts';
import { createReporter } from './reports/reporter.ts';
import { defaultEdgeSettings, type EdgeSettings, type EdgeSnapshot, readSnapshot, snapshotPath } from './snapshot.ts';
import { type EdgePeers, noPeers } from './snapshot-peers.ts';
import { createCallers } from './zones/callers.ts';
import { awaitDiallingLease, type DiallingLease } from './zones/dialling-lease.ts';
import { createZoneLinks } from './zones/zone-links.ts';

export interface Serving {
  /**
   * Serves the snapshot on disk, refused when its serial is below `atLeast`; one load at a time, in the order they were
   * asked for. A failed one leaves everything as it was. Accepts from the first good one on.
   */
  load(atLeast?: number): Promise<void>;
  status(): EdgeStatus;
  /** Open connections ended politely, those of HTTPS excepted. */
  endSip(): void;
  stopAccepting(ms: number): void;
  destroyAll(): void;
  readonly open: number;
  readonly draining: boolean;
}

/** How often it is seen whether certificates or revocation data of open connections have ended by themselves. */
const judgeDueMs = 1_000;
/** Everything is looked at again this often: the clock may have been set, a date of a zone may have passed. */
const judgeEveryMs = 60_000;

/** Accepts nothing before the first `load`. */
export function createServing(launch: EdgeLaunch, log: Log): Serving {
  const hosts = createHostAddresses();
  const stateOf = (settings: EdgeSettings, peers: EdgePeers): EdgeState => ({
    settings,
    peers,
    judgeSip: createSipJudge(peers, hosts.of),
  });
  let current = stateOf(defaultEdgeSettings, noPeers);
  let serial = 0;
  let state: EdgeStatus['state'] = 'waiting';
  let problem: string | undefined;
  let loading: Promise<void> = Promise.resolve();

  const run = join(launch.folder, 'run');
  const reporter = createReporter(join(run, reportsSocket));
  const verifier = createPeerVerifier(launch.folder);
  const pauses = watchPauses();
  const callers = createCallers(() => admission.live, reporter.tell);
  const admission: Admission = createAdmission({
    verifier,
    log,
    onPeer: (report) => {
      reporter.peer(report);
      callers.judged(report);
    },
    onClosed: (closed) => reporter.tell({ type: 'closed', at: Date.now(), ...closed }),
    onGone: ({ address }, was, refusal) => callers.gone(address, was, refusal),
    fetchEvidence: createEvidenceClient(join(run, evidenceSocket), ({ changed }) => {
      void admission.judgeHolders(changed);
      void links.judgeAgain();
    }),
  });
  const tools = {
    state: () => current,
    admission,
    administration: join(run, 'admin.sock'),
    log,
  };
  const listeners = portsOf(launch).map((port) => ({
    port,
    listener: createListener(listenerKind(port, tools), defaultEdgeSettings, log),
  }));
  const links = createZoneLinks({
    admission,
    log,
    peers: () => current.peers,
    surroundings: { hostName: () => current.settings.hostNames[0], upstream: () => current.peers.upstream },
    report: reporter.tell,
  });
  let served: EdgeSnapshot | undefined;
  let dialling = false;
  let lease: DiallingLease | undefined;
  const judgeAgain = () => {
    void admission.judgeAgain();
    void links.judgeAgain();
  };
  setInterval(judgeAgain, judgeEveryMs).unref();
  const judgeDue = () => {
    void admission.judgeDue();
    void links.judgeDue(Date.now());
  };
  setInterval(judgeDue, judgeDueMs).unref();

  async function loadNow(atLeast = 0): Promise<void> {
    try {
      const snapshot = await readWhole(launch.folder);
      if (snapshot.serial < atLeast) throw new Error(`the snapshot on disk is ${snapshot.serial}, not ${atLeast}`);
      const prepared = listeners.map(({ listener }) => listener.prepare(snapshot));
      const evidence = await verifier.prepare(snapshot);
      await hosts.follow(unverifiedHosts(snapshot));
      for (const part of prepared) part.commit();
      evidence.use();
      current = stateOf(snapshot.settings, snapshot);
      serial = snapshot.serial;
      problem = undefined;
      if (state === 'waiting') await accept();
      for (const words of verifier.problems) log.error('a CRL cannot be used', { words });
      served = snapshot;
      if (dialling) links.use(snapshot);
      judgeAgain();
      log.info('serving', {
        serial,
        identities: snapshot.identities.map((i) => `${i.slot} ${i.fingerprint.slice(0, 16)}`),
      });
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      tellFailure(problem);
      throw error;
    }
  }

  function tellFailure(reason: string): void {
    const fields = { serial, reason };
    const first = !existsSync(snapshotPath(launch.folder));
    if (first) log.info('waiting for the first snapshot; nothing is accepted until there is one');
    else if (state === 'waiting') log.error('the snapshot cannot be served; nothing is accepted until one can', fields);
    else log.error('the new snapshot cannot be served; the old one stays', fields);
  }

  async function accept(): Promise<void> {
    await Promise.all(listeners.map(({ port, listener }) => listener.listen(port.descriptor)));
    state = 'serving';
    lease = awaitDiallingLease(launch.folder, () => {
      dialling = true;
      if (served !== undefined) links.use(served);
    });
  }

  const openNow = () => listeners.reduce((sum, { listener }) => sum + listener.open, 0);

  return {
    load(atLeast) {
      const next = loading.then(() => loadNow(atLeast));
      loading = next.catch(() => undefined);
      return next;
    },
    status() {
      const { heapUsed, external } = process.memoryUsage();
      const [https, sip, ...further] = listeners;
      return {
        pid: process.pid,
        state,
        serial,
        memory: heapUsed + external,
        longestPause: pauses.longest(),
        https: https!.listener.status(),
        sip: sip!.listener.status(),
        further: Object.fromEntries(further.map(({ port, listener }) => [port.name, listener.status()])),
        crlProblems: verifier.problems,
        ...(problem !== undefined && { problem }),
      };
    },
    endSip() {
      for (const { port, listener } of listeners) if (port.kind !== 'https') listener.endAll();
    },
    stopAccepting(ms) {
      for (const { listener } of listeners) listener.stopAccepting();
      if (state !== 'draining') log.info('draining', { ms, open: openNow() });
      state = 'draining';
      dialling = false;
      links.close();
      lease?.release();
    },
    destroyAll() {
      for (const { listener } of listeners) listener.destroyAll();
    },
    get open() {
      return openNow();
    },
    get draining() {
      return state === 'draining';
    },
  };
}

async function readWhole(folder: string): Promise<EdgeSnapshot> {
  // before the first snapshot there may be no master key either, and an edge must not be the one to make it
  if (!existsSync(snapshotPath(folder))) throw new Error('there is no snapshot in the data folder');
  const { openVault } = await import('../storage/vault.ts');
  return readSnapshot(folder, await openVault(folder));
}

function unverifiedHosts({ zones }: EdgePeers): readonly string[] {
  return zones.filter(({ tlsVerify }) => !tlsVerify).flatMap(({ peers }) => peers.map(({ host }) => host));
}
