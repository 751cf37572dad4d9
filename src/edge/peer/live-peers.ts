/**
 * The open connections and why each was let in. When trust, revocation data, zones or settings change, all are judged
 * again, a slice at a time so that handshakes and messages go on in between, and those that would be refused now are
 * ended.
 */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../lib/log.ts';
import type { Arrival, Judge } from './admission.ts';
import { digestOf } from './evidence.ts';
import type { Verdict } from './judge-sip.ts';
import { derOf, type PeerChain } from './peer-verifier.ts';

export interface LivePeers {
  add(arrival: Arrival, chain: PeerChain | undefined, verdict: Verdict): void;
  /** Settles when every connection was judged by what holds now. A second call while one runs starts over. */
  judgeAgain(): Promise<void>;
  readonly size: number;
}

/** Told when an open connection was ended. */
export interface ClosedConnection {
  /** Id of the zone, or empty. */
  readonly zone: string;
  readonly listener: string;
  readonly address: string;
  /** SHA-256 of the leaf in lower-case hexadecimal; empty without a certificate. */
  readonly fingerprint: string;
  readonly reason: string;
}

export interface LivePeersOptions {
  readonly log: Log;
  readonly judge: (chain: PeerChain | undefined, judge: Judge) => Verdict | Promise<Verdict>;
  readonly onClosed: (closed: ClosedConnection) => void;
}

interface Live {
  readonly arrival: Arrival;
  readonly chain: PeerChain | undefined;
  verdict: Verdict;
}

/** The longest that the process is busy with judging before it looks at its sockets again, in milliseconds. */
const sliceMs = 10;

export function createLivePeers({ log, judge, onClosed }: LivePeersOptions): LivePeers {
  const open = new Set<Live>();
  let round = 0;

  const apply = (live: Live, verdict: Verdict) => {
    if (!open.has(live)) return;
    live.verdict = verdict;
    if (verdict.refusal === undefined) return;
    open.delete(live);
    const { address, listener } = live.arrival;
    const reason = verdict.refusal.code;
    log.info('connection closed, its certificate is refused now', { listener, address, reason });
    onClosed({ zone: verdict.zone?.id ?? '', listener, address, fingerprint: fingerprintOf(live.chain), reason });
    live.arrival.retire(reason);
  };

  return {
    get size() {
      return open.size;
    },
    add(arrival, chain, verdict) {
      const live: Live = { arrival, chain, verdict };
      open.add(live);
      arrival.socket.once('close', () => open.delete(live));
    },
    async judgeAgain() {
      round += 1;
      const mine = round;
      const waiting: Promise<void>[] = [];
      let sliceEnd = performance.now() + sliceMs;
      for (const live of [...open]) {
        if (!open.has(live)) continue;
        const verdict = judge(live.chain, live.arrival.judge);
        if (verdict instanceof Promise) waiting.push(verdict.then((settled) => apply(live, settled)));
        else apply(live, verdict);
        if (performance.now() < sliceEnd) continue;
        await setImmediate();
        if (mine !== round) return;
        sliceEnd = performance.now() + sliceMs;
      }
      await Promise.all(waiting);
    },
  };
}

function fingerprintOf(chain: PeerChain | undefined): string {
  const leaf = chain?.[0];
  if (leaf === undefined) return '';
  return digestOf(derOf(leaf));
}
