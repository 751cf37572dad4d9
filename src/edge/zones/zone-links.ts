/** The connections to the peers of neighbor and traversal client zones, kept by one edge of a gateway. */
import type { SecureContext, TLSSocket } from 'node:tls';
import { dials, type EdgeZone, outboundQuestion } from '../../features/zones/zones.ts';
import type { Log } from '../../lib/log.ts';
import { clientContext } from '../contexts.ts';
import type { Admission } from '../peer/admission.ts';
import { refusalOf, type Verdict } from '../peer/judge-sip.ts';
import { readServerChain } from '../peer/peer-verifier.ts';
import type { ZoneReported } from '../reports/report.ts';
import type { SipSurroundings } from '../sip/connection.ts';
import type { EdgeSnapshot } from '../snapshot.ts';
import type { EdgeAddress, EdgePeers } from '../snapshot-peers.ts';
import { keepPeerLink, type PeerLink } from './peer-link.ts';

export interface ZoneLinks {
  /** Calls whom the snapshot names, hangs up on whom it does not, leaves alone what did not change. */
  use(snapshot: EdgeSnapshot): void;
  judgeAgain(): Promise<void>;
  /** Only those whose judgement has ended by itself. */
  judgeDue(time: number): Promise<void>;
  close(): void;
}

export interface ZoneLinkOptions {
  readonly admission: Admission;
  readonly peers: () => EdgePeers;
  readonly surroundings: SipSurroundings;
  readonly report: (report: ZoneReported) => void;
  readonly log: Log;
}

interface Kept {
  link: PeerLink;
  last: ZoneReported | undefined;
  /** When the peer has to be judged again, in milliseconds since 1970. */
  due: number;
}

const retryMs = 10_000;

/** States are told anew this often, for an administration process that has started meanwhile. */
const repeatMs = 60_000;

export function createZoneLinks({ admission, peers, surroundings, report, log }: ZoneLinkOptions): ZoneLinks {
  const links = new Map<string, Kept>();

  const judge = async (zone: EdgeZone, socket: TLSSocket, peer: EdgeAddress): Promise<Verdict> => {
    const chain = readServerChain(socket);
    const { purpose, names } = outboundQuestion(zone, peer.host);
    const verdict = await admission.judge(chain, (presented, decide) => {
      if (presented === undefined) return { zone, decision: undefined, refusal: undefined };
      const decision = decide(presented, {
        purpose,
        names,
        trustSet: zone.trustSet,
        extendedKeyUsage: 'strict',
        revocation: peers().revocation.sip,
        enforce: zone.tlsVerify,
      });
      return { zone, decision, refusal: zone.tlsVerify && !decision.accepted ? refusalOf(decision) : undefined };
    });
    admission.report({ listener: 'outbound', address: socket.remoteAddress ?? '', chain, verdict });
    return verdict;
  };

  const start = (zone: EdgeZone, peer: EdgeAddress, context: SecureContext | string, key: string) => {
    const entry: Kept = { link: idle, last: undefined, due: Number.POSITIVE_INFINITY };
    links.set(key, entry);
    entry.link = keepPeerLink({
      zone,
      peer,
      context,
      surroundings,
      log,
      judge: async (socket) => {
        const verdict = await judge(zone, socket, peer);
        entry.due = admission.endOf(verdict);
        return verdict;
      },
      onState: (state) => {
        const name = `${peer.host}:${peer.port}`;
        entry.last = { type: 'zone', at: Date.now(), zone: zone.id, peer: name, ...state };
        report(entry.last);
      },
    });
  };

  const timer = setInterval(() => {
    for (const { last } of links.values()) if (last !== undefined) report({ ...last, at: Date.now() });
  }, repeatMs);
  timer.unref();

  return {
    use(snapshot) {
      const wanted = new Map<string, () => void>();
      for (const zone of snapshot.zones.filter((one) => one.enabled && dials(one))) {
        const identity = snapshot.identities.find(({ slot }) => slot === zone.identity);
        for (const peer of zone.peers) {
          const key = JSON.stringify([zone, peer, identity?.fingerprint, snapshot.settings.minimumVersion]);
          wanted.set(key, () => start(zone, peer, contextOf(snapshot, zone), key));
        }
      }
      for (const [key, { link }] of links) {
        if (wanted.has(key)) continue;
        link.close();
        links.delete(key);
      }
      for (const [key, begin] of wanted) if (!links.has(key)) begin();
    },
    async judgeAgain() {
      await Promise.all([...links.values()].map(({ link }) => link.judgeAgain()));
    },
    async judgeDue(time) {
      const due = [...links.values()].filter((entry) => entry.due <= time);
      for (const entry of due) entry.due = time + retryMs;
      await Promise.all(due.map(({ link }) => link.judgeAgain()));
    },
    close() {
      clearInterval(timer);
      for (const { link } of links.values()) link.close();
      links.clear();
    },
  };
}

const idle: PeerLink = { close: () => undefined, judgeAgain: async () => undefined };

function contextOf(snapshot: EdgeSnapshot, zone: EdgeZone): SecureContext | string {
  const identity = snapshot.identities.find(({ slot }) => slot === zone.identity);
  if (identity === undefined && zone.identity !== 'none') {
    return `The zone presents the certificate “${zone.identity}”, and there is none.`;
  }
  try {
    return clientContext(snapshot.settings, identity);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
